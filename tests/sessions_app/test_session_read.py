"""One session read."""

import uuid
from collections.abc import Callable

from django.test import Client as Browser

from people.models import Client, User
from sessions_app.entries import TagEntry
from tests.conftest import log

SignIn = Callable[[User], Browser]


def full(heron: Client) -> str:
    """The address of a session in which everything private was written."""
    session = log(
        heron,
        TagEntry(code="M1", intensity=3),
        TagEntry(code="M2", visibility="private"),
        TagEntry(code="M3", visibility="counts"),
        TagEntry(code="M4", sub_forms=("M4a", "M4b"), private_forms=("M4b",)),
        note="a hidden note",
        note_visibility="private",
        process_note="a process note",
        theme="a theme of ours",
        agreed_task="a letter to bring",
        movement=True,
    )
    return f"/sessions/{session.pk}/"


def test_the_therapist_reads_everything(client_for: SignIn, thea: User, heron: Client) -> None:
    body = client_for(thea).get(full(heron)).content.decode()
    for said in (
        'class="mark m2"', 'class="mark m3"', "a hidden note",
        "a process note", "a theme of ours", "a letter to bring", "Something moved", "strong",
    ):  # fmt: skip
        assert said in body


def test_a_stranger_is_asked_to_sign_in(client: Browser, heron: Client) -> None:
    assert client.get(full(heron))["Location"].startswith("/accounts/login/")


def test_an_administrator_is_refused(client_for: SignIn, ada: User, heron: Client) -> None:
    assert client_for(ada).get(full(heron)).status_code == 403


def test_others_find_nothing(client_for: SignIn, tom: User, otto: User, heron: Client) -> None:
    address = full(heron)
    assert client_for(tom).get(address).status_code == 404
    assert client_for(otto).get(address).status_code == 404


def test_a_supervisor_reads_shared_parts_alone(
    client_for: SignIn, sunil: User, heron: Client
) -> None:
    body = client_for(sunil).get(full(heron)).content.decode()
    assert 'class="mark m1"' in body
    assert "The note is private." in body
    for hidden in (
        'class="mark m2"', 'class="mark m3"', "a hidden note",
        "a process note", "a theme of ours", "a letter to bring", ">Edit<", "/history/",
    ):  # fmt: skip
        assert hidden not in body


def test_an_unknown_session_is_not_found(client_for: SignIn, thea: User) -> None:
    assert client_for(thea).get(f"/sessions/{uuid.UUID(int=7)}/").status_code == 404


def test_only_reading_is_answered(client_for: SignIn, thea: User, heron: Client) -> None:
    assert client_for(thea).post(full(heron)).status_code == 405


def test_it_leads_to_the_sessions_beside_it(client_for: SignIn, thea: User, heron: Client) -> None:
    first, middle, last = (log(heron, days=days) for days in (21, 14, 7))
    body = client_for(thea).get(f"/sessions/{middle.pk}/").content.decode()
    assert f'/sessions/{first.pk}/" rel="prev"' in body
    assert f'/sessions/{last.pk}/" rel="next"' in body
