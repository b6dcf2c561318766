"""Each rule at its threshold, one below it, and at the edges of its window."""

from dataclasses import replace
from datetime import timedelta

import pytest

from impasses.facts import CaseFacts
from impasses.rulebook import rulebook
from impasses.rules import evaluate_rule
from tests.impasses.casebook import FIRST, case, found

FIRES = {
    "R1": [
        ["M5", "", "M5", ""],
        ["M5", "", "", "M5"],
        ["M5a", "M5b", ""],
        ["M5 late", "M5", ""],
        ["M5", "no_show", "", "M5", ""],
        ["M5", "cancelled_by_therapist", "cancelled_by_client", "", "M5", ""],
        ["M5:3"],
        ["M5a:3"],
        ["M5:3", "", "", ""],
        ["Y1a", "", "Y1c", ""],
        ["Y1a", "Y1a", ""],
    ],
    "R3": [["M5c"], ["M5c:1", "", ""], ["M5c", "no_show", "", ""]],
    "R4": [
        ["M2a M1a", "M2a", ""],
        ["M2a", "M2a", "M1b"],
        ["M1c", "M2a", "M2a", ""],
        ["Y3a", "Y3b", ""],
        ["Y3b", "", "", "Y3b"],
        ["M2a M1a", "", "", "M2a"],
    ],
    "R5": [
        ["Y3c", "Y3d", ""],
        ["Y3e", "", "", "Y3e"],
        ["Y3c:3"],
        ["Y3e:3", "", "", ""],
        ["", "", "Y3d:1 Y3c:1", "Y3d:1"],
    ],
    "R6": [
        ["M5", "repair=unrepaired", "repair=unrepaired"],
        ["M5 repair=unrepaired", "M5 repair=unrepaired", "M5 repair=unrepaired"],
        ["M5a", "repair=repaired", "M5b repair=unrepaired", "repair=unrepaired"],
        ["M5", "", "no_show", "repair=unrepaired", "no_show", "repair=unrepaired"],
        ["M5", "", "", "", "", "", "repair=unrepaired", "repair=unrepaired"],
    ],
    "R8": [["Y2a", "Y2b", ""], ["Y2c", "", "", "Y2c"], ["Y2a:1", "Y2a:1", ""]],
    "R9": [
        ["task=not_done", "task=not_done", "task=done"],
        ["task=not_done", "", "task=partly", "", "task=not_done"],
        ["Y4c", "Y4c", ""],
        ["Y4c", "", "", "Y4c"],
    ],
    "R11": [["M1d", "M1d"], ["M1d", "", "", "M1d"], ["Y4a"], ["Y4a", "", "", ""]],
    "R13": [
        ["M3", "M4", "", "", "", "M3", "M4"],
        ["", "", "", "", "M3", "M3"],
        ["goals_reviewed", "", "", "", "M4", "", "M3"],
    ],
    "R14": [
        ["M4c ambivalence", "", ""],
        ["ambivalence", "M4c", "late", "no_show"],
        ["M4c ambivalence", "", "", "cancelled_by_therapist", "cancelled_by_therapist"],
    ],
    "R17": [
        ["M5a"],
        ["M5a:3", "", "", ""],
        ["M4c=complaint"],
        ["M4c:1=complaint", "", "", ""],
    ],
    "R7": [
        ["M1c M3b", "M1c M3b", ""],
        ["M1c", "M3b", "M1c", "M3b"],
        ["Y3c", "M1c M3b", "M1c M3b", "", ""],
        ["M1c M3b", "M1c M3b", "Y3a"],
    ],
    "R10": [["M2b", "M2b", ""], ["M2b", "", "", "M2b"], ["Y4b", "", "", "Y4b"]],
    "R12": [
        ["M3b theme=work", "M3b theme=work", "M3b theme=work"],
        ["M3b theme=work", "", "M3b theme=work", "", "M3b theme=work"],
        ["M3b theme=a", "M3b theme=work", "M3b theme=work", "M3b theme=b", "M3b theme=work"],
        ["M3b", "M3b theme=work", "M3b theme=work", "M3b theme=work"],
    ],
    "R15": [
        ["no_show", "no_show"],
        ["no_show", "cancelled_by_client"],
        ["", "", "no_show", "", "cancelled_by_client", ""],
        ["no_show", "cancelled_by_therapist", "cancelled_by_therapist", "", "", "no_show"],
        ["no_show", "M4"],
        ["M4", "no_show"],
        ["M4b", "cancelled_by_client", "cancelled_by_therapist"],
        ["no_show", "", "", "M4 late"],
    ],
    "R16": [
        ["M1a", "M2a", "M4a"],
        ["M1a M2b", "", "", "M4b"],
        ["M1b M1c", "M1b", ""],
        ["M1a", "M2a", "M4c=hopeless"],
        ["M4c=hopeless", "M4c=hopeless", "M4c=hopeless"],
    ],
}

