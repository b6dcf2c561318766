"""What must hold for any case, however odd."""

from cProfile import Profile
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pstats import Stats
from random import Random

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from impasses.conditions import Condition, Group, leaves
from impasses.conditions_of_marks import MarkedSessions
from impasses.facts import CaseFacts, Dismissal, Score, SessionFacts, TagFact, Trial
from impasses.rulebook import rulebook
from impasses.rules import Finding, evaluate, readings, safety_concern, unseen
from tests.impasses.casebook import FIRST, TODAY

engine = settings(
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

TAGS = [
    "M1",
    "M1a",
    "M1b",
    "M1c",
    "M1d",
    "M2",
    "M2a",
    "M2b",
    "M3",
    "M3a",
    "M3b",
    "M4",
    "M4a",
    "M4b",
    "M4c",
    "M5",
    "M5a",
    "M5b",
    "M5c",
]
FEATURES = [
    "Y1a",
    "Y1b",
    "Y1c",
    "Y2a",
    "Y2b",
    "Y2c",
    "Y3a",
    "Y3b",
    "Y3c",
    "Y3d",
    "Y3e",
    "Y4a",
    "Y4b",
    "Y4c",
]
LONGEST_WINDOW = 5


def ticks(ids: list[str]) -> st.SearchStrategy[tuple[TagFact, ...]]:
    one = st.builds(
        TagFact,
        id=st.sampled_from(ids),
        intensity=st.integers(1, 3),
        linkable=st.booleans(),
    )
    meant = st.builds(
        TagFact, id=st.just("M4c"), how=st.sampled_from(["", "complaint", "hopeless"])
    )
    return st.lists(st.one_of(one, meant) if "M4c" in ids else one, max_size=5).map(tuple)


SESSIONS = st.builds(
    SessionFacts,
    id=st.just(""),
    on=st.just(FIRST),
    attendance=st.sampled_from(
        ["attended"] * 5 + ["late", "no_show", "cancelled_by_client", "cancelled_by_therapist"]
    ),
    tags=ticks(TAGS),
    features=ticks(FEATURES),
    theme=st.sampled_from([None, "work", "work", "home"]),
    repair=st.sampled_from([None, "unrepaired", "unrepaired", "partly", "repaired"]),
    task=st.sampled_from([None, "not_done", "not_done", "partly", "done", "none_set"]),
    goals_reviewed=st.sampled_from([False] * 5 + [True]),
    ambivalence=st.booleans(),
    movement=st.booleans(),
    context=st.booleans(),
    safety=st.booleans(),
    safety_checked=st.booleans(),
)
SCORES = st.builds(
    Score,
    instrument=st.sampled_from(["SRS", "PHQ-9"]),
    on=st.dates(FIRST, FIRST + timedelta(weeks=9)),
    total=st.integers(0, 27).map(Decimal),
    id=st.uuids().map(str),
)
TRIALS = st.builds(
    Trial,
    strategy=st.sampled_from(["T1", "T3", "K2", "Y3t1"]),
    on=st.dates(FIRST, FIRST + timedelta(weeks=9)),
    outcome=st.sampled_from(["helped", "partly", "no", "worse", "too_early"]),
)


def dated(
    sessions: list[SessionFacts], first: date = FIRST, prefix: str = ""
) -> list[SessionFacts]:
    return [
        replace(one, id=f"{prefix}{number}", on=first + timedelta(weeks=number))
        for number, one in enumerate(sessions)
    ]


HISTORIES = st.lists(SESSIONS, max_size=9).map(dated)
CASES = st.builds(
    CaseFacts,
    sessions=HISTORIES.map(tuple),
    scores=st.lists(SCORES, max_size=8).map(tuple),
    trials=st.lists(TRIALS, max_size=4).map(tuple),
    baseline=st.lists(st.sampled_from(["M1a", "M4b", "M5c"]), max_size=2).map(tuple),
)
HELD = SESSIONS.map(lambda one: replace(one, attendance="attended"))
LONG_HISTORIES = st.tuples(
    st.lists(SESSIONS, max_size=2),
    st.lists(HELD, min_size=LONGEST_WINDOW, max_size=LONGEST_WINDOW),
    st.lists(SESSIONS, max_size=2),
).map(lambda parts: dated([one for part in parts for one in part]))
LONG_CASES = st.builds(replace, CASES, sessions=LONG_HISTORIES.map(tuple))
"""Cases that fill every window: built so, not filtered out of others."""
WHOLE_HISTORY = {"R6", "R13"}
"""These ask whether something was ever marked or reviewed, however long ago."""


def evaluated(facts: CaseFacts, today: date = TODAY) -> tuple[Finding, ...]:
    return evaluate(facts, rules=rulebook().rules, today=today)


@engine
@given(CASES, st.randoms(use_true_random=False))
def test_the_order_of_input_changes_nothing(facts: CaseFacts, random: Random) -> None:
    shuffled = [
        replace(
            one,
            tags=tuple(random.sample(one.tags, len(one.tags))),
            features=tuple(random.sample(one.features, len(one.features))),
        )
        for one in random.sample(facts.sessions, len(facts.sessions))
    ]
    scores = tuple(random.sample(facts.scores, len(facts.scores)))
    trials = tuple(random.sample(facts.trials, len(facts.trials)))
    again = replace(facts, sessions=tuple(shuffled), scores=scores, trials=trials)
    assert evaluated(again) == evaluated(facts)


@engine
@given(LONG_CASES, st.lists(SESSIONS, max_size=4), st.lists(SESSIONS, max_size=4))
def test_facts_outside_the_windows_change_nothing(
    facts: CaseFacts, before: list[SessionFacts], after: list[SessionFacts]
) -> None:
    past = dated(before, FIRST - timedelta(weeks=60), "before ")
    future = dated(after, TODAY + timedelta(days=1), "after ")
    more = replace(
        facts,
        sessions=(*facts.sessions, *past, *future),
        scores=(*facts.scores, Score("PHQ-9", TODAY + timedelta(days=1), Decimal(27))),
        trials=(*facts.trials, Trial("T1", FIRST - timedelta(days=1), "worse")),
        dismissed=(Dismissal("R99", FIRST, "no such rule"),),
        episode_from=FIRST,
    )
    rules = [rule for rule in rulebook().rules if rule.id not in WHOLE_HISTORY]
    assert evaluate(more, rules=rules, today=TODAY) == evaluate(facts, rules=rules, today=TODAY)


@engine
@given(CASES, st.data())
def test_more_evidence_never_silences_a_rule(facts: CaseFacts, data: st.DataObject) -> None:
    assume(facts.sessions)
    facts = replace(facts, baseline=())
    place = data.draw(st.integers(0, len(facts.sessions) - 1))
    mark = data.draw(st.sampled_from([*TAGS, *FEATURES]))
    how = "hopeless" if mark == "M4c" else ""
    tick = TagFact(mark, data.draw(st.integers(1, 3)), how)
    one = facts.sessions[place]
    if mark in TAGS:
        fuller = replace(one, tags=(*one.tags, tick))
    else:
        fuller = replace(one, features=(*one.features, tick))
    more = (*facts.sessions[:place], fuller, *facts.sessions[place + 1 :])
    against = {r.id for r in rulebook().rules if mark in negative_marks(r.when)}
    before = {f.rule for f in evaluated(facts)} - against
    assert before <= {f.rule for f in evaluated(replace(facts, sessions=more))}


@engine
@given(CASES, st.data())
def test_one_more_absence_never_silences_the_attendance_rule(
    facts: CaseFacts, data: st.DataObject
) -> None:
    came = [place for place, one in enumerate(facts.sessions) if one.held]
    assume(came)
    place = data.draw(st.sampled_from(came))
    missed = replace(facts.sessions[place], attendance="no_show")
    more = (*facts.sessions[:place], missed, *facts.sessions[place + 1 :])
    if "R15" in {f.rule for f in evaluated(facts)}:
        assert "R15" in {f.rule for f in evaluated(replace(facts, sessions=more))}


def negative_marks(node: Condition | Group) -> set[str]:
    """The marks that speak against a rule, with the sub-forms that imply them."""
    against = {
        mark.id
        for leaf in leaves(node)
        if isinstance(leaf, MarkedSessions) and leaf.at_most is not None
        for mark in leaf.marks
    }
    return against | {id_ for id_ in TAGS if id_[:2] in against}


@engine
@given(CASES)
def test_the_same_facts_give_the_same_findings(facts: CaseFacts) -> None:
    first, second = evaluated(facts), evaluated(facts)
    assert first == second
    assert [f.to_trace() for f in first] == [f.to_trace() for f in second]


@engine
@given(CASES)
def test_the_calm_sessions_named_silence_the_rule_and_no_fewer_do(facts: CaseFacts) -> None:
    for finding in evaluated(facts):
        clears = finding.clears
        if clears.sessions is None or clears.scores:
            continue
        for calm in range(len(clears.ahead) + 1):
            later = replace(facts, sessions=(*facts.sessions, *clears.ahead[:calm]))
            fires = finding.rule in {f.rule for f in evaluated(later)}
            assert fires is (calm < len(clears.ahead))


@engine
@given(CASES)
def test_a_shared_trace_never_leads_to_an_unlinked_session(facts: CaseFacts) -> None:
    counted = {
        one.id for one in facts.sessions if not any(t.linkable for t in one.tags + one.features)
    }
    for finding in evaluated(facts):
        trace = finding.to_trace(shared=True)
        pieces = [piece for fact in trace["facts"] for piece in fact["evidence"]]
        linked = {p["session"] for p in pieces if p["tags"][0][0] in "MY"}
        assert not linked & counted
        window = trace["clears"]["window"] or {"cells": []}
        cells = {c["session"] for c in window["cells"] if c["intensity"]}
        told = {p["session"] for p in pieces if p["tags"][0][0] not in "MY"}  # attendance, flags
        assert not (cells | set(trace["sessions"])) - told & counted


@engine
@given(CASES)
def test_findings_are_ordered_and_only_lower_ones_are_absorbed(facts: CaseFacts) -> None:
    found = evaluated(facts)
    orders = {f.rule: f.order for f in found}
    assert [f.order for f in found] == sorted(orders.values())
    for finding in found:
        if finding.absorbed_by:
            assert orders[finding.absorbed_by] < finding.order
    assert not found or found[0].absorbed_by is None


@engine
@given(CASES)
def test_ties_are_kept_and_never_decided(facts: CaseFacts) -> None:
    found = readings(evaluated(facts))
    assert [r.type for r in found] == sorted(r.type for r in found)
    tied = [r for r in found if r.tied]
    assert len(tied) != 1
    assert len({len(r.sessions) for r in tied}) <= 1


ANYTHING = st.builds(
    SessionFacts,
    id=st.text(max_size=3),
    on=st.dates(),
    attendance=st.text(max_size=12) | st.sampled_from(["attended", "late", "no_show"]),
    tags=st.lists(
        st.builds(
            TagFact,
            id=st.text(max_size=4) | st.sampled_from(TAGS),
            intensity=st.integers(),
            how=st.text(max_size=3),
        )
    ).map(tuple),
    features=st.lists(st.builds(TagFact, id=st.sampled_from(FEATURES))).map(tuple),
    theme=st.none() | st.text(max_size=5),
)


@engine
@given(
    st.builds(CaseFacts, sessions=st.lists(ANYTHING).map(tuple), baseline=st.just(("", "M5a"))),
    st.dates(),
)
def test_no_facts_make_it_raise(facts: CaseFacts, today: date) -> None:
    for finding in evaluated(facts, today):
        finding.to_trace(shared=True)
        finding.to_trace(shared=False)
    unseen(facts, rules=rulebook().rules, today=today)
    safety_concern(facts, today)


def test_the_last_day_of_the_calendar_is_no_trouble() -> None:
    last = SessionFacts("1", date.max, tags=(TagFact("M5", 3),))
    (finding,) = evaluated(CaseFacts(sessions=(last,)), date.max)
    assert finding.clears.sessions == 4


def test_the_cost_lies_in_the_windows_and_not_in_the_history() -> None:
    """Counted in calls, never in seconds: `benchmarks/` measures those."""
    assert calls_for(sessions=240) < 3 * calls_for(sessions=24)


def calls_for(*, sessions: int) -> int:
    busy = tuple(TagFact(id_, 3) for id_ in TAGS)
    past = dated([SessionFacts("", FIRST, tags=busy, theme="work")] * sessions)
    facts, today = CaseFacts(sessions=tuple(past)), past[-1].on
    evaluate(facts, rules=rulebook().rules, today=today)
    profile = Profile()
    profile.runcall(evaluate, facts, rules=rulebook().rules, today=today)
    return Stats(profile).total_calls  # type: ignore[attr-defined, no-any-return]
