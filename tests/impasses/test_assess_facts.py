"""`manage.py assess_facts`: facts of many cases in, a JSON line a case out."""

import json
import subprocess
import sys
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from impasses.casefile import BrokenCaseFile
from impasses.factsfile import read_cases, schema

ROOT = Path(__file__).resolve().parents[2]


def session(on: str, **facts: Any) -> dict[str, Any]:
    return {"on": on, "attendance": "attended"} | facts


STRAIN = [{"id": "M5", "intensity": 2}]
WEEKS = ["2026-01-05", "2026-01-12", "2026-01-19", "2026-01-26"]
STUCK = [session(WEEKS[0], tags=STRAIN), session(WEEKS[1], tags=STRAIN), session(WEEKS[2])]
FULL = {
    "schema": 1,
    "cases": [
        {
            "id": "a",
            "sessions": [
                session(
                    "2026-01-05",
                    tags=[{"id": "M1c", "intensity": 2}, {"id": "M4c", "as": "hopeless"}],
                    features=["Y3c", {"id": "Y1a", "intensity": 3}],
                    task="not_done", repair="unrepaired", theme="being left",
                    goals_reviewed=False, ambivalence=False, movement=False, context=False,
                    safety=False, safety_checked=False, draft=False,
                ),
            ],
            "scores": [{"instrument": "SRS", "on": "2026-01-05", "total": 37}],
            "trials": [{"strategy": "T3", "on": "2026-01-05", "outcome": "helped"}],
            "episode_from": None,
            "dismissed": [{"rule": "R1", "on": "2026-01-05", "reason": "no"}],
            "baseline": ["M4b"],
        }
    ],
}  # fmt: skip


@pytest.fixture
def answers(tmp_path: Path) -> Any:
    def run(*cases: dict[str, Any], rules: dict[str, Any] | None = None, **options: Any) -> Any:
        path, out = tmp_path / "facts.json", StringIO()
        path.write_text(json.dumps({"schema": 1, "cases": cases}))
        if rules:
            options["rule_settings"] = tmp_path / "settings.json"
            options["rule_settings"].write_text(json.dumps(rules))
        call_command("assess_facts", path, stdout=out, **{"today": "2026-03-01"} | options)
        return [json.loads(line) for line in out.getvalue().splitlines()]

    return run


def test_a_line_a_case_with_everything_a_program_asks_for(answers: Any) -> None:
    first, second = answers({"id": "a", "sessions": STUCK}, {"id": "b", "sessions": []})
    assert second == {
        "case": "b", "prompt": None, "safety": False, "findings": [],
        "blind": second["blind"],
    }  # fmt: skip
    assert (first["case"], first["prompt"], first["safety"]) == ("a", "R1", False)
    (finding,) = first["findings"]
    assert finding == {
        "rule": "R1",
        "version": 1,
        "hypothesis": ["Y1"],
        "causes": [],
        "strategies": ["T1", "T3"],
        "client": ["K2"],
        "techniques": ["Y1t1", "Y1t2", "Y1t3"],
        "conditions": finding["conditions"],
        "sessions": ["2026-01-05", "2026-01-12"],
        "clears": {
            "text": "Two held sessions in a row without alliance strain, and this disappears.",
            "append": [session("2026-01-26"), session("2026-02-02")],
            "scores": [],
        },
        "blind": finding["blind"],
    }
    assert finding["conditions"][0] == {
        "text": "Alliance strain in the last 4 held sessions: 2 of 3, needs 2",
        "observed": 2,
        "threshold": 2,
        "window": 4,
        "met": True,
    }
    assert [one["rule"] for one in first["blind"]] == ["R18", "R6", "R9", "R19"]
    assert first["blind"][3]["because"].startswith("Change cannot be judged: no outcome")


def test_what_it_says_would_clear_a_finding_does(answers: Any) -> None:
    case = {
        "id": "a",
        "sessions": [session(day) for day in WEEKS],
        "scores": [{"instrument": "SRS", "on": WEEKS[3], "total": 31}],
    }
    (before,) = answers(case)
    (finding,) = before["findings"]
    clears = finding["clears"]
    assert finding["rule"] == "R2"
    assert clears["scores"] == [{"instrument": "SRS", "on": "2026-03-01", "total": 36}]
    later = case | {
        "sessions": case["sessions"] + clears["append"],
        "scores": case["scores"] + clears["scores"],
    }
    (after,) = answers(later)
    assert after["findings"] == []


