"""What holds for every rule: unknown is not false, ties, one fact, the usual, what may be shown."""

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest

from impasses.facts import CaseFacts, Dismissal
from impasses.rulebook import rulebook
from impasses.rules import evaluate_rule, prompt_of, readings, safety_concern, settle, unseen
from tests.impasses.casebook import FIRST, TODAY, case, finding, findings, found, tried

USUAL = ("M4b",)
UNSAID = {"R2", "R9", "R18", "R19"}
"""What no case of marks alone can answer: scores, and what became of the agreed task."""


class TestUsualForThisClient:
    def test_a_usual_sub_form_counts_for_no_rule(self) -> None:
        sessions = ["M1a", "M2a", "M4b"]
        assert found("R16", *sessions)
        assert not found("R16", *sessions, baseline=USUAL)

    @pytest.mark.parametrize(
        ("last", "fires"),
        [
            ("M4", True),
            ("M4 M4a", True),
            ("M4b", False),
            ("M4 M4b", False),
            ("M4:3 M4b:3", False),
            ("M4 M4a M4b", True),
        ],
    )
    def test_its_manifestation_counts_only_on_something_else(self, last: str, fires: bool) -> None:
        assert bool(found("R15", "no_show", last, baseline=USUAL)) is fires

    def test_other_manifestations_are_untouched(self) -> None:
        assert found("R1", "M5 M4 M4b", "M5", "", baseline=USUAL)

    def test_a_whole_manifestation_is_never_usual(self) -> None:
        assert found("R1", "M5", "M5", "", baseline=("M5",))


class TestUnknownIsNotFalse:
    def test_a_recurring_issue_without_a_theme_leaves_the_rule_unjudged(self) -> None:
        facts = case("M3b theme=work", "M3b theme=work", "M3b")
        blind = {one.rule: one for one in unseen(facts, rules=rulebook().rules, today=TODAY)}["R12"]
        assert blind.sentences == (
            "1 session with this mark names no theme, so which one it was is unknown.",
        )

    def test_where_the_unknown_could_not_change_the_answer_it_is_no(self) -> None:
        facts = case("M3b theme=work", "M3b", "")
        assert {one.rule for one in unseen(facts, rules=rulebook().rules, today=TODAY)} == UNSAID

    def test_questioning_without_saying_how_leaves_withdrawal_unjudged(self) -> None:
        facts = case("M1a", "M2a", "M4c")
        blind = {one.rule for one in unseen(facts, rules=rulebook().rules, today=TODAY)}
        assert blind - UNSAID == {"R16", "R17"}

    def test_questioning_said_both_ways_is_known(self) -> None:
        facts = case("M1a", "M4c=complaint M4c=hopeless", "")
        assert {one.rule for one in unseen(facts, rules=rulebook().rules, today=TODAY)} == UNSAID

    def test_a_firing_rule_lists_what_it_could_not_count(self) -> None:
        one = finding("R12", "M3b", *["M3b theme=work"] * 3)
        assert one.blind_spots[0].startswith("1 session with this mark names no theme")

    def test_an_unused_context_chip_is_a_blind_spot_and_a_used_one_softens(self) -> None:
        silent = finding("R1", "M5", "M5", "")
        told = finding("R1", "M5", "M5", "context")
        assert not silent.softened
        assert any("life outside" in spot for spot in silent.blind_spots)
        assert told.softened
        assert not any("life outside" in spot for spot in told.blind_spots)

    def test_context_outside_the_window_does_not_soften(self) -> None:
        assert not finding("R1", "context", "M5", "M5", "", "").softened

    def test_before_three_held_sessions_only_single_events_count(self) -> None:
        repeated, once = finding("R1", "M5:3", "M5:3").facts[:2]
        assert (repeated.met, repeated.needed) == (False, "needs 2, and 3 held sessions")
        assert once.met is True


class TestOneFactOnePrompt:
    def test_the_rule_above_stays_the_prompt_on_the_same_facts(self) -> None:
        strain, own = findings(case("M5c", "M5", ""))
        assert (strain.rule, strain.absorbed_by) == ("R1", None)
        assert (own.rule, own.absorbed_by) == ("R3", "R1")

    def test_a_manifestation_beside_its_sub_form_is_the_same_fact(self) -> None:
        strain, own = findings(case("M5:3 M5c:3"))
        assert (strain.rule, own.rule, own.absorbed_by) == ("R1", "R3", "R1")

    def test_it_does_not_matter_which_of_the_two_holds_more(self) -> None:
        strain, own = findings(case("M5c:3", "M5c"))
        assert strain.evidence < own.evidence
        assert own.absorbed_by == "R1"

    def test_facts_in_part_the_same_are_different_facts(self) -> None:
        withdrawal, feelings = findings(case("M2a M1a Y3a M4a", "M2a Y3b", ""))
        assert withdrawal.evidence & feelings.evidence
        assert feelings.absorbed_by is None

    def test_settling_puts_findings_in_order(self) -> None:
        found = findings(case("M5c", "M5", ""))
        assert settle(reversed(found)) == found

    def test_rules_on_different_facts_both_stand(self) -> None:
        both = findings(case("M5 M2b", "M5 M2b", ""))
        assert [(f.rule, f.absorbed_by) for f in both] == [("R1", None), ("R10", None)]

    def test_published_order_decides_which_comes_first(self) -> None:
        facts = case(*["M5:3 M5c M1a M1c M2a M2b M3b theme=work"] * 4, "no_show", "no_show")
        published = ["R1", "R16", "R3", "R15", "R4", "R10", "R7", "R12"]
        assert [f.rule for f in findings(facts)] == published