SILENT = {
    "R1": [
        [],
        ["M5", "", "", ""],
        ["M5", "", "", "", "M5"],
        ["M5", "M5"],
        ["M5:3", "", "", "", ""],
        ["M5", "M5 cancelled_by_client", "", ""],
        ["M5", "M5 no_show", "", ""],
        ["Y1a Y1b Y1c", "", ""],
        ["Y1a:3", "", ""],
        ["Y1a", "", "", "", "Y1c"],
        ["Y1a", "Y2a", ""],
    ],
    "R3": [["M5"], ["M5a M5b"], ["M5c", "", "", ""], ["M5c cancelled_by_client", "", ""]],
    "R4": [
        ["M2a M1a", "", ""],
        ["M2a", "M2a", ""],
        ["M2a M1d", "M2a", ""],
        ["M2a M1", "M2a", ""],
        ["M2 M1a", "M2", ""],
        ["M1a", "M2a", "M2a", "", ""],
        ["M2a M1a", "M2a"],
        ["Y3a", "Y3c", ""],
        ["Y3a", "", "", "", "Y3b"],
        ["M2a", "", "", "", "M2a M1a"],
    ],
    "R5": [
        ["Y3c", "", ""],
        ["Y3c", "Y3d"],
        ["Y3a", "Y3b", "Y3a"],
        ["Y3c", "", "", "", "Y3d"],
        ["Y3c:3", "", "", "", ""],
    ],
    "R6": [
        ["", "repair=unrepaired", "repair=unrepaired"],
        ["M5", "", "repair=unrepaired"],
        ["M5", "repair=unrepaired", "repair=partly"],
        ["M5", "repair=unrepaired", "repair=unrepaired", "repair=repaired"],
        ["M5", "repair=unrepaired", "repair=repaired", "repair=unrepaired"],
        ["M5", "repair=unrepaired", "repair=unrepaired no_show"],
        ["M5 repair=unrepaired", "repair=unrepaired"],
    ],
    "R8": [["Y2a", "", ""], ["Y2a Y2b Y2c", "", ""], ["Y2a", "Y2a"], ["Y2a", "", "", "", "Y2a"]],
    "R9": [
        ["task=not_done", "task=not_done", "task=none_set"],
        ["task=not_done", "task=done", "task=done"],
        ["task=partly", "task=partly", "task=partly"],
        ["task=not_done", "task=done", "task=done", "", "", "", "task=not_done"],
        ["task=not_done", "task=not_done"],
        ["Y4c", "", ""],
    ],
    "R11": [["M1d"], ["M1d", "", "", "", "M1d"], ["Y4a", "", "", "", ""], ["M1a", "M1a"]],
    "R13": [
        ["M3", "M4", "", "", ""],
        ["", "", "", "", "", "M3"],
        ["", "goals_reviewed", "", "", "M4", "", "M3"],
        ["M3", "M3", "", "", "", ""],
        ["", "", "", "", "M1", "M2"],
    ],
    "R14": [
        ["M4c", "", ""],
        ["ambivalence", "", ""],
        ["M4c ambivalence", "", "no_show", "no_show"],
        ["M4c ambivalence", "", "", "", ""],
        ["M4c ambivalence", ""],
        ["M4a ambivalence", "", ""],
    ],
    "R17": [
        ["M5a:1"],
        ["M5"],
        ["M5b:3"],
        ["M5a", "", "", "", ""],
        ["M4c"],
        ["M4c=hopeless"],
        ["M5a no_show"],
    ],
    "R7": [
        ["M1c M3b", "M1c", ""],
        ["M1c M3b", "M3b", ""],
        ["M1c", "M3b M1c", "M3b", "", ""],
        ["M3b", "M3b M1c", "M1c", "", ""],
        ["M1c", "M1c M3b", ""],
        ["M1c M3b", "M1c M3b"],
        ["M1c M3b", "M1c M3b", "Y3c"],
        ["M1c M3b", "M1c M3b", "Y3d:1"],
        ["M1c M3b Y3e", "M1c M3b", ""],
        ["M1 M3", "M1 M3", "M1 M3"],
    ],
    "R10": [
        ["M2b", "", ""],
        ["M2b", "", "", "", "M2b"],
        ["M2b", "Y4b", ""],
        ["Y4b", "", "", "", "Y4b"],
        ["M2a", "M2a", "M2a"],
        ["M2b", "M2b"],
    ],
    "R12": [
        ["M3b theme=work", "M3b theme=work", "M3b theme=home"],
        ["M3b theme=work", "M3b theme=work", "M3b theme=Work"],
        ["M3b theme=work", "M3b theme=work", "theme=work"],
        ["M3b theme=work", "", "", "M3b theme=work", "", "M3b theme=work"],
        ["M3a theme=work", "M3a theme=work", "M3a theme=work"],
        ["M3b", "M3b", "M3b"],
    ],
    "R15": [
        [],
        ["no_show"],
        ["no_show", "", "", "", "no_show"],
        ["cancelled_by_therapist", "cancelled_by_therapist", "cancelled_by_therapist"],
        ["no_show", "M4", ""],
        ["M4"],
        ["no_show", "", "", "", "M4"],
        ["late", "late", "late"],
        ["cancelled_by_therapist", "M4"],
    ],
    "R16": [
        ["M1a M2a M4a", "", ""],
        ["M1a", "M2a", ""],
        ["M1a", "M2a", "", "", "M4a"],
        ["M1a M2a", "M4a"],
        ["M1a", "M2a", "M4c=complaint"],
        ["M1a", "M2a", "M4c"],
        ["M1d", "M1d", "M3b", "M5a"],
        ["M1", "M2", "M4"],
        ["M1a M1a:3", "M1a", ""],
        ["M1a M1a~", "M1a", ""],
    ],
}


