"""Pausing a case, going on with it, and opening an ended one again."""

from collections.abc import Callable

import pytest
from django.test import Client as Browser
from django.urls import reverse

from audit.models import AuditEvent
from people import actions as people
from people.models import Client, User
from tests.conftest import TODAY

SignIn = Callable[[User], Browser]
pytestmark = pytest.mark.usefixtures("inside")


def move(browser: Browser, client: Client, verb: str) -> Browser:
    return browser.post(reverse(f"people:client_{verb}", args=[client.pk]), follow=True)


def status(client: Client) -> str:
    client.refresh_from_db()
    return str(client.status)


def test_a_case_is_paused_and_goes_on(heron: Client, thea: User, client_for: SignIn) -> None:
    browser = client_for(thea)
    assert b"Heron is paused." in move(browser, heron, "pause").content
    assert status(heron) == "paused"
    assert b"Heron is active again." in move(browser, heron, "resume").content
    assert status(heron) == "active"
    kinds = AuditEvent.objects.filter(target_id=heron.pk).order_by("sequence")
    assert list(kinds.values_list("kind", flat=True))[-2:] == ["client paused", "client resumed"]


def test_a_paused_case_expects_nothing_today(
    stuck_heron: Client, thea: User, client_for: SignIn
) -> None:
    browser = client_for(thea)
    assert b"session 5" in browser.get("/today/").content
    move(browser, stuck_heron, "pause")
    assert b"session 5" not in browser.get("/today/").content


def test_an_ended_case_is_opened_again(heron: Client, thea: User, client_for: SignIn) -> None:
    people.end_client(client=heron, by=thea, reason="moved", on=TODAY())
    assert b"Heron is open again." in move(client_for(thea), heron, "reopen").content
    heron.refresh_from_db()
    assert (heron.status, heron.ended_reason, heron.ended_on) == ("active", "", None)


def test_a_move_that_does_not_fit_says_why(heron: Client, thea: User, client_for: SignIn) -> None:
    people.end_client(client=heron, by=thea, reason="moved", on=TODAY())
    assert b"Heron is ended now." in move(client_for(thea), heron, "pause").content
    assert status(heron) == "ended"


@pytest.mark.parametrize("verb", ["pause", "resume", "reopen"])
def test_nobody_else_moves_it(
    heron: Client, ada: User, sunil: User, tom: User, otto: User, client_for: SignIn, verb: str
) -> None:
    who = {"ada": ada, "sunil": sunil, "tom": tom, "otto": otto}
    answers = {name: move(client_for(user), heron, verb).status_code for name, user in who.items()}
    assert answers == {"ada": 403, "sunil": 403, "tom": 404, "otto": 404}
    assert status(heron) == "active"


@pytest.mark.parametrize("verb", ["pause", "resume", "reopen"])
def test_looking_changes_nothing(heron: Client, thea: User, client_for: SignIn, verb: str) -> None:
    address = reverse(f"people:client_{verb}", args=[heron.pk])
    assert client_for(thea).get(address).status_code == 405
    assert Browser().post(address).status_code == 302
    assert status(heron) == "active"
