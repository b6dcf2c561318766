"""The simulated courses, without a database: each fires its rule, reads well and keeps its days."""

import re
from collections import Counter
from datetime import date, timedelta
from itertools import chain, pairwise
from zoneinfo import ZoneInfo

import pytest

from impasse_tracker.demo.agenda import STEP, practice_day
from impasse_tracker.demo.cast import CAST, FIRST, Casting
from impasse_tracker.demo.courses import CLOSINGS, COURSES, FLAGS, read_beat
from impasse_tracker.demo.notes import sentences
from impasse_tracker.demo.script import Script, script_of
from impasses.catalogue import catalogue
from impasses.facts import CaseFacts, Score, SessionFacts, TagFact
from impasses.rulebook import rulebook
from impasses.rules import Finding, evaluate, readings, safety_concern
from sessions_app.entries import SessionEntry, TagEntry

LONDON = ZoneInfo("Europe/London")
TODAY = date(2026, 11, 23)
DAYS = [TODAY + timedelta(days=n) for n in range(7)] + [
    date(2027, 1, 1), date(2027, 3, 29), date(2028, 2, 29), date(2026, 8, 20),
]  # fmt: skip
FIRES = {
    "calm": set(), "loosening": {"R20"}, "easing": {"R20"}, "farewell": {"R20"},
    "strain": {"R1"}, "contest": {"R1", "R17"}, "response": {"R3"}, "answering": {"R1", "R3"},
    "unmended": {"R6"}, "unconvinced": {"R8"}, "harmful": {"R11"}, "aimless": {"R13"},
    "two_minds": {"R14"},
    "flooded": {"R4", "R5"}, "alarmed": {"R4", "R5"}, "charged": {"R4", "R16"}, "thoughts": {"R7"},
    "situations": {"R10"}, "returning": {"R12"}, "quiet": {"R16"}, "thinning": {"R15"},
    "wavering": {"R15", "R17"}, "gone": {"R15", "R16"}, "tie": {"R4", "R10"},
}  # fmt: skip
DRAWN = {"R2", "R9", "R18", "R19"}
"""These rest on scores and tasks, which are drawn for each client and not written."""
by_name = pytest.mark.parametrize("casting", CAST, ids=lambda casting: casting.code_name)


def script(casting: Casting, today: date = TODAY) -> Script:
    return script_of(casting, today, LONDON)


def facts(played: Script, until: int | None = None) -> CaseFacts:
    """The case as the rules see it, up to and including this place."""
    entries = [scene.entry for scene in played.scenes[:until]]
    sessions = tuple(_session(str(n), entry) for n, entry in enumerate(entries))
    scores = tuple(
        Score(score.instrument, entry.held_at.date(), score.total, id=str(n))
        for n, entry in enumerate(entries)
        for score in entry.scores
    )
    return CaseFacts(sessions=sessions, scores=scores, baseline=played.casting.baseline)


def _session(number: str, entry: SessionEntry) -> SessionFacts:
    marks = [tag for tag in entry.tags if tag.code.startswith("M")]
    return SessionFacts(
        id=number,
        on=entry.held_at.date(),
        attendance=entry.attendance,
        tags=tuple(chain.from_iterable(_ticks(tag) for tag in marks)),
        features=tuple(TagFact(t.code, t.intensity) for t in entry.tags if t not in marks),
        theme=entry.theme or None,
        repair=entry.repair or None,
        task=entry.task or None,
        **{flag: getattr(entry, flag) for flag in FLAGS},
    )


def _ticks(tag: TagEntry) -> list[TagFact]:
    forms = [TagFact(f, tag.intensity, tag.how if f == "M4c" else "") for f in tag.sub_forms]
    return [TagFact(tag.code, tag.intensity), *forms]


def findings(case: CaseFacts) -> tuple[Finding, ...]:
    return evaluate(case, rules=rulebook().rules, today=TODAY)


def fired(case: CaseFacts) -> set[str]:
    return {finding.rule for finding in findings(case)}


