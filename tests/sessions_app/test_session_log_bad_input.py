"""Bad input on the log page: a clear sentence, nothing saved, and what was typed is still there."""

import re
import uuid
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote_plus

import pytest
from django.test import Client as Browser

from people import actions as people
from people.models import Client, User
from tests.conftest import typed
from tests.sessions_app.test_session_log import CANARY, count, only, where

BAD: dict[str, tuple[dict[str, Any], str]] = {
    "no date": ({"held_at": ""}, "Say when the session was, or was to be."),
    "no date at all": ({"held_at": None}, "Say when the session was, or was to be."),
    "a date in 2090": ({"held_at": "2090-01-01T10:00"}, "That is in the future."),
    "the last date there is": ({"held_at": "9999-12-31T23:59"}, "That is in the future."),
    "the first date there is": ({"held_at": "0001-01-01T00:00"}, "1 cannot be right."),
    "a date in 1890": ({"held_at": "1890-01-01T10:00"}, "1890 cannot be right."),
    "an hour that was skipped": ({"held_at": "2026-03-29T01:30"}, "The clocks skipped that hour."),
    "not a date": ({"held_at": "yesterday"}, "Write day and time as 2026-11-03 14:00"),
    "intensity 9": (
        {"M1": "on", "M1-intensity": "9"}, "Resistance: choose slight, clear or strong.",
    ),
    "a feature of intensity 9": (
        {"features": ["Y1a"], "Y1a-intensity": "9"}, "Choose one of the answers shown.",
    ),
    "a sub-form of another manifestation": (
        {"M1": "on", "M1-forms": ["M3b"]}, "Resistance: choose from the forms shown under it.",
    ),
    "a feature that is none": ({"features": ["Y9z"]}, "Choose from the fourteen features shown."),
    "an attendance that is none": ({"attendance": "slept"}, "Choose one of the answers shown."),
    "minutes of a day": ({"minutes": "1440"}, "That is longer than eight hours."),
    "no minute": ({"minutes": "0"}, "A session lasts at least one minute."),
    "minutes in words": ({"minutes": "fifty"}, "Give whole minutes, such as 50."),
    "minutes of many digits": ({"minutes": "9" * 5000}, "Give whole minutes, such as 50."),
    "A10 of 11": ({"score-A10": "11"}, "run from 0 to 10."),
    "A10 below 0": ({"score-A10": "-1"}, "run from 0 to 10."),
    "PHQ-9 of 28": ({"score-PHQ-9": "28"}, "run from 0 to 27."),
    "PHQ-9 that is no number": ({"score-PHQ-9": "NaN"}, "run from 0 to 27."),
    "PHQ-9 of two decimals": ({"score-PHQ-9": "3.25"}, "run from 0 to 27."),
    "WAI-SR below its least": ({"score-WAI-SR": "11"}, "run from 12 to 60."),
    "scores of next year": ({"scores_on": "2090-01-01"}, "That day has not come yet."),
    "broken UTF-8 in a theme": ({"theme": "b\ufffdd"}, "Some characters could not be read"),
    "a long theme": ({"theme": "x" * 81}, "Keep it to 80 characters: this has 81."),
}  # fmt: skip


@pytest.mark.parametrize("case", list(BAD))
def test_bad_input_gets_a_sentence_and_keeps_what_was_typed(
    hers: Browser, heron: Client, case: str
) -> None:
    bad, sentence = BAD[case]
    form = typed(note=CANARY, process_note="I grew impatient.", M5="on") | bad
    form = {name: value for name, value in form.items() if value is not None}
    response = hers.post(where(heron), form)
    body = response.content.decode()
    assert response.status_code == 422
    assert sentence in body
    assert CANARY in body
    assert "I grew impatient." in body
    assert re.search(r'name="M5"[^>]*checked', body)
    assert f'name="key" value="{form["key"]}"' in body
    assert count(heron) == 0


def test_tomorrow_has_not_been_yet(hers: Browser, heron: Client) -> None:
    """Tonight's clock says today; what is dated tomorrow would be assessed before it was held."""
    response = hers.post(where(heron), typed(days=-1, note=CANARY))
    assert response.status_code == 422
    assert "That is in the future." in response.content.decode()
    assert count(heron) == 0


