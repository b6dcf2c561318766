"""A case in few words, for tests: one string a session, weekly, oldest first.

    case("M5:3 theme=work", "", "no_show", "M4c=hopeless Y3c~")

An id may carry an intensity (":3"), how it was meant ("=hopeless") and "~" when it only counts.
An attendance, a flag such as "context", "theme=..." or "repair=..." stands as it is. "" is calm.
"""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from impasses.facts import HELD, CaseFacts, Score, SessionFacts, TagFact, Trial
from impasses.rulebook import rulebook
from impasses.rules import Finding, evaluate, evaluate_rule

FIRST = date(2026, 1, 5)
TODAY = date(2027, 1, 1)
ATTENDANCE = {*HELD, "cancelled_by_client", "cancelled_by_therapist", "no_show"}
FLAGS = {"goals_reviewed", "ambivalence", "movement", "context", "safety", "safety_checked"}


def case(*sessions: str, baseline: tuple[str, ...] = ()) -> CaseFacts:
    facts = tuple(session(number, words) for number, words in enumerate(sessions, 1))
    return CaseFacts(sessions=facts, baseline=baseline)


def session(number: int, words: str) -> SessionFacts:
    values: dict[str, Any] = {"tags": (), "features": ()}
    for word in words.split():
        name, _, value = word.partition("=")
        if word in ATTENDANCE:
            values["attendance"] = word
        elif word in FLAGS:
            values[word] = True
        elif name in ("theme", "repair", "task"):
            values[name] = value
        else:
            kind = "features" if word.startswith("Y") else "tags"
            values[kind] += (tick(word),)
    return SessionFacts(id=str(number), on=FIRST + timedelta(weeks=number - 1), **values)


def tick(word: str) -> TagFact:
    linkable = not word.endswith("~")
    word, _, how = word.rstrip("~").partition("=")
    id_, _, intensity = word.partition(":")
    return TagFact(id_, int(intensity or 2), how, linkable)


def scored(instrument: str, *totals: float, facts: CaseFacts | None = None) -> CaseFacts:
    """The case with these totals of one instrument, weekly; after four calm sessions on its own."""
    known = facts or case("", "", "", "")
    more = tuple(
        Score(instrument, FIRST + timedelta(weeks=n), Decimal(str(total)), id=f"{instrument} {n}")
        for n, total in enumerate(totals)
    )
    return replace(known, scores=known.scores + more)


def tried(*answers: str, facts: CaseFacts | None = None) -> CaseFacts:
    """The case with these answers, such as "T3:no", weekly."""
    more = tuple(
        Trial(answer.split(":")[0], FIRST + timedelta(weeks=n), answer.split(":")[1])
        for n, answer in enumerate(answers)
    )
    return replace(facts or case("", "", "", ""), trials=more)


def findings(facts: CaseFacts, today: date = TODAY) -> tuple[Finding, ...]:
    return evaluate(facts, rules=rulebook().rules, today=today)


def found(rule: str, *sessions: str, baseline: tuple[str, ...] = ()) -> Finding | None:
    return evaluate_rule(case(*sessions, baseline=baseline), rulebook()[rule], TODAY)


def finding(rule: str, *sessions: str, baseline: tuple[str, ...] = ()) -> Finding:
    one = found(rule, *sessions, baseline=baseline)
    assert one is not None, f"{rule} does not fire"
    return one