def written(entry: SessionEntry) -> list[str]:
    """The sentences of a note."""
    return re.split(r"(?<=[.?!])\s+(?=[“A-Z])", entry.note) if entry.note else []


def closing_of(casting: Casting) -> str:
    return casting.closing or COURSES[casting.course].closing


def test_forty_cases_of_six_to_sixty_sessions() -> None:
    assert len(CAST) == len({casting.code_name for casting in CAST}) == 40
    assert {len(script(casting).scenes) for casting in CAST} >= {6, 60}
    assert all(6 <= len(script(casting).scenes) <= 60 for casting in CAST)


@by_name
def test_each_closing_fires_its_rules_and_no_others(casting: Casting) -> None:
    assert fired(facts(script(casting))) - DRAWN == FIRES[closing_of(casting)]


def test_every_closing_is_played() -> None:
    assert {closing_of(casting) for casting in CAST} == set(CLOSINGS) == set(FIRES)


def test_every_rule_stands_undecided_in_a_case_of_thea_or_tom() -> None:
    live = set()
    for casting in CAST:
        if casting.therapist.endswith("demo.test") and not casting.therapist.startswith("sunil"):
            decided = {decision.rule for decision in casting.decisions}
            live |= fired(facts(script(casting))) - decided
    assert live == {rule.id for rule in rulebook().rules}


def test_some_cases_are_calm_one_is_a_tie_and_one_is_a_safety_concern() -> None:
    found = {casting.code_name: facts(script(casting)) for casting in CAST}
    assert sum(not fired(case) for case in found.values()) >= 6
    assert [r.tied for r in readings(findings(found["Marble"]))] == [True, True]
    assert safety_concern(found["Quarry"], TODAY)
    assert not safety_concern(found["Willow"], TODAY)


@by_name
def test_each_decision_finds_its_suggestion(casting: Casting) -> None:
    played = script(casting)
    for place, scene in enumerate(played.scenes):
        for decision in scene.decisions:
            assert decision.rule in fired(facts(played, place + 1))
    decided = [decision for scene in played.scenes for decision in scene.decisions]
    assert sorted(decided, key=str) == sorted(casting.decisions, key=str)


def test_every_outcome_of_a_plan_is_answered_somewhere() -> None:
    scenes = chain.from_iterable(script(casting).scenes for casting in CAST)
    answers = [o for scene in scenes for answer in scene.answers for o in answer.outcomes]
    assert set(answers) == {"helped", "partly", "no", "worse", "too_early"}


def test_the_first_three_show_strain_avoidance_and_thinning_attendance() -> None:
    assert [casting.code_name for casting in CAST[:FIRST]] == ["Heron", "Juniper", "Lantern"]
    assert {casting.therapist for casting in CAST[:FIRST]} == {"thea@demo.test"}


@by_name
def test_it_is_the_same_at_every_run(casting: Casting) -> None:
    assert script(casting) == script(casting)


@by_name
def test_no_sentence_is_read_twice_in_a_case(casting: Casting) -> None:
    notes = [scene.entry.note for scene in script(casting).scenes]
    told = Counter(chain.from_iterable(written(scene.entry) for scene in script(casting).scenes))
    assert [sentence for sentence, times in told.items() if times > 1] == []
    assert len([note for note in notes if note]) >= 0.75 * len(notes)


def test_every_note_is_one_to_five_sentences_with_nothing_left_to_fill_in() -> None:
    for entry in (scene.entry for casting in CAST for scene in script(casting).scenes):
        words = entry.note + entry.process_note + entry.agreed_task
        assert len(written(entry)) <= 5, entry.note
        assert not set("{}") & set(words)
        assert "  " not in words


def test_notes_name_nobody() -> None:
    """A case's own code name and no other; whoever else appears has a role, not a name."""
    names = {casting.code_name for casting in CAST}
    for casting in CAST:
        for scene in script(casting).scenes:
            words = f"{scene.entry.note} {scene.entry.process_note} {scene.entry.agreed_task}"
            assert set(re.findall(r"\w+", words)) & names <= {casting.code_name}


