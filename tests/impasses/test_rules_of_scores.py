"""The rules of scores and trials: at the threshold, below it, blind, and what clears them."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from impasses.facts import CaseFacts
from impasses.rulebook import rulebook
from impasses.rules import Finding, evaluate_rule, unseen
from tests.impasses.casebook import FIRST, TODAY, case, scored, tried


def on(rule: str, facts: CaseFacts) -> Finding | None:
    return evaluate_rule(facts, rulebook()[rule], TODAY)


def blind(rule: str, facts: CaseFacts) -> bool:
    return rule in {one.rule for one in unseen(facts, rules=rulebook().rules, today=TODAY)}


STUCK = case("M1", "M2", "", "")

FIRES = {
    "R2": [
        scored("SRS", 35),
        scored("SRS", 38, 37),
        scored("SRS", 39, 40, 39),
        scored("SRS", 38, 37, facts=case("", "M5", "", "")),
        scored("WAI-SR", 50, 52, 48, 50, 45),
        scored("A10", 8, 8, 8, 8, 7),
        scored("ARM-5", 30, 31, 30, 31, 29.9),
    ],
    "R18": [
        scored("PHQ-9", 10, 16, 16),
        scored("PHQ-9", 10, 5, 16, 17),
        scored("PHQ-9", 10, 16, 17, facts=case("context")),
        scored("GAD-7", 8, 12, 13),
        scored("ORS", 20, 15, 14),
        scored("OQ-45.2", 60, 74, 80),
        scored("PHQ-9", 10, 16, 17, facts=case()),
    ],
    "R19": [
        scored("PHQ-9", 15, 14, 16, 15, 13, 12, facts=STUCK),
        scored("PHQ-9", 15, 2, 2, 2, 2, 10, facts=STUCK),
        scored("ORS", 20, 21, 20, 22, 20, 24, facts=STUCK),
    ],
    "R20": [
        tried("T3:no", "T3:no"),
        tried("T3:no", "T3:worse"),
        tried("K2:no", "T3:helped", "K2:worse"),
        case("", "movement", ""),
        case("M5", "", "movement", "", ""),
    ],
}
SILENT = {
    "R2": [
        scored("SRS", 36),
        scored("SRS", 37, 36.5),
        scored("SRS", 35, 36),
        scored("SRS", 38, 37, facts=case("", "", "M5", "")),
        scored("SRS", 30, facts=case("", "")),
        scored("WAI-SR", 50, 60, 40, 50, 45),
        scored("A10", 8, 8, 8, 8, 7.5),
        scored("WAI-SR", 50, 52, 48, 40),
        scored("PHQ-9", 10, 20, 27),
    ],
    "R18": [
        scored("PHQ-9", 10, 15, 16),
        scored("PHQ-9", 10, 16),
        scored("PHQ-9", 10, 16, 16, 15),
        scored("ORS", 20, 16, 14),
        scored("SRS", 40, 10, 10),
        scored("PHQ-9", 16, 10, 10),
    ],
    "R19": [
        scored("PHQ-9", 15, 14, 16, 15, 12, facts=STUCK),
        scored("PHQ-9", 15, 14, 16, 15, 13, 9, facts=STUCK),
        scored("PHQ-9", 13, 14, 16, 15, 13, 9, facts=STUCK),
        scored("PHQ-9", 15, 14, 16, 15, 13, 12, facts=case("M1", "", "", "")),
    ],
    "R20": [
        tried("T3:no"),
        tried("T3:no", "T1:no"),
        tried("T3:no", "T3:partly"),
        tried("T3:no", "T3:too_early"),
        replace(tried("T3:no", "T3:no"), episode_from=FIRST + timedelta(days=1)),
        case("movement", "", "", ""),
        case("", "movement", "M4"),
        case("", "movement"),
    ],
}
ROWS = [(rule, facts, True) for rule, cases in FIRES.items() for facts in cases] + [
    (rule, facts, False) for rule, cases in SILENT.items() for facts in cases
]


@pytest.mark.parametrize(("rule", "facts", "fires"), ROWS)
def test_at_and_below_the_threshold(rule: str, facts: CaseFacts, fires: bool) -> None:
    assert bool(on(rule, facts)) is fires


@pytest.mark.parametrize("rule", ["R2", "R18", "R19"])
def test_without_a_score_it_is_blind_and_not_silent(rule: str) -> None:
    assert on(rule, STUCK) is None
    assert blind(rule, STUCK)


def test_a_score_after_today_is_not_seen() -> None:
    facts = scored("PHQ-9", 10, 16, 16)
    assert evaluate_rule(facts, rulebook()["R18"], FIRST + timedelta(weeks=1)) is None


def test_a_stricter_profile_wants_more_than_the_number() -> None:
    facts = scored("PHQ-9", 10, 16, 16)
    assert on("R18", facts)
    assert not on("R18", replace(facts, profile="Conservative"))
    assert on("R18", replace(scored("PHQ-9", 10, 17, 17), profile="Conservative"))


@pytest.mark.parametrize(
    ("rule", "facts", "words", "totals"),
    [
        ("R2", scored("SRS", 30), "One SRS 36 or more", [36]),
        ("R2", scored("SRS", 40, 39), "One SRS 39 or more", [39]),
        ("R18", scored("PHQ-9", 10, 16, 17), "One PHQ-9 15 or less", [15]),
        ("R18", scored("ORS", 20, 15, 14), "One ORS 16 or more", [16]),
    ],
)
def test_the_next_score_that_clears_it(
    rule: str, facts: CaseFacts, words: str, totals: list[int]
) -> None:
    one = on(rule, facts)
    assert one is not None
    assert one.clears.text == f"{words} in the next session, and this disappears."
    assert [score.total for score in one.clears.scores] == totals


@pytest.mark.parametrize(("rule", "facts", "fires"), [row for row in ROWS if row[2]])
def test_what_clears_it_is_true_when_applied(rule: str, facts: CaseFacts, fires: bool) -> None:
    one = on(rule, facts)
    assert one is not None
    if one.clears.sessions is None:
        assert rule == "R20"
        return
    ahead = tuple(
        replace(session, id=f"9{number}") for number, session in enumerate(one.clears.ahead)
    )
    future = replace(
        facts, sessions=facts.sessions + ahead, scores=facts.scores + one.clears.scores
    )
    assert on(rule, future) is None


def test_a_worse_score_clears_nothing() -> None:
    one = on("R2", scored("SRS", 30))
    assert one is not None
    (clearing,) = one.clears.scores
    below = replace(clearing, total=clearing.total - Decimal("0.1"))
    assert on("R2", replace(scored("SRS", 30), scores=(*scored("SRS", 30).scores, below)))


class TestWhatDidNotHelp:
    def test_untried_ones_of_the_same_side_are_offered(self) -> None:
        one = on("R20", tried("T3:no", "T3:no", "T1:helped"))
        assert one is not None
        assert one.therapist_strategies == ("T2", "T4", "T5", "T6")
        assert one.causes == ()
        assert one.offer.methods == ()

    def test_untried_techniques_of_the_same_type_are_offered(self) -> None:
        one = on("R20", tried("Y3t1:no", "Y3t1:no", "Y3t2:partly"))
        assert one is not None
        assert (one.types, one.techniques) == (("Y3",), ("Y3t3",))

    def test_when_none_is_left_another_way_of_working_and_supervision(self) -> None:
        answers = [f"T{n}:no" for n in (1, 2, 3, 4, 5, 6)] * 2
        one = on("R20", tried(*answers))
        assert one is not None
        assert one.therapist_strategies == ("T5",)
        assert (one.offer.methods, one.offer.additions) == (("T5c",), ("X8",))

    def test_a_low_alliance_three_times_names_the_mismatch(self) -> None:
        low = scored("SRS", 30, 31, 32, facts=tried("T3:no", "T3:no"))
        one = on("R20", low)
        assert one is not None
        assert one.causes == ("C6",)
        risen = on("R20", scored("SRS", 30, 31, 36, facts=tried("T3:no", "T3:no")))
        assert risen is not None
        assert risen.causes == ()

    def test_three_calm_sessions_and_movement_propose_closing(self) -> None:
        one = on("R20", case("", "movement", ""))
        assert one is not None
        assert one.therapist_strategies == ("T4",)
        assert one.title == "It may have loosened"


class TestTheSafetyCheckComesFirst:
    @pytest.mark.parametrize(
        ("sessions", "waits"),
        [
            (["Y4a"], True),
            (["Y4a", "", ""], True),
            (["safety_checked", "Y4a"], True),
            (["Y4a safety_checked"], False),
            (["Y4a", "safety_checked"], False),
            (["Y4a safety_checked", "Y4a"], True),
        ],
    )
    def test_until_it_is_recorded(self, sessions: list[str], waits: bool) -> None:
        one = on("R11", case(*sessions))
        assert one is not None
        assert one.waits_for_safety_check is waits
        assert one.to_trace()["waits_for_safety_check"] is waits

    def test_other_rules_do_not_wait(self) -> None:
        one = on("R1", case("M5:3"))
        assert one is not None
        assert not one.waits_for_safety_check