def test_an_hour_that_came_twice_is_its_first(hers: Browser, heron: Client) -> None:
    assert hers.post(where(heron), typed(held_at="2025-10-26T01:30")).status_code == 302
    assert only(heron).held_at == datetime(2025, 10, 26, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize("unit", ["a", "é", "\n", "😀"])
def test_a_note_of_a_megabyte_is_refused_and_kept(hers: Browser, heron: Client, unit: str) -> None:
    note = "begin" + unit * (1_000_000 // len(unit.encode())) + "the end"
    body = "&".join(f"{_quoted(name)}={_quoted(value)}" for name, value in typed(note=note).items())
    response = hers.post(where(heron), body, content_type="application/x-www-form-urlencoded")
    text = response.content.decode()
    assert response.status_code == 422
    assert "Keep it to 20,000 characters" in text
    assert "Nothing is lost, shorten it here." in text
    assert "begin" in text
    assert "the end" in text
    assert len(text) > len(note)
    assert count(heron) == 0


def _quoted(text: str) -> str:
    return quote_plus(text)


def test_broken_utf_8_is_shown_as_such_and_nothing_is_saved(hers: Browser, heron: Client) -> None:
    form = typed()
    body = (
        f"key={form['key']}&held_at={_quoted(form['held_at'])}&note=caf%FF%FE+kingfisher"
        "&theme=%C3%28&M5=on"
    )
    response = hers.post(where(heron), body, content_type="application/x-www-form-urlencoded")
    text = response.content.decode()
    assert response.status_code == 422
    assert "Some characters could not be read and show as \ufffd. Mend them." in text
    assert "caf\ufffd\ufffd kingfisher" in text
    assert count(heron) == 0


def test_another_clients_form_is_refused(hers: Browser, heron: Client) -> None:
    """The key of a session of one client posted under another client's address."""
    finch = people.create_client(by=heron.therapist, code_name="Finch")
    form = typed(note=CANARY)
    hers.post(where(finch), form)
    response = hers.post(where(heron), form)
    body = response.content.decode()
    assert response.status_code == 422
    assert "This form belongs to another client: open the log page again." in body
    assert CANARY in body
    assert (count(finch), count(heron)) == (1, 0)


def test_another_clients_id_is_not_found(hers: Browser, wren: Client) -> None:
    assert hers.post(where(wren), typed(note=CANARY)).status_code == 404
    assert hers.post(f"/clients/{uuid.uuid4()}/sessions/new/", typed()).status_code == 404
    assert count(wren) == 0


@pytest.mark.parametrize("key", ["", "x", "123", "\ufffd", "0" * 400])
def test_a_key_that_was_tampered_with_still_saves_one_session(
    hers: Browser, heron: Client, key: str
) -> None:
    assert hers.post(where(heron), typed() | {"key": key}).status_code == 302
    assert count(heron) == 1


@pytest.mark.parametrize(
    "twice",
    [
        {"features": ["Y1a", "Y1a"]},
        {"M1": "on", "M1-forms": ["M1a", "M1a"]},
        {"repair_steps": ["named", "named"]},
        {"M1": ["on", "on"]},
        {"score-PHQ-9": ["3", "4"]},
    ],
)
def test_an_answer_given_twice_counts_once(
    hers: Browser, heron: Client, twice: dict[str, Any]
) -> None:
    assert hers.post(where(heron), typed(**twice)).status_code == 302
    session = only(heron)
    assert len(session.repair_steps) <= 1
    assert all(len(tag.sub_forms) <= 1 for tag in session.tags.all())


def test_html_in_a_note_stays_text(hers: Browser, heron: Client) -> None:
    script = "</textarea><script>alert(1)</script>"
    body = hers.post(where(heron), typed(note=script, theme=script, held_at="")).content.decode()
    assert "<script>alert" not in body
    assert "&lt;/textarea&gt;&lt;script&gt;" in body


def test_a_stale_token_keeps_what_was_typed_and_saves_at_the_second_press(
    thea: User, heron: Client
) -> None:
    strict = Browser(enforce_csrf_checks=True)
    strict.force_login(thea)
    strict.get(where(heron))
    form = typed(note=CANARY, M5="on")
    refused = strict.post(where(heron), form | {"csrfmiddlewaretoken": "x" * 64})
    body = refused.content.decode()
    assert refused.status_code == 403
    assert "This page had been open too long" in body
    assert CANARY in body
    assert count(heron) == 0
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', body)
    assert token is not None
    again = strict.post(where(heron), form | {"csrfmiddlewaretoken": token[1]})
    assert again.status_code == 302
    assert only(heron).note == CANARY


def test_a_forged_post_shows_another_person_nothing(thea: User, tom: User, heron: Client) -> None:
    strict = Browser(enforce_csrf_checks=True)
    strict.force_login(tom)
    response = strict.post(where(heron), typed(note=CANARY))
    assert response.status_code in (403, 404)
    assert "Heron" not in response.content.decode()


def test_a_stale_token_of_a_stranger_leads_nowhere(heron: Client) -> None:
    response = Browser(enforce_csrf_checks=True).post(where(heron), typed(note=CANARY))
    assert response.status_code in (302, 403)
    assert "Heron" not in response.content.decode()
    assert count(heron) == 0