def test_where_nothing_it_tried_clears_it_there_is_null(answers: Any) -> None:
    trials = [{"strategy": "T3", "on": day, "outcome": "no"} for day in WEEKS[:2]]
    (answer,) = answers({"id": "a", "sessions": STUCK[2:] * 3, "trials": trials})
    assert answer["findings"][-1]["rule"] == "R20"
    assert answer["findings"][-1]["clears"] is None


def test_drafts_are_no_sessions_and_a_concern_is_said(answers: Any) -> None:
    drafts = [one | {"draft": True} for one in STUCK]
    (answer,) = answers({"id": "a", "sessions": [*drafts, session(WEEKS[3], safety=True)]})
    assert (answer["prompt"], answer["safety"]) == (None, True)


def test_today_decides_what_is_seen(answers: Any) -> None:
    (answer,) = answers({"id": "a", "sessions": STUCK}, today="2026-01-12")
    assert answer["findings"] == []


class TestSettings:
    def test_a_threshold_makes_another_version(self, answers: Any) -> None:
        case = {"id": "a", "sessions": STUCK}
        (same,) = answers(case, rules={"rules": {"R1": {"thresholds": {"1.at_least": 2}}}})
        assert same["findings"][0]["version"] == 2
        (stricter,) = answers(case, rules={"rules": {"R1": {"thresholds": {"1.at_least": 3}}}})
        assert stricter["findings"] == []

    def test_a_rule_can_be_switched_off(self, answers: Any) -> None:
        (answer,) = answers({"id": "a", "sessions": STUCK}, rules={"rules": {"R1": {"on": False}}})
        assert answer["prompt"] is None

    def test_the_profile_judges_the_scores(self, answers: Any) -> None:
        totals = [(10, 0), (16, 1), (16, 2)]
        scores = [
            {"instrument": "PHQ-9", "on": WEEKS[week], "total": total} for total, week in totals
        ]
        case = {"id": "a", "sessions": STUCK[2:], "scores": scores}
        assert answers(case)[0]["prompt"] == "R18"
        assert answers(case, rules={"profile": "Conservative"})[0]["prompt"] is None

    @pytest.mark.parametrize(
        ("rules", "sentence"),
        [
            ({"profile": "mine"}, "profile: 'mine' is not known; write NHS-TT, Conservative."),
            ({"rules": {"R1": {"mood": 1}}}, "rules.R1.mood: not known here"),
            ({"rules": {"R21": {}}}, "rules.R21: there is no such rule."),
            (
                {"rules": {"R1": {"thresholds": {"1.at_least": 13}}}},
                "rules.R1.thresholds.1.at_least: a whole number from 1 to 12 is needed.",
            ),
            (
                {"rules": {"R1": {"thresholds": {"1.at_least": 5}}}},
                "rules.R1.thresholds.1.at_least: 5 of 4 sessions cannot be.",
            ),
            (
                {"rules": {"R1": {"thresholds": {"9.last": 2}}}},
                "rules.R1.thresholds.9.last: there is no such threshold",
            ),
        ],
    )
    def test_what_cannot_be_is_named(
        self,
        answers: Any,
        rules: dict[str, Any],
        sentence: str,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        with pytest.raises(SystemExit) as ending:
            answers({"id": "a", "sessions": []}, rules=rules)
        assert ending.value.code == 2
        assert capsys.readouterr().err.startswith(sentence)


BROKEN: list[tuple[str, str]] = [
    ("", "Line 1, column 1: this is not JSON"),
    ("[]", "the file: cannot be []; write an object with `schema` and a list of cases."),
    ('{"cases": []}', "schema: missing."),
    ('{"schema": 2, "cases": []}', "schema: cannot be 2; write the number 1."),
    ('{"schema": 1, "cases": [{"sessions": []}]}', "cases[0].id: missing."),
    (
        '{"schema": 1, "cases": [{"id": "a", "sessions": [{"on": "2026-01-05"}]}]}',
        "cases[0].sessions[0].attendance: missing.",
    ),
    (
        '{"schema": 1, "cases": [{"id": "a", "sessions": [], "mood": 1}]}',
        "cases[0].mood: not known here; known are",
    ),
]
WRONG: list[tuple[str, Any, str]] = [
    ("tags", [{"id": "M9"}], "cases[0].sessions[0].tags[0].id: cannot be"),
    ("tags", [{"id": "M1", "intensity": 4}], "cases[0].sessions[0].tags[0].intensity: cannot be 4"),
    ("tags", [{"id": "M1", "as": "complaint"}], "cases[0].sessions[0].tags[0].id: cannot be"),
    ("features", ["Y9a"], "cases[0].sessions[0].features[0]: cannot be"),
    ("on", "soon", "cases[0].sessions[0].on: cannot be"),
    ("attendance", "slept", "cases[0].sessions[0].attendance: cannot be"),
    ("mood", "low", "cases[0].sessions[0].mood: not known here"),
    ("safety", "yes", "cases[0].sessions[0].safety: cannot be"),
]


class TestBrokenInput:
    @pytest.mark.parametrize(("text", "sentence"), BROKEN)
    def test_names_the_faulty_path(self, text: str, sentence: str) -> None:
        with pytest.raises(BrokenCaseFile) as refusal:
            read_cases(text)
        assert str(refusal.value).startswith(sentence)

    @pytest.mark.parametrize(("key", "value", "sentence"), WRONG)
    def test_of_a_session(self, key: str, value: Any, sentence: str) -> None:
        case = {"id": "a", "sessions": [session("2026-01-05") | {key: value}]}
        with pytest.raises(BrokenCaseFile) as refusal:
            read_cases(json.dumps({"schema": 1, "cases": [case]}))
        assert str(refusal.value).startswith(sentence)

    def test_a_total_out_of_range(self) -> None:
        scores = [{"instrument": "SRS", "on": "2026-01-05", "total": 41}]
        case = {"id": "a", "sessions": [], "scores": scores}
        with pytest.raises(BrokenCaseFile, match=r"^cases\[0\]\.scores\[0\]\.total: cannot be 41"):
            read_cases(json.dumps({"schema": 1, "cases": [case]}))

    @pytest.mark.parametrize("name", ["missing.json", None])
    def test_a_file_that_is_not_there(
        self, tmp_path: Path, name: str | None, capsys: pytest.CaptureFixture[str]
    ) -> None:
        with pytest.raises(SystemExit) as ending:
            call_command("assess_facts", *([tmp_path / name] if name else []))
        assert ending.value.code == 2
        assert capsys.readouterr().err.count("\n") == 1

    @settings(deadline=None, max_examples=200)
    @given(st.data())
    def test_any_mutation_is_read_or_refused(self, data: st.DataObject) -> None:
        content = json.loads(json.dumps(FULL))
        holder: Any = content
        while True:
            keys = list(holder) if isinstance(holder, dict) else list(range(len(holder)))
            key = data.draw(st.sampled_from(keys))
            inner = holder[key]
            if not (isinstance(inner, dict | list) and inner) or data.draw(st.booleans()):
                break
            holder = inner
        junk = st.none() | st.booleans() | st.integers() | st.text() | st.floats()
        holder[key] = data.draw(junk | st.lists(junk, max_size=2))
        try:
            read_cases(json.dumps(content))
        except BrokenCaseFile as refusal:
            assert "\n" not in str(refusal)  # noqa: PT017


def test_the_schema_is_one_and_can_be_printed() -> None:
    Draft202012Validator.check_schema(schema())
    out = StringIO()
    call_command("assess_facts", schema=True, stdout=out)
    assert json.loads(out.getvalue()) == schema()
    assert list(Draft202012Validator(schema()).iter_errors(FULL)) == []


@pytest.mark.parametrize("option", ["--settings", "--rule-settings"])
def test_on_a_terminal_without_a_database(tmp_path: Path, option: str) -> None:
    """Django has an option --settings of its own; here it names a file of rules."""
    facts, rules = tmp_path / "facts.json", tmp_path / "rules.json"
    facts.write_text(json.dumps({"schema": 1, "cases": [{"id": "a", "sessions": STUCK}]}))
    rules.write_text(json.dumps({"rules": {"R1": {"on": False}}}))
    command = [sys.executable, "manage.py", "assess_facts", facts, f"{option}={rules}"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["prompt"] is None
