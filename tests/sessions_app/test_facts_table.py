"""One table of facts for the log page, the command's JSON and the rules, compared both ways."""

from dataclasses import dataclass, field, fields

import pytest

from impasses.casefile import schema
from impasses.catalogue import catalogue
from impasses.facts import CaseFacts, Dismissal, Score, SessionFacts, TagFact, Trial
from impasses.models import Trial as TrialRow
from impasses.questionnaires import questionnaires
from impasses.rulebook import READ_BY_ALL, rulebook
from sessions_app.entries import SessionEntry
from sessions_app.form_fields import HOWS, STRENGTHS
from sessions_app.forms import SessionForm
from sessions_app.models import TherapySession

SCHEMA = schema()


@dataclass(frozen=True)
class Fact:
    """One line: its fields on the page, its place in the JSON and in the facts, who reads it."""

    page: frozenset[str] = frozenset()
    json: frozenset[str] = frozenset()
    facts: frozenset[str] = frozenset()
    rules: frozenset[str] = frozenset()
    by_all: bool = field(default=False)


def fact(page: str = "", json: str = "", facts: str = "", rules: str = "") -> Fact:
    """`page`, `json` and `facts` are words; `rules` the numbers of the rules, or "all"."""
    numbers = () if rules == "all" else (f"R{number}" for number in rules.split())
    return Fact(
        frozenset(page.split()), frozenset(json.split()), frozenset(facts.split()),
        frozenset(numbers), rules == "all",
    )  # fmt: skip


MARKS = [mark.id for mark in catalogue().manifestations]
FEATURES = [f.id for kind in catalogue().types for f in kind.features]
INSTRUMENTS = [instrument.id for instrument in catalogue().instruments]

TABLE: dict[str, Fact] = {
    "date": fact("held_at", "session.on", "SessionFacts.on", "all"),
    "attendance": fact("attendance", "session.attendance", "SessionFacts.attendance", "all"),
    "manifestations, sub-forms, intensity": fact(
        " ".join(f"{m} {m}-forms {m}-intensity" for m in MARKS),
        "session.tags tag.id tag.intensity",
        "SessionFacts.tags TagFact.id TagFact.intensity",
        "1 2 3 4 6 7 10 11 12 13 14 15 16 17 19 20",
    ),
    "questions the value: how": fact("M4c-how", "tag.as", "TagFact.how", "16 17"),
    "type features": fact(
        "features " + " ".join(f"{code}-intensity" for code in FEATURES),
        "session.features feature.id feature.intensity",
        "SessionFacts.features",
        "1 4 5 7 8 9 10 11",
    ),
    "repair": fact("repair", "session.repair", "SessionFacts.repair", "6"),
    "agreed task of last time": fact("task", "session.task", "SessionFacts.task", "9"),
    "theme": fact("theme", "session.theme", "SessionFacts.theme", "12"),
    "goals reviewed": fact(
        "goals_reviewed", "session.goals_reviewed", "SessionFacts.goals_reviewed", "13"
    ),
    "ambivalence about change": fact(
        "ambivalence", "session.ambivalence", "SessionFacts.ambivalence", "14"
    ),
    "something moved": fact("movement", "session.movement", "SessionFacts.movement", "20"),
    "life outside": fact("context", "session.context", "SessionFacts.context", "all"),
    "safety concern; safety check done": fact(
        "safety safety_checked",
        "session.safety session.safety_checked",
        "SessionFacts.safety SessionFacts.safety_checked",
        "11",
    ),
    "scores": fact(
        "scores_on " + " ".join(f"score-{name}" for name in INSTRUMENTS),
        "case.scores score.instrument score.on score.total",
        "CaseFacts.scores Score.instrument Score.on Score.total",
        "2 18 19",
    ),
    "plan steps in play": fact(
        "trial-*",
        "case.trials trial.strategy trial.on trial.outcome",
        "CaseFacts.trials Trial.strategy Trial.on Trial.outcome",
        "20",
    ),
    "episode opened": fact("", "case.episode_from", "CaseFacts.episode_from", "20"),
    "dismissed": fact(
        "",
        "case.dismissed dismissal.rule dismissal.on dismissal.reason",
        "CaseFacts.dismissed Dismissal.rule Dismissal.on Dismissal.reason",
        "",
    ),
    "usual for this client": fact("", "case.baseline", "CaseFacts.baseline", "all"),
}
ITEMS = [
    f"item-{each.instrument}-{number}"
    for each in questionnaires().values()
    for number in range(1, len(each.questions) + 1)
]
NOT_FACTS_ON_THE_PAGE = {
    "format": "how one met says nothing about being stuck",
    "minutes": "the same",
    "repair_steps": "what was done about it; the repair state is the fact",
    "agreed_task": "words for next time; whether it was done is the fact",
    "note": "words",
    "note_visibility": "who reads",
    "process_note": "words, the author's alone",
    "scores_by": "kept with the score; every rule reads it the same way",
    **dict.fromkeys(ITEMS, "the answers that make up a total"),
    "features-visibility": "who sees",
    "M5c-shared": "who sees",
    **{f"{mark}-visibility": "who sees" for mark in MARKS},
}
NOT_FACTS_IN_THE_JSON = {
    "case.sessions": "the list that holds the facts",
    "session.draft": "a draft is no session",
}
NOT_FACTS_OF_THE_ENGINE = {
    "SessionFacts.id": "names the session in evidence",
    "TagFact.linkable": "whether evidence may lead to the session",
    "CaseFacts.sessions": "the list that holds the facts",
    "CaseFacts.profile": "the organisation's choice, and no fact of the case",
    "Score.id": "which of two scores of one day came first",
}
READ_AS = {  # the name of a fact in `facts_read`, by its line
    "date": {"on"},
    "attendance": {"attendance"},
    "manifestations, sub-forms, intensity": {"tags"},
    "questions the value: how": {"as"},
    "type features": {"features"},
    "repair": {"repair"},
    "agreed task of last time": {"task"},
    "theme": {"theme"},
    "goals reviewed": {"goals_reviewed"},
    "ambivalence about change": {"ambivalence"},
    "something moved": {"movement"},
    "life outside": {"context"},
    "safety concern; safety check done": {"safety", "safety_checked"},
    "scores": {"scores"},
    "plan steps in play": {"trials"},
    "episode opened": {"episode_from"},
    "usual for this client": {"baseline"},
}


