"""Sealed text: what opens, what does not, and what a thief with psql finds."""

import base64
import os
from typing import Any

import pytest
from django.core.exceptions import FieldError, ImproperlyConfigured
from django.db import connection, transaction

from people.encryption import SealBroken, Sealed, ring, seal, unseal
from people.models import Client
from sessions_app.models import TherapySession
from tests.conftest import log

CANARY = "kingfisher"
WHERE = "people.client.goals/1"


def new_key() -> str:
    return base64.urlsafe_b64encode(os.urandom(32)).decode()


def token_in(table: str, column: str, pk: Any) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM {table} WHERE id = %s", [pk])
        return str(cursor.fetchone()[0])


def put_token(table: str, column: str, pk: Any, token: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET {column} = %s WHERE id = %s", [token, pk])


@pytest.mark.parametrize("text", ["a", "ümlaut 😀 \x00 end", "x" * 100_000, " ", "1.abc.def"])
def test_what_was_sealed_opens(text: str) -> None:
    assert unseal(seal(text, binding=WHERE), binding=WHERE) == text


def test_the_same_words_are_never_sealed_alike() -> None:
    assert seal("twice", binding=WHERE) != seal("twice", binding=WHERE)


@pytest.mark.parametrize(
    "binding",
    ["people.client.goals/2", "people.client.focus/1", "sessions_app.theme.label/1", ""],
)
def test_a_token_moved_elsewhere_does_not_open(binding: str) -> None:
    with pytest.raises(SealBroken):
        unseal(seal("words", binding=WHERE), binding=binding)


@pytest.mark.parametrize(
    "token", ["", "words", "1.x", "1.00000000.AAAA", "2.x.y", "1.ü.ü", "a.b.c.d", "..", "1..="]
)
def test_something_that_is_no_token_is_refused(token: str) -> None:
    with pytest.raises(SealBroken):
        unseal(token, binding=WHERE)


@pytest.mark.parametrize("place", [0, 11, 12, 20, -1])
def test_a_changed_byte_is_refused(place: int) -> None:
    version, key, body = seal("words of a note", binding=WHERE).split(".")
    secret = bytearray(base64.urlsafe_b64decode(body))
    secret[place] ^= 1
    changed = f"{version}.{key}.{base64.urlsafe_b64encode(bytes(secret)).decode()}"
    with pytest.raises(SealBroken):
        unseal(changed, binding=WHERE)


@pytest.mark.parametrize("length", [0, 4, 11, 12, 27])
def test_a_cut_off_token_is_refused(length: int) -> None:
    version, key, body = seal("words of a note", binding=WHERE).split(".")
    cut = base64.urlsafe_b64encode(base64.urlsafe_b64decode(body)[:length]).decode()
    with pytest.raises(SealBroken):
        unseal(f"{version}.{key}.{cut}", binding=WHERE)


def test_another_key_does_not_open_it(settings: Any) -> None:
    token = seal("words", binding=WHERE)
    settings.FIELD_KEYS = [new_key()]
    with pytest.raises(SealBroken) as refused:
        unseal(token, binding=WHERE)
    assert "No key of the ring" in str(refused.value)
    assert token not in str(refused.value)


def test_a_new_first_key_still_opens_what_the_old_one_sealed(settings: Any) -> None:
    token = seal("words", binding=WHERE)
    settings.FIELD_KEYS = [new_key(), *settings.FIELD_KEYS]
    assert unseal(token, binding=WHERE) == "words"
    newest = next(iter(ring()))
    assert seal("words", binding=WHERE).split(".")[1] == newest != token.split(".")[1]


@pytest.mark.parametrize("key", ["", "short", "ü", "A" * 44, "=" * 44, "not base64 !!"])
def test_a_key_that_is_none_is_refused_with_what_to_do(settings: Any, key: str) -> None:
    settings.FIELD_KEYS = [key]
    with pytest.raises(ImproperlyConfigured, match="32 bytes in base64url") as no:
        ring()
    assert not key or key not in str(no.value)


# --- in the database -------------------------------------------------------------------------


def test_a_field_comes_back_as_it_was(heron: Client) -> None:
    session = log(heron, note=CANARY, agreed_task="Æ task\r\nof two lines", theme="öde")
    again = TherapySession.objects.get(pk=session.pk)
    assert (again.note, again.agreed_task) == (CANARY, "Æ task\r\nof two lines")
    assert again.theme is not None
    assert again.theme.label == "öde"
    assert again.process_note == ""


def test_it_is_opened_when_it_is_read_and_not_before(heron: Client, monkeypatch: Any) -> None:
    session = log(heron, note=CANARY)
    opened: list[str] = []
    real = unseal

    def counting(token: str, *, binding: str) -> str:
        opened.append(binding)
        return real(token, binding=binding)

    monkeypatch.setattr("people.encryption.unseal", counting)
    again = TherapySession.objects.get(pk=session.pk)
    assert opened == []
    assert [again.note, again.note] == [CANARY, CANARY]
    assert opened == [f"sessions_app.therapysession.note/{session.pk}"]


def test_saving_a_row_that_was_never_opened_keeps_its_token(heron: Client) -> None:
    session = log(heron, note=CANARY)
    before = token_in("sessions_app_therapysession", "note", session.pk)
    again = TherapySession.objects.get(pk=session.pk)
    again.minutes = 55
    again.save()
    assert token_in("sessions_app_therapysession", "note", session.pk) == before


def test_a_sealed_value_shows_nothing(heron: Client) -> None:
    session = log(heron, note=CANARY)
    kept = TherapySession.objects.get(pk=session.pk).__dict__["note"]
    assert isinstance(kept, Sealed)
    assert f"{kept}" == "sealed"


def test_a_deferred_field_is_fetched_and_opened(heron: Client) -> None:
    session = log(heron, note=CANARY)
    assert TherapySession.objects.defer("note").get(pk=session.pk).note == CANARY
    assert TherapySession.objects.only("number").get(pk=session.pk).note == CANARY


def test_a_token_moved_to_another_row_does_not_open(heron: Client) -> None:
    one, two = log(heron, note=CANARY, days=14), log(heron, note="other", days=7)
    token = token_in("sessions_app_therapysession", "note", one.pk)
    put_token("sessions_app_therapysession", "note", two.pk, token)
    with pytest.raises(SealBroken):
        _ = TherapySession.objects.get(pk=two.pk).note


def test_a_private_note_moved_into_the_shared_one_does_not_open(heron: Client) -> None:
    session = log(heron, note="shared", process_note=CANARY)
    token = token_in("sessions_app_therapysession", "process_note", session.pk)
    put_token("sessions_app_therapysession", "note", session.pk, token)
    with pytest.raises(SealBroken):
        _ = TherapySession.objects.get(pk=session.pk).note


def test_plain_words_in_the_column_are_refused_and_not_shown(heron: Client) -> None:
    session = log(heron, note=CANARY)
    put_token("sessions_app_therapysession", "note", session.pk, "planted words")
    with pytest.raises(SealBroken) as refused:
        _ = TherapySession.objects.get(pk=session.pk).note
    assert "planted" not in str(refused.value)


@pytest.mark.parametrize("lookup", ["note", "note__contains", "note__startswith", "note__in"])
def test_sealed_text_cannot_be_searched(heron: Client, lookup: str) -> None:
    value = [CANARY] if lookup.endswith("in") else CANARY
    with pytest.raises((TypeError, FieldError)):
        list(TherapySession.objects.filter(**{lookup: value}))


def test_sealed_text_cannot_be_set_by_update_or_bulk(heron: Client) -> None:
    session = log(heron, note="before")
    with pytest.raises(TypeError, match="sealed text"), transaction.atomic():
        TherapySession.objects.filter(pk=session.pk).update(note=CANARY)
    session = TherapySession.objects.get(pk=session.pk)
    session.note = CANARY
    with pytest.raises(TypeError, match="sealed text"), transaction.atomic():
        TherapySession.objects.bulk_update([session], ["note"])
    assert TherapySession.objects.get(pk=session.pk).note == "before"
