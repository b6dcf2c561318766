"""A case file: its whole shape, its defaults, and a clear sentence for everything broken."""

import json
from dataclasses import fields
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from impasses.casefile import BrokenCaseFile, load_case, read_case, schema
from impasses.catalogue import catalogue
from impasses.facts import CaseFacts, Dismissal, Score, SessionFacts, TagFact, Trial

FULL: dict[str, Any] = {
    "sessions": [
        {
            "on": "2026-03-24",
            "attendance": "late",
            "tags": [
                {"id": "M1c"},
                {"id": "M5", "intensity": 3},
                {"id": "M4c", "as": "hopeless"},
            ],
            "features": ["Y3c", {"id": "Y1a", "intensity": 1}],
            "repair": "partly",
            "task": "not_done",
            "theme": " the move ",
            "goals_reviewed": True,
            "ambivalence": True,
            "movement": True,
            "context": True,
            "safety": True,
            "safety_checked": True,
        }
    ],
    "scores": [{"instrument": "PHQ-9", "on": "2026-03-24", "total": 14.5}],
    "trials": [{"strategy": "T2", "on": "2026-03-24", "outcome": "too_early"}],
    "episode_from": "2026-03-01",
    "dismissed": [{"rule": "R7", "on": "2026-03-24", "reason": "not this client"}],
    "baseline": ["M4b"],
}


def one(**session: Any) -> str:
    return json.dumps({"sessions": [{"on": "2026-03-24", **session}]})


class TestReads:
    def test_every_fact(self) -> None:
        day = date(2026, 3, 24)
        assert read_case(json.dumps(FULL)) == CaseFacts(
            sessions=(
                SessionFacts(
                    id="1",
                    on=day,
                    attendance="late",
                    tags=(TagFact("M1c"), TagFact("M5", 3), TagFact("M4c", how="hopeless")),
                    features=(TagFact("Y3c"), TagFact("Y1a", 1)),
                    repair="partly",
                    task="not_done",
                    theme=" the move ",
                    goals_reviewed=True,
                    ambivalence=True,
                    movement=True,
                    context=True,
                    safety=True,
                    safety_checked=True,
                ),
            ),
            scores=(Score("PHQ-9", day, Decimal("14.5"), "1"),),
            trials=(Trial("T2", day, "too_early"),),
            dismissed=(Dismissal("R7", day, "not this client"),),
            baseline=("M4b",),
            episode_from=date(2026, 3, 1),
        )

    def test_what_is_left_out_is_attended_calm_and_unknown(self) -> None:
        (session,) = read_case(one()).sessions
        assert session == SessionFacts(id="1", on=date(2026, 3, 24))
        assert (session.repair, session.task, session.theme) == (None, None, None)

    @pytest.mark.parametrize("field", ["repair", "task", "theme"])
    def test_null_is_unknown(self, field: str) -> None:
        assert read_case(one(**{field: None})) == read_case(one())

    def test_an_empty_theme_is_no_theme(self) -> None:
        assert read_case(one(theme="")) == read_case(one())

    def test_sessions_are_numbered_as_they_happened_and_then_as_entered(self) -> None:
        days = ["2026-03-10", "2026-03-03", "2026-03-10"]
        themes = ["second", "first", "third"]
        text = json.dumps(
            {"sessions": [{"on": d, "theme": t} for d, t in zip(days, themes, strict=True)]}
        )
        read = read_case(text).sessions
        assert [(s.id, s.theme) for s in read] == [("1", "first"), ("2", "second"), ("3", "third")]

    def test_a_file_with_a_byte_order_mark(self, tmp_path: Path) -> None:
        path = tmp_path / "case.json"
        path.write_bytes(b"\xef\xbb\xbf" + one().encode())
        assert load_case(path) == read_case(one())