class TestTies:
    def test_equal_evidence_shows_both_types_and_names_no_winner(self) -> None:
        both = readings(findings(case("M5 M2b", "M5 M2b", "")))
        assert [(r.type, r.rules, r.tied) for r in both] == [
            ("Y1", ("R1",), True),
            ("Y4", ("R10",), True),
        ]

    def test_types_keep_their_order_whatever_their_strength(self) -> None:
        uneven = readings(findings(case("M5 Y4b", "M5 Y4b", "Y4b")))
        assert [(r.type, len(r.sessions), r.tied) for r in uneven] == [
            ("Y1", 2, False),
            ("Y4", 3, False),
        ]

    def test_an_open_type_reads_as_nothing(self) -> None:
        assert readings(findings(case("no_show", "no_show"))) == ()


class TestDismissed:
    """G5: quiet for three held sessions unless the facts change."""

    @pytest.mark.parametrize(
        ("after", "is_quiet"),
        [([], True), (["", "", ""], True), (["", "no_show", "", ""], True), ([""] * 4, False)],
    )
    def test_it_is_quiet_for_three_held_sessions(self, after: list[str], is_quiet: bool) -> None:
        on = FIRST + timedelta(weeks=3)
        facts = tried("T3:no", "T3:no", facts=case("", "", "", "", *after))
        one = evaluate_rule(dismissing(facts, "R20", on), rulebook()["R20"], TODAY)
        assert one is not None
        assert one.is_dismissed is is_quiet

    def test_a_new_fact_ends_it_and_a_calm_session_does_not(self) -> None:
        on = FIRST + timedelta(weeks=2)
        calm = dismissing(case("M5", "M5", "", ""), "R1", on)
        more = dismissing(case("M5", "M5", "", "M5"), "R1", on)
        stronger = dismissing(case("M5", "M5", "", "M5:3"), "R1", on)
        assert [findings(facts)[0].is_dismissed for facts in (calm, more, stronger)] == [
            True, False, False,
        ]  # fmt: skip

    def test_what_is_dismissed_is_listed_and_never_the_prompt(self) -> None:
        facts = dismissing(case("M5 M2b", "M5 M2b", ""), "R1", FIRST + timedelta(weeks=2))
        found = findings(facts)
        assert [f.rule for f in found] == ["R1", "R10"]
        prompt = prompt_of(found)
        assert prompt is not None
        assert prompt.rule == "R10"

    def test_what_rests_on_the_dismissed_facts_stays_quiet_too(self) -> None:
        facts = dismissing(case("M5c", "M5", ""), "R1", FIRST + timedelta(weeks=2))
        assert prompt_of(findings(facts)) is None

    def test_another_rules_dismissal_is_nothing_to_it(self) -> None:
        facts = dismissing(case("M5", "M5", ""), "R3", FIRST + timedelta(weeks=2))
        assert not findings(facts)[0].is_dismissed


def dismissing(facts: CaseFacts, rule: str, on: date) -> CaseFacts:
    return replace(facts, dismissed=(Dismissal(rule, on, "It does not fit."),))


class TestSafety:
    @pytest.mark.parametrize(
        ("sessions", "open_since"),
        [
            (["", ""], None),
            (["safety"], "1"),
            (["safety", "", ""], "1"),
            (["safety", "safety", ""], "2"),
            (["safety safety_checked", ""], None),
            (["safety", "safety_checked"], None),
            (["safety_checked", "safety"], "2"),
            (["no_show safety"], "1"),
        ],
    )
    def test_a_concern_is_open_until_a_check(
        self, sessions: list[str], open_since: str | None
    ) -> None:
        assert safety_concern(case(*sessions), TODAY) == open_since


class TestWhatMayBeShown:
    def test_a_counted_item_counts_and_is_not_linked(self) -> None:
        shared = finding("R1", "M5", "M5~", "").to_trace(shared=True)
        strain = shared["facts"][0]
        assert strain["observed"] == "2 of 3"
        assert [piece["session"] for piece in strain["evidence"]] == ["1"]
        assert strain["unlinked"] == 1
        assert shared["sessions"] == ["1"]
        assert shared["clears"]["window"]["cells"] == []
        assert "fingerprint" not in shared

    def test_its_author_sees_all_of_it(self) -> None:
        own = finding("R1", "M5", "M5~", "").to_trace()
        assert own["sessions"] == ["1", "2"]
        assert own["facts"][0]["unlinked"] == 0
        assert len(own["clears"]["window"]["cells"]) == 3

    def test_a_session_with_another_linked_tick_stays_linked(self) -> None:
        one = finding("R16", "M1a M4a~", "M2a", "").to_trace(shared=True)
        assert one["facts"][0]["evidence"] == [
            {"session": "1", "tags": ["M1a"]},
            {"session": "2", "tags": ["M2a"]},
        ]
        assert one["facts"][0]["unlinked"] == 0

    def test_no_theme_is_in_a_trace(self) -> None:
        facts = case(*["M3b theme=grandmother"] * 3, "M3b theme=inheritance")
        (one,) = findings(facts)
        text = json.dumps([one.to_trace(shared=False), one.to_trace(shared=True)])
        assert one.rule == "R12"
        assert "grandmother" not in text
        assert "inheritance" not in text
