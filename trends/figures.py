"""Figures of a week or a month, from facts. Pure: no database, no clock.

A figure counts facts of one kind, and the people they are about. Kinds:

| key | one fact is |
|---|---|
| `cases` | a case with a session on record that has not ended by the end |
| `held`, `missed` | an appointment; `attendance.X` says how it went |
| `sign.M1`, `intensity.M1` ... | a session with the manifestation; its intensity, 1 to 3 |
| `strain` | a session with alliance strain; `repair.X` says what became of it, `unsaid` too |
| `opened`, `loosened`, `resolved`, `ended` | an impasse that did so |
| `open`, `stage.X`, `type.Y1` ... | an impasse open at the end, its stage, its likeliest type |
| `stuck` | one open before, with four held sessions or more without movement by the end |
| `wait.moved`, `wait.open` | an impasse: held sessions to its first movement, or so far |
| `offered` | a suggestion that came up |
| `planned`, `dismissed`, `snoozed` | one that was first decided about: how it stands |
| `unanswered` | a suggestion that waits for a decision at the end |
| `outcome.X` | an answer to whether a step helped |
| `score.better`, `.worse`, `.unclear` | a questionnaire's latest score against the case's first |
| `drafts` | a session begun and not saved (as of now; in no digest) |
| `missing.log`, `missing.score` | a case without an appointment logged, a score in twelve weeks |
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple
from uuid import UUID

FORMULA = 2  # raised when the same facts make other figures; then `manage.py summaries --rebuild`
STUCK_SESSIONS = 4
FEWEST_PEOPLE = 5
WAITS = ("wait.moved", "wait.open")
PASSING = "drafts"


class Fact(NamedTuple):
    """Something that happened, or was missing: whose case, whose work, who may know.

    `own` says that the therapist may read it, `shared` that others may count it.
    """

    key: str
    client: UUID
    therapist: UUID
    own: bool = True
    shared: bool = True
    amount: int = 1


Figures = dict[str, Any]
"""`counts`: {key: [sum, people]}, `waits`: [[held sessions, moved]]."""


def own(facts: Iterable[Fact]) -> Figures:
    """For the therapist they are about."""
    return _figures(fact for fact in facts if fact.own)


def shared(facts: Iterable[Fact]) -> Figures:
    """For everybody else who may look."""
    return _figures(fact for fact in facts if fact.shared)


def _figures(facts: Iterable[Fact]) -> Figures:
    sums: dict[str, int] = defaultdict(int)
    people: dict[str, set[UUID]] = defaultdict(set)
    waits = []
    for fact in facts:
        if fact.key in WAITS:
            waits.append([fact.amount, fact.key == "wait.moved"])
        sums[fact.key] += fact.amount
        people[fact.key].add(fact.client)
    return {
        "counts": {key: [sums[key], len(people[key])] for key in sorted(sums)},
        "waits": sorted(waits),
    }


def without_small_cells(figures: Figures) -> Figures:
    """For an organisation: what is about fewer than five people is not told."""
    told = {
        key: [total, people] if people >= FEWEST_PEOPLE else [None, None]
        for key, (total, people) in figures["counts"].items()
    }
    is_small = any(told[key][0] is None for key in WAITS if key in told)
    return {"counts": told, "waits": [] if is_small else figures["waits"]}


def digest(facts: Iterable[Fact], who: Callable[[Fact], bool] = lambda _: True) -> str:
    """Of the facts as a set: the order does not matter, nor what passes by itself."""
    rows = sorted(
        [fact.key, str(fact.client), str(fact.therapist), fact.own, fact.shared, fact.amount]
        for fact in facts
        if fact.key != PASSING and who(fact)
    )
    return hashlib.sha256(json.dumps([FORMULA, rows]).encode()).hexdigest()


def by(facts: Iterable[Fact], key: Callable[[Fact], UUID]) -> Mapping[UUID, list[Fact]]:
    """The facts of each client or therapist."""
    groups: dict[UUID, list[Fact]] = defaultdict(list)
    for fact in facts:
        groups[key(fact)].append(fact)
    return groups
