"""What a finding says about itself: facts, what would clear it, and a steady fingerprint."""

import json
from dataclasses import replace

import pytest

from impasses.rulebook import rulebook
from impasses.rules import evaluate_rule
from tests.impasses.casebook import TODAY, case, finding
from tests.impasses.test_rules_table import FIRES, rows

CLEARS = [
    ("R1", ["M5", "", "M5", ""], 1, "One held session without alliance strain"),
    ("R1", ["M5:3", "", "M5:2", "M5:1"], 3, "Three held sessions in a row without alliance strain"),
    ("R1", ["M5:3"], 4, "Four held sessions in a row without alliance strain"),
    ("R3", ["M5c"], 3, "Three held sessions in a row without counter-transference"),
    ("R12", ["M3b theme=a"] * 5, 3, "Three held sessions in a row without the recurring issue"),
    ("R15", ["no_show", "no_show"], 3, "Three attended sessions in a row without disengagement"),
    ("R15", ["no_show", "M4"], 1, "One attended session without disengagement"),
]


class TestTheFacts:
    def test_each_condition_says_what_was_seen_and_what_is_needed(self) -> None:
        facts = finding("R1", "", "M5 M5a:3", "M5", "").facts
        assert [(f.joiner, f.text, f.window, f.observed, f.needed, f.met) for f in facts] == [
            ("", "Alliance strain", "in the last 4 held sessions", "2 of 4", "needs 2", True),
            (
                "or",
                "Alliance strain at full strength",
                "in the last 4 held sessions",
                "1 of 4",
                "needs 1",
                True,
            ),
            (
                "or",
                "Signs of a relational impasse",
                "in the last 4 held sessions",
                "0 of 4",
                "needs 2",
                False,
            ),
        ]
        assert [(e.session, e.tags, e.intensity) for e in facts[0].evidence] == [
            ("2", ("M5", "M5a"), 3),
            ("3", ("M5",), 2),
        ]
        assert facts[1].evidence[0].tags == ("M5a",)

    def test_a_finding_rests_only_on_the_branch_that_carries_it(self) -> None:
        one = finding("R4", "M2a", "M2a", "Y3a", "Y3b")
        assert [f.counts_for for f in one.facts] == [False, False, True]
        assert one.sessions == ("3", "4")

    def test_what_must_be_absent_is_shown_and_carries_no_session(self) -> None:
        overwhelm = finding("R7", "M1c M3b", "M1c M3b", "").facts[2]
        assert (overwhelm.joiner, overwhelm.observed, overwhelm.needed) == (
            "and",
            "0 of 3",
            "needs none",
        )
        assert overwhelm.evidence == ()

    def test_the_basis_puts_the_facts_into_words(self) -> None:
        assert finding("R1", "M5", "", "M5", "").basis.startswith(
            "Alliance strain in 2 of the last 4 held sessions. When strain"
        )
        assert finding("R15", "no_show", "M4").basis.startswith(
            "No-show or cancellation by the client in 1 of the last 2 scheduled sessions; "
            "disengagement in the last held session. "
        )

    def test_missed_sessions_are_evidence_by_their_attendance(self) -> None:
        (evidence, *_) = finding("R15", "no_show", "cancelled_by_client").facts[0].evidence
        assert (evidence.session, evidence.tags) == ("1", ("no_show",))


class TestWhatWouldClearIt:
    @pytest.mark.parametrize(("rule", "sessions", "count", "words"), CLEARS)
    def test_says_how_many_calm_sessions(
        self, rule: str, sessions: list[str], count: int, words: str
    ) -> None:
        clears = finding(rule, *sessions).clears
        assert clears.sessions == count
        assert clears.text == f"{words}, and this disappears."

    @pytest.mark.parametrize(("rule", "sessions"), rows(FIRES))
    def test_it_is_true_when_tried(self, rule: str, sessions: list[str]) -> None:
        ahead = finding(rule, *sessions).clears.ahead
        facts = case(*sessions)
        for calm in range(len(ahead) + 1):
            later = replace(facts, sessions=facts.sessions + ahead[:calm])
            assert bool(evaluate_rule(later, rulebook()[rule], TODAY)) is (calm < len(ahead))

    def test_the_picture_of_the_window(self) -> None:
        picture = finding("R1", "M5:3", "", "M5:2", "M5:1").clears.to_trace(shared=False)["window"]
        assert [cell["intensity"] for cell in picture["cells"]] == [3, 0, 2, 1]
        assert picture["future"] == 3
        assert picture["now_words"] == "Read now: 3 of 4, needs 2"
        assert picture["then_words"] == "Read then: 1 of 4, silent"

    def test_the_picture_is_of_the_condition_that_turns_last(self) -> None:
        picture = finding("R1", "M5", "M5", "M5:3", "").clears.picture
        assert picture is not None
        assert picture.text == "Alliance strain at full strength"
        assert (picture.future, picture.then) == (3, "0 of 4")

    @pytest.mark.parametrize(("rule", "sessions"), rows(FIRES))
    def test_every_picture_shows_a_condition_that_turns(
        self, rule: str, sessions: list[str]
    ) -> None:
        one = finding(rule, *sessions)
        picture = one.clears.picture
        if rule == "R13":  # what turns there is no window
            assert picture is None
            return
        assert picture is not None
        assert picture.then_count < picture.now_count or "session" in picture.then
        assert any(fact.text == picture.text for fact in one.facts)


class TestTheMark:
    """The chip names a manifestation only where the finding rests on it."""

    @pytest.mark.parametrize(
        ("rule", "sessions", "mark"),
        [
            ("R1", ["M5", "M5", ""], "M5"),
            ("R1", ["Y1a", "Y1a", ""], ""),
            ("R5", ["Y3c:3"], ""),
            ("R13", ["M3", "M4", "", "", "", "M3", "M4"], "M3"),
        ],
    )
    def test_it_is_what_was_ticked(self, rule: str, sessions: list[str], mark: str) -> None:
        assert finding(rule, *sessions).to_trace()["mark"] == mark


class TestTheFingerprint:
    def test_calm_sessions_leave_it_alone(self) -> None:
        assert (
            finding("R1", "M5", "M5", "").fingerprint
            == finding("R1", "M5", "M5", "", "").fingerprint
        )

    @pytest.mark.parametrize("changed", [["M5:1", "M5", ""], ["M5", "M5", "M5"], ["M5", "M5a", ""]])
    def test_it_follows_the_facts(self, changed: list[str]) -> None:
        assert finding("R1", "M5", "M5", "").fingerprint != finding("R1", *changed).fingerprint

    def test_it_says_nothing_about_visibility(self) -> None:
        plain = finding("R16", "M1a M4a:3", "M2a", "")
        counted = finding("R16", "M1a M4a:3~", "M2a", "")
        assert plain.fingerprint == counted.fingerprint

    def test_it_stands_for_ever(self) -> None:
        assert finding("R1", "M5", "M5", "").fingerprint == (
            "8231c6748ac97d4bf76e7182ccd17d746105ca89070061c452030ade4acaff80"
        )


@pytest.mark.parametrize(("rule", "sessions"), rows(FIRES))
def test_a_trace_is_json_and_comes_back_the_same(rule: str, sessions: list[str]) -> None:
    one = finding(rule, *sessions)
    for shared in (True, False):
        trace = one.to_trace(shared=shared)
        assert json.loads(json.dumps(trace)) == trace
