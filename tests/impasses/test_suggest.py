"""`manage.py suggest`: a case file in, findings out, no database."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

STRAINED: dict[str, Any] = {
    "sessions": [
        {"on": "2026-03-03", "tags": [{"id": "M5c", "intensity": 2}]},
        {"on": "2026-03-10", "attendance": "no_show"},
        {"on": "2026-03-17", "tags": [{"id": "M5"}], "theme": "grandmother"},
        {"on": "2026-03-24"},
    ]
}


@pytest.fixture
def case_file(tmp_path: Path) -> Path:
    path = tmp_path / "case.json"
    path.write_text(json.dumps(STRAINED))
    return path


def suggest(case: Path, *options: str) -> str:
    out = io.StringIO()
    call_command("suggest", str(case), *options, stdout=out)
    return out.getvalue()


def test_prints_the_trace_for_a_reader(case_file: Path) -> None:
    text = suggest(case_file, "--today", "2026-03-25")
    assert "3 held sessions up to Wed 25 Mar 2026." in text
    assert (
        "R1, strain that repeats or runs high: a hypothesis worth considering (the prompt)" in text
    )
    assert "+ Alliance strain in the last 4 held sessions: 2 of 3, needs 2" in text
    assert "session 1 (Tue 3 Mar 2026), session 3 (Tue 17 Mar 2026)" in text
    assert "- or Alliance strain at full strength" in text
    assert "(on the same facts as R1)" in text
    assert "What would clear it: Two held sessions in a row without alliance strain" in text
    assert "What it could not see:" in text
    assert "Rests on: The source document" in text
    assert "grandmother" not in text


def test_prints_json_for_a_program(case_file: Path) -> None:
    answer = json.loads(suggest(case_file, "--today", "2026-03-25", "--json"))
    assert [f["rule"] for f in answer["findings"]] == ["R1", "R3"]
    assert answer["findings"][1]["absorbed_by"] == "R1"
    assert answer["sessions"]["3"] == "2026-03-17"
    assert answer["sessions_held"] == 3
    assert answer["readings"] == [
        {"type": "Y1", "rules": ["R1", "R3"], "sessions": ["1", "3"], "tied": False}
    ]
    assert answer["safety_concern"] is None
    assert [one["rule"] for one in answer["not_judged"]] == ["R18", "R6", "R9", "R19"]


def test_today_decides_what_is_seen(case_file: Path) -> None:
    assert "No pattern fires on these facts" in suggest(case_file, "--today", "2026-03-02")
    assert "R3, your own response" in suggest(case_file, "--today", "2026-03-03")


def test_the_order_of_sessions_in_the_file_changes_nothing(case_file: Path) -> None:
    before = suggest(case_file, "--today", "2026-03-25", "--json")
    case_file.write_text(json.dumps({"sessions": STRAINED["sessions"][::-1]}))
    assert suggest(case_file, "--today", "2026-03-25", "--json") == before


def test_a_safety_concern_stands_above_all(case_file: Path) -> None:
    sessions = [*STRAINED["sessions"], {"on": "2026-03-31", "safety": True}]
    case_file.write_text(json.dumps({"sessions": sessions}))
    text = suggest(case_file, "--today", "2026-04-01")
    concern = text.index("First: a safety concern is open since session 5 (Tue 31 Mar 2026).")
    assert concern < text.index("1. ")


def test_says_what_it_could_not_judge(case_file: Path) -> None:
    tags = [{"id": "M3b"}]
    sessions = [{"on": f"2026-03-0{day}", "tags": tags} for day in (1, 2, 3)]
    case_file.write_text(json.dumps({"sessions": sessions}))
    text = suggest(case_file, "--today", "2026-04-01")
    assert "R12 could not be judged: 3 sessions with this mark name no theme" in text


@pytest.mark.parametrize("content", ["", "[1", '{"sessions": [{"on": "soon"}]}'])
def test_broken_input_is_one_sentence_and_code_2(
    case_file: Path, content: str, capsys: pytest.CaptureFixture[str]
) -> None:
    case_file.write_text(content)
    with pytest.raises(SystemExit) as ending:
        suggest(case_file)
    assert ending.value.code == 2
    printed = capsys.readouterr().err
    assert printed.count("\n") == 1
    assert "Traceback" not in printed


def test_a_day_that_is_none_is_refused(case_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ending:
        suggest(case_file, "--today", "soon")
    assert ending.value.code == 2
    assert capsys.readouterr().err == (
        "--today cannot be 'soon'; write a date such as 2026-03-24.\n"
    )