def test_there_are_more_than_three_hundred_sentences_and_no_two_are_alike() -> None:
    files = ("signs", "room", "process", "tasks")
    every = [s for name in files for deck in sentences(name).values() for s in deck]
    assert len(every) > 300
    assert [s for s, times in Counter(every).items() if times > 1] == []


def test_every_sign_of_the_catalogue_can_be_told() -> None:
    forms = {form.id for mark in catalogue().manifestations for form in mark.sub_forms} - {"M5c"}
    features = {feature.id for kind in catalogue().types for feature in kind.features}
    assert set(sentences("signs")) >= forms | features


def test_counter_transference_is_always_its_authors_alone() -> None:
    for entry in (scene.entry for casting in CAST for scene in script(casting).scenes):
        for tag in entry.tags:
            assert ("M5c" in tag.private_forms) == ("M5c" in tag.sub_forms)


def test_visibility_attendance_formats_and_scores_vary() -> None:
    entries = [scene.entry for casting in CAST for scene in script(casting).scenes]
    assert {tag.visibility for e in entries for tag in e.tags} == {"shared", "counts", "private"}
    assert {e.note_visibility for e in entries} == {"shared", "private"}
    assert len({e.attendance for e in entries}) == 5
    assert {e.format for e in entries} == {"in_person", "video", "phone"}
    assert {s.instrument for e in entries for s in e.scores} >= {"A10", "CORE-10", "PHQ-9"}
    assert {e.repair for e in entries} == {"", "repaired", "partly", "unrepaired"}
    assert {e.task for e in entries} == {"", "done", "partly", "not_done", "none_set"}


@by_name
def test_a_task_is_asked_about_only_after_one_was_agreed(casting: Casting) -> None:
    held = [s.entry for s in script(casting).scenes if s.entry.attendance in ("attended", "late")]
    for before, after in pairwise(held):
        assert before.agreed_task or after.task in ("", "none_set")


@pytest.mark.parametrize("today", DAYS, ids=str)
def test_sessions_are_on_working_days_before_today_and_never_two_at_once(today: date) -> None:
    moments: Counter[tuple[str, object]] = Counter()
    for casting in CAST:
        held = [scene.entry.held_at for scene in script(casting, today).scenes]
        assert held == sorted(held)
        assert all(moment.weekday() < 5 and moment.date() < today for moment in held)
        assert all(8 <= moment.hour <= 18 for moment in held)
        moments.update((casting.therapist, moment) for moment in held if moment.hour != 8)
    assert [moment for moment, times in moments.items() if times > 1] == []


def test_nobody_works_on_the_holidays_of_the_past() -> None:
    days = {s.entry.held_at.date() for c in CAST for s in script(c, date(2026, 3, 16)).scenes}

    assert not any((day.month, day.day) in ((12, 24), (12, 25), (12, 31), (1, 1)) for day in days)
    assert not any(day.month == 8 and 8 <= day.day <= 21 for day in days)


@pytest.mark.parametrize("today", DAYS, ids=str)
def test_several_of_theas_clients_are_due_today_or_were_yesterday(today: date) -> None:
    due = []
    for casting in CAST:
        if casting.therapist == "thea@demo.test" and casting.status == "active":
            last = script(casting, today).scenes[-1].entry.held_at.date()
            due.append(last + timedelta(days=STEP[casting.rhythm]))
    now = practice_day(today)
    assert due.count(now) >= 2
    assert any(day < now for day in due)


def test_the_clock_change_leaves_the_hour_where_it_was() -> None:
    hours = {
        scene.entry.held_at.strftime("%H:%M")
        for scene in script(CAST[0], date(2026, 11, 23)).scenes
    } - {"08:15"}
    assert len(hours) == 1


def test_a_word_that_says_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="'nonsense' in 'M1a nonsense'"):
        read_beat("M1a nonsense")