def all_of(column: str) -> list[str]:
    return [name for line in TABLE.values() for name in sorted(getattr(line, column))]


@pytest.mark.parametrize("column", ["page", "json", "facts"])
def test_nothing_stands_in_two_lines(column: str) -> None:
    assert len(all_of(column)) == len(set(all_of(column)))


def test_the_page_asks_for_the_facts_and_for_nothing_else() -> None:
    asked = set(SessionForm().fields)
    assert asked == (set(all_of("page")) - {"trial-*"}) | set(NOT_FACTS_ON_THE_PAGE)
    assert not set(all_of("page")) & set(NOT_FACTS_ON_THE_PAGE)


def test_the_entry_carries_every_fact_of_a_session() -> None:
    carried = {f.name for f in fields(SessionEntry)}
    facts = {f.name for f in fields(SessionFacts)} - {"id", "on", "features"} | {"held_at"}
    beside = {"format", "minutes", "repair_steps", "agreed_task", "note", "note_visibility",
              "process_note", "scores", "trials"}  # fmt: skip
    assert carried == facts | beside


def test_the_json_holds_the_facts_and_nothing_else() -> None:
    held = {f"case.{name}" for name in SCHEMA["properties"]}
    for name, part in SCHEMA["$defs"].items():
        shape = part["else"] if name == "feature" else part
        held |= {f"{name}.{key}" for key in shape.get("properties", {})}
    assert held == set(all_of("json")) | set(NOT_FACTS_IN_THE_JSON)


def test_the_engine_reads_the_facts_and_nothing_else() -> None:
    shapes = (CaseFacts, SessionFacts, TagFact, Score, Trial, Dismissal)
    held = {f"{shape.__name__}.{f.name}" for shape in shapes for f in fields(shape)}
    assert held == set(all_of("facts")) | set(NOT_FACTS_OF_THE_ENGINE)


def test_each_rule_reads_only_what_the_table_says() -> None:
    published = {rule.id for rule in rulebook().rules}
    allowed: dict[str, set[str]] = {rule: set() for rule in published}
    for name, line in TABLE.items():
        for rule in line.rules & published:
            allowed[rule] |= READ_AS[name]
    for rule, read in rulebook().facts_read.items():
        assert set(read) - READ_BY_ALL <= allowed[rule], rule


def test_each_published_rule_reads_all_that_the_table_gives_it() -> None:
    missing = {
        (rule, name)
        for name, line in TABLE.items()
        for rule in line.rules
        if name != "safety concern; safety check done"  # R11 waits for it and does not fire on it
        and not READ_AS[name] & set(rulebook().facts_read[rule])
    }
    assert missing == set()


def test_what_all_rules_read_is_what_the_table_says() -> None:
    by_all = set().union(*(READ_AS[name] for name, line in TABLE.items() if line.by_all))
    assert by_all == READ_BY_ALL


def enum(name: str, key: str) -> list[str]:
    return [value for value in SCHEMA["$defs"][name]["properties"][key]["enum"] if value]


def test_page_json_and_models_know_the_same_values() -> None:
    form = SessionForm().fields
    assert enum("session", "attendance") == TherapySession.Attendance.values
    assert enum("session", "repair") == TherapySession.Repair.values
    assert enum("session", "task") == TherapySession.Task.values
    assert enum("tag", "as") == [value for value, _ in HOWS]
    assert enum("trial", "outcome") == TrialRow.Outcome.values
    assert sorted(enum("score", "instrument")) == sorted(INSTRUMENTS)
    sub_forms = [v for mark in MARKS for v, _ in form[f"{mark}-forms"].choices]  # type: ignore[attr-defined]
    assert sorted(enum("tag", "id")) == sorted([*MARKS, *sub_forms])
    assert sorted(SCHEMA["properties"]["baseline"]["items"]["enum"]) == sorted(sub_forms)
    features = [value for value, _ in form["features"].choices]  # type: ignore[attr-defined]
    assert sorted(SCHEMA["$defs"]["feature"]["then"]["enum"]) == sorted(features)
    for part in (SCHEMA["$defs"]["tag"], SCHEMA["$defs"]["feature"]["else"]):
        intensity = part["properties"]["intensity"]
        assert (intensity["minimum"], intensity["default"], intensity["maximum"]) == (1, 2, 3)
    assert [value for value, _ in STRENGTHS] == ["1", "2", "3"]


def test_the_five_names_stand_on_the_page_in_lane_order() -> None:
    form = SessionForm()
    assert [form[mark].label for mark in ("M1", "M2", "M3", "M4", "M5")] == [
        "Resistance",
        "Avoidance of difficult topics",
        "Repetitive patterns",
        "Lack of motivation",
        "Changes in the therapeutic relationship",
    ]
