"""Somebody has a person's sign-in and password: what the old mailbox can still undo."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client as Browser

from people import profile_actions as actions
from people.actions import NotAllowed
from people.models import EmailChange, User
from tests.conftest import PASSWORD
from tests.people.letters import link_to

SignIn = Callable[[User], Browser]
EVIL = ("evil1@example.test", "evil2@example.test")
PHRASE = "seven quiet herons wading"
pytestmark = pytest.mark.usefixtures("inside")


def ask(browser: Browser, email: str) -> None:
    browser.post("/profile/email/", {"email": email, "password": PASSWORD})


def is_in(email: str, password: str = PASSWORD) -> bool:
    browser = Browser()
    browser.post("/accounts/login/", {"login": email, "password": password})
    return browser.get("/accounts/me/").status_code == 200


@pytest.mark.parametrize("second", ["confirmed", "pending"])
def test_a_stop_restores_the_address_whatever_came_later(
    thea: User, client_for: SignIn, second: str
) -> None:
    old, browser = thea.email, client_for(thea)
    ask(browser, EVIL[0])
    stop = link_to(old)
    Browser().post(link_to(EVIL[0]))
    ask(browser, EVIL[1])
    theirs = link_to(EVIL[0])  # the letter that would stop the second change
    if second == "confirmed":
        Browser().post(link_to(EVIL[1]))
    page = Browser().post(stop).content.decode()
    assert f"You sign in with <b>{old}</b>" in page
    for link in (link_to(EVIL[1]), theirs):
        assert Browser().post(link).status_code == 410
    thea.refresh_from_db()
    assert thea.email == old
    assert not any(is_in(email) for email in (old, *EVIL)), "whoever asked knew the password"


def test_a_new_password_opens_the_account_again(thea: User, client_for: SignIn) -> None:
    old = thea.email
    ask(client_for(thea), EVIL[0])
    Browser().post(link_to(old))
    Browser().post("/accounts/password/reset/", {"email": old})
    browser = Browser()
    address = browser.get(link_to(old))["Location"]
    browser.post(address, {"password1": PHRASE})
    assert is_in(old, PHRASE)


def test_several_who_confirm_one_address_at_once_are_answered(
    transactional_db: None,
    thea: User,
    tom: User,
    ada: User,
    otto: User,
    at_once: Callable[..., list[Any]],
) -> None:
    changes = [
        actions.ask_email_change(by=each, email="same@example.test")[0] for each in (thea, tom, ada)
    ]

    def confirm(number: int) -> bool:
        try:
            actions.confirm_email_change(change=EmailChange.objects.get(pk=changes[number].pk))
        except NotAllowed:
            return False
        return True

    assert sorted(at_once(confirm, 3)) == [False, False, True]