def rows(table: dict[str, list[list[str]]]) -> list[tuple[str, list[str]]]:
    return [(rule, sessions) for rule, cases in table.items() for sessions in cases]


@pytest.mark.parametrize(("rule", "sessions"), rows(FIRES))
def test_fires(rule: str, sessions: list[str]) -> None:
    assert found(rule, *sessions) is not None


@pytest.mark.parametrize(("rule", "sessions"), rows(SILENT))
def test_is_silent(rule: str, sessions: list[str]) -> None:
    assert found(rule, *sessions) is None


def test_every_rule_has_both_kinds_of_cases() -> None:
    scores_and_trials = {"R2", "R18", "R19", "R20"}  # tried in test_rules_of_scores.py
    assert set(FIRES) == set(SILENT) == {rule.id for rule in rulebook().rules} - scores_and_trials


@pytest.mark.parametrize(("rule", "sessions"), [(rule, rows[0]) for rule, rows in FIRES.items()])
def test_what_lies_after_today_is_ignored(rule: str, sessions: list[str]) -> None:
    last = FIRST + timedelta(weeks=len(sessions) - 1)
    facts = case(*sessions)
    assert evaluate_rule(facts, rulebook()[rule], last) is not None
    assert evaluate_rule(facts, rulebook()[rule], FIRST - timedelta(days=1)) is None


def test_a_future_session_does_not_push_one_out_of_the_window() -> None:
    facts = case("M5:3", "", "", "", "")
    day_before_the_last = FIRST + timedelta(weeks=4) - timedelta(days=1)
    assert evaluate_rule(facts, rulebook()["R1"], day_before_the_last) is not None


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_sessions_of_one_day_keep_the_order_of_entry(order: tuple[int, ...]) -> None:
    missed, disengaged, calm = (
        replace(one, id=id_, on=FIRST)
        for one, id_ in zip(case("no_show", "M4", "").sessions, ("8", "9", "10"), strict=True)
    )
    entered = (missed, disengaged, calm)
    sessions = tuple(entered[place] for place in order)
    rule = rulebook()["R15"]
    assert evaluate_rule(CaseFacts(sessions=sessions), rule, FIRST) is None
    without_calm = tuple(one for one in sessions if one is not calm)
    assert evaluate_rule(CaseFacts(sessions=without_calm), rule, FIRST) is not None
