"""A wrong or missing key, or a token in another place: said loudly, never shown, never saved."""

import io
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client as Browser
from django.urls import reverse

from people.encryption import SealBroken, Sealed, seal
from people.keys import new_key as new_id
from people.models import Client, User
from people.rotation import place_of, places_under_lost_keys, sealed_fields
from sessions_app.models import TherapySession
from tests.conftest import log
from tests.people.test_encryption import CANARY, new_key, put_token, token_in

FIELDS = {place_of(field): (model, field) for model, field in sealed_fields()}
SENTENCE = "cannot be opened with the keys this program was given"


def row_with(name: str, token: str) -> Any:
    """A row as it comes from the database, with such a token in that field."""
    model, field = FIELDS[name]
    row = model(pk=new_id())
    row.__dict__[field.attname] = field.from_db_value(token, None, None)
    return row


def token_of(name: str, row: Any) -> str:
    return seal(CANARY, binding=FIELDS[name][1].binding(row))


def read(name: str, row: Any) -> str:
    return str(getattr(row, FIELDS[name][1].attname))


def test_there_is_something_to_walk_through() -> None:
    assert len(FIELDS) >= 20
    assert {"people.client.goals", "sessions_app.sessionrevision.content"} <= set(FIELDS)


@pytest.mark.parametrize("name", sorted(FIELDS))
def test_a_token_opens_in_its_own_place_alone(name: str) -> None:
    """Not in another row, not in another field of the same row, not in another table."""
    row = row_with(name, "")
    row.__dict__[FIELDS[name][1].attname] = Sealed(token_of(name, row))
    assert read(name, row) == CANARY
    with pytest.raises(SealBroken):
        read(name, row_with(name, token_of(name, row)))
    for other in FIELDS.keys() - {name}:
        moved = row_with(other, token_of(name, row))
        moved.pk = row.pk
        with pytest.raises(SealBroken):
            read(other, moved)


@pytest.mark.parametrize("name", sorted(FIELDS))
def test_under_a_wrong_key_nothing_is_shown_and_the_token_stays(name: str, settings: Any) -> None:
    row = row_with(name, "")
    token = token_of(name, row)
    row.__dict__[FIELDS[name][1].attname] = Sealed(token)
    settings.FIELD_KEYS = [new_key()]
    for _ in range(2):
        with pytest.raises(SealBroken) as refused:
            read(name, row)
        assert token not in str(refused.value)
    field = FIELDS[name][1]
    kept = field.pre_save(row, add=False)
    assert field.get_prep_value(kept) == token, "saving the row again changes nothing"
    assert str(kept) == "sealed"


@pytest.fixture
def told(stuck_heron: Client) -> Client:
    log(stuck_heron, "M2a", days=3, note=CANARY, theme=CANARY, agreed_task=CANARY)
    return stuck_heron


def refused(browser: Browser, method: str, address: str, form: Any = None) -> None:
    browser.raise_request_exception = False
    answer = getattr(browser, method)(address, form or {})
    text = answer.content.decode()
    assert (address, answer.status_code) == (address, 503)
    assert SENTENCE in text
    assert CANARY not in text


@pytest.mark.usefixtures("inside")
def test_a_page_says_so_and_neither_it_nor_the_log_holds_the_token(
    told: Client, thea: User, client_for: Any, settings: Any,
    log_lines: io.StringIO,
) -> None:  # fmt: skip
    session = told.therapy_sessions.newest_first()[0]
    token = token_in("sessions_app_therapysession", "note", session.pk)
    settings.FIELD_KEYS = [new_key()]
    hers = client_for(thea)
    refused(hers, "get", reverse("sessions:session_read", args=[session.pk]))
    refused(hers, "get", reverse("sessions:session_edit", args=[session.pk]))
    form = {"held_at": f"{session.held_at:%Y-%m-%dT%H:%M}", "version": "1", "note": "another"}
    refused(hers, "post", reverse("sessions:session_edit", args=[session.pk]), form)
    refused(hers, "get", reverse("handover", args=[told.pk]))
    assert token_in("sessions_app_therapysession", "note", session.pk) == token
    assert TherapySession.objects.get(pk=session.pk).version == 1
    written = log_lines.getvalue()
    assert "SealBroken" in written
    assert token not in written
    assert token.split(".")[2] not in written


@pytest.mark.usefixtures("inside")
def test_a_token_moved_in_the_database_closes_the_page(
    told: Client, thea: User, client_for: Any
) -> None:
    one, two = told.therapy_sessions.newest_first()[:2]
    token = token_in("sessions_app_therapysession", "note", one.pk)
    put_token("sessions_app_therapysession", "note", two.pk, token)
    refused(client_for(thea), "get", reverse("sessions:session_read", args=[two.pk]))


@pytest.mark.usefixtures("inside")
def test_every_page_of_the_case_is_closed_or_shows_no_token(
    told: Client, thea: User, client_for: Any, settings: Any
) -> None:
    settings.FIELD_KEYS = [new_key()]
    hers = client_for(thea)
    hers.raise_request_exception = False
    pages = (
        "sessions:case", "sessions:session_log", "people:client_edit", "sessions:plan_print",
        "sessions:case_overview", "sessions:score_list", "sessions:case_suggestions",
    )  # fmt: skip
    for page in pages:
        answer = hers.get(reverse(page, args=[told.pk]))
        assert answer.status_code in (200, 503), page
        assert not any(part.startswith("1.") and len(part) > 50 for part in _words(answer))


def _words(answer: Any) -> list[str]:
    return str(answer.content.decode()).replace('"', " ").replace(">", " ").split()


@pytest.mark.django_db(databases=["default", "owner"])
@pytest.mark.usefixtures("inside")
def test_a_start_with_the_wrong_keys_ends_with_a_sentence(
    told: Client, settings: Any, monkeypatch: Any
) -> None:
    """The migration that comes before each start looks whether the keys are those of the texts."""
    assert places_under_lost_keys("default") == []
    settings.FIELD_KEYS = [new_key()]
    lost = places_under_lost_keys("default")
    assert "sessions_app.therapysession.note" in lost
    here = "impasse_tracker.management.commands.migrate"
    monkeypatch.setattr(f"{here}.places_under_lost_keys", lambda database: lost)
    with pytest.raises(CommandError, match="Put that key back"):
        call_command("migrate", verbosity=0, interactive=False)
    call_command("migrate", "people", plan=True, verbosity=0)