BROKEN = [
    ("", "Line 1, column 1: this is not JSON (Expecting value)."),
    ("[]", "The case: this cannot be []; write an object with a list of sessions."),
    ("{}", "The case: `sessions` is missing; write a list of sessions."),
    ('{"sessions": [{}]}', 'Session 1: `on` is missing; write a date such as "2026-03-24".'),
    (
        '{"sessions": [{"on": "2026-02-30"}]}',
        'Session 1 (2026-02-30): `on` cannot be "2026-02-30"; write a date such as "2026-03-24".',
    ),
    (
        '{"sessions": [{"on": "2026-03-01"}, {"on": "2026-03-08", "repair": "done"}]}',
        (
            'Session 2 (2026-03-08): `repair` cannot be "done"; write repaired, partly or unrepaired, '  # noqa: E501
            "or leave it out when it is not known."
        ),
    ),
    (
        one(tags=[{"id": "M1c"}, {"id": "M1e"}]),
        (
            'Session 1 (2026-03-24), tag 2: `id` cannot be "M1e"; write the id of a manifestation or '  # noqa: E501
            "sub-form, M1 to M5c."
        ),
    ),
    (
        one(tags=[{"id": "M1c", "intensity": 9}]),
        "Session 1 (2026-03-24), tag 1: `intensity` cannot be 9; write 1, 2 or 3.",
    ),
    (
        one(tags=[{"id": "M1c", "as": "hopeless"}]),
        (
            'Session 1 (2026-03-24), tag 1: `id` cannot be "M1c"; write M4c, the only tag that takes '  # noqa: E501
            "`as`."
        ),
    ),
    (
        one(tags=["M1c"]),
        (
            'Session 1 (2026-03-24), tag 1: this cannot be "M1c"; write an object such as '
            '{"id": "M1c", "intensity": 2}.'
        ),
    ),
    (
        one(features=["M1c"]),
        (
            'Session 1 (2026-03-24), feature 1: this cannot be "M1c"; write the id of a type feature, '  # noqa: E501
            "Y1a to Y4c."
        ),
    ),
    (
        one(context=1),
        "Session 1 (2026-03-24): `context` cannot be 1; write true or false.",
    ),
    (
        '{"sessions": [], "client": "Heron"}',
        (
            "The case: `client` is not known; write sessions, scores, trials, episode_from, dismissed "  # noqa: E501
            "or baseline."
        ),
    ),
    (
        '{"sessions": [], "sessions": []}',
        "`sessions` stands twice in one object; keep one of them.",
    ),
    (
        '{"sessions": [], "baseline": ["M4"]}',
        'Baseline entry 1: this cannot be "M4"; write the id of a sub-form, M1a to M5c.',
    ),
    (
        '{"sessions": [], "scores": [{"instrument": "PHQ-9", "on": "2026-03-24", "total": 28}]}',
        "Score 1 (2026-03-24): `total` cannot be 28; PHQ-9 runs from 0 to 27.",
    ),
    (
        '{"sessions": [], "scores": [{"instrument": "ORS", "on": "2026-03-24", "total": NaN}]}',
        "NaN is no number; write a number, or leave the score out.",
    ),
    ('{"sessions": %s}' % ("9" * 5000), "A number has too many digits; write it shorter."),
    ('{"sessions": 1e99999999999999999999}', "A number has too many digits; write it shorter."),
    ('{"sessions":' + "[" * 100_000, "The case is nested too deeply; write it flat."),
]


class TestRefuses:
    @pytest.mark.parametrize(("text", "sentence"), BROKEN, ids=range(len(BROKEN)))
    def test_with_one_sentence(self, text: str, sentence: str) -> None:
        with pytest.raises(BrokenCaseFile) as refusal:
            read_case(text)
        assert str(refusal.value) == sentence

    def test_the_first_mistake_in_the_file_is_the_one_named(self) -> None:
        sessions = [{"on": "2026-03-24", "task": None}] * 11
        sessions[1] = {"on": "2026-03-24", "task": "no"}
        sessions[10] = {"on": "2026-03-24", "task": "no"}
        with pytest.raises(BrokenCaseFile, match=r"^Session 2 "):
            read_case(json.dumps({"sessions": sessions}))

    def test_a_huge_value_stays_one_short_line(self) -> None:
        with pytest.raises(BrokenCaseFile) as refusal:
            read_case(one(task="line\n" * 100_000))
        assert "\n" not in str(refusal.value)
        assert len(str(refusal.value)) < 250

    @pytest.mark.parametrize("name", ["missing.json", "."])
    def test_a_file_that_cannot_be_read(self, tmp_path: Path, name: str) -> None:
        with pytest.raises(BrokenCaseFile, match="cannot be read"):
            load_case(tmp_path / name)

    def test_a_file_that_is_not_utf_8(self, tmp_path: Path) -> None:
        path = tmp_path / "case.json"
        path.write_bytes(b'{"sessions": "\xff"}')
        with pytest.raises(BrokenCaseFile, match="not UTF-8 from byte 15"):
            load_case(path)

    @settings(deadline=None, max_examples=200)
    @given(st.data())
    def test_any_mutation_is_read_or_refused(self, data: st.DataObject) -> None:
        case = json.loads(json.dumps(FULL))
        holder: Any = case
        while True:
            keys = list(holder) if isinstance(holder, dict) else list(range(len(holder)))
            key = data.draw(st.sampled_from(keys))
            if not (isinstance(holder[key], dict | list) and holder[key]) or data.draw(
                st.booleans()
            ):
                break
            holder = holder[key]
        junk = st.none() | st.booleans() | st.integers() | st.text() | st.floats()
        holder[key] = data.draw(junk | st.lists(junk, max_size=2))
        try:
            read_case(json.dumps(case))
        except BrokenCaseFile as refusal:
            assert str(refusal).endswith((".", '"'))  # noqa: PT017


class TestSchema:
    def test_it_is_a_schema(self) -> None:
        Draft202012Validator.check_schema(schema())

    def test_it_has_the_fields_of_the_facts(self) -> None:
        session = set(schema()["$defs"]["session"]["properties"])
        assert session == {field.name for field in fields(SessionFacts)} - {"id"} | {"draft"}
        facts = {field.name for field in fields(CaseFacts)} - {"profile"}
        assert set(schema()["properties"]) == facts

    def test_its_ids_are_those_of_the_catalogue(self) -> None:
        manifestations = catalogue().manifestations
        sub_forms = [form.id for m in manifestations for form in m.sub_forms]
        features = [feature.id for type_ in catalogue().types for feature in type_.features]
        parts = schema()["$defs"]
        tag, feature = parts["tag"]["properties"]["id"], parts["feature"]["then"]
        assert tag["enum"] == [m.id for m in manifestations] + sub_forms
        assert feature["enum"] == features
        assert parts["feature"]["else"]["properties"]["id"]["enum"] == features
        assert schema()["properties"]["baseline"]["items"]["enum"] == sub_forms
        instruments = parts["score"]["properties"]["instrument"]["enum"]
        assert instruments == [instrument.id for instrument in catalogue().instruments]
