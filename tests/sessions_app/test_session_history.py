"""The versions of a session."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

from django.test import Client as Browser

from people.models import Client, User
from sessions_app import actions
from sessions_app.content import read_entry
from sessions_app.entries import ScoreEntry
from tests.conftest import log

SignIn = Callable[[User], Browser]


def changed(heron: Client) -> str:
    """The address of the versions of a session whose note was changed."""
    scores = (ScoreEntry(instrument="A10", total=Decimal(7)),)
    session = log(heron, "M1a", note="the first words", process_note="mine", scores=scores)
    entry = replace(read_entry(session), note="the second words")
    actions.amend_session(session=session, by=heron.therapist, entry=entry, version=1)
    return f"/sessions/{session.pk}/history/"


def test_it_says_what_changed(client_for: SignIn, thea: User, heron: Client) -> None:
    body = client_for(thea).get(changed(heron)).content.decode()
    assert "the first words" in body
    assert "the second words" in body
    assert body.index("Version 2") < body.index("Version 1")
    assert body.count("both__about") == 1


def test_a_stranger_is_asked_to_sign_in(client: Browser, heron: Client) -> None:
    assert client.get(changed(heron))["Location"].startswith("/accounts/login/")


def test_a_supervisor_is_refused(client_for: SignIn, sunil: User, heron: Client) -> None:
    assert client_for(sunil).get(changed(heron)).status_code == 403


def test_others_find_nothing(client_for: SignIn, tom: User, otto: User, heron: Client) -> None:
    address = changed(heron)
    assert client_for(tom).get(address).status_code == 404
    assert client_for(otto).get(address).status_code == 404


def test_only_reading_is_answered(client_for: SignIn, thea: User, heron: Client) -> None:
    assert client_for(thea).post(changed(heron)).status_code == 405
