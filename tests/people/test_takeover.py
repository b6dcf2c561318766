"""Somebody has a person's sign-in and password: what the old mailbox can still undo."""

from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client as Browser

from people import account_actions as accounts
from people import profile_actions as actions
from people import walls
from people.actions import NotAllowed
from people.models import EmailChange, User
from tests.conftest import PASSWORD, ago, person
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


def test_what_was_added_lately_opens_nothing_after_a_stop(thea: User, client_for: SignIn) -> None:
    old = thea.email
    ask(client_for(thea), EVIL[0])
    theirs = {"name": "Theirs", "credential": {}}
    Authenticator.objects.create(user=thea, type="webauthn", data=theirs)
    long_ago = Authenticator.objects.create(user=thea, type="totp", data={})
    Authenticator.objects.filter(pk=long_ago.pk).update(created_at=ago(60))
    Browser().post(link_to(old))
    assert list(Authenticator.objects.filter(user=thea)) == [long_ago]


def test_the_first_letter_still_stops_what_a_second_one_asks(
    thea: User, client_for: SignIn
) -> None:
    old, browser = thea.email, client_for(thea)
    ask(browser, EVIL[0])
    first = link_to(old)
    ask(browser, EVIL[1])
    assert Browser().get(link_to(EVIL[0])).status_code == 410, "only the latest can be confirmed"
    Browser().post(link_to(EVIL[1]))
    assert "It is stopped" in Browser().post(first).content.decode()
    thea.refresh_from_db()
    assert thea.email == old


@pytest.mark.parametrize("end", ["password", "sign-ins", "closed"])
def test_a_pending_change_ends_with_the_password_it_was_asked_with(
    thea: User, ada: User, client_for: SignIn, end: str
) -> None:
    ask(client_for(thea), EVIL[0])
    if end == "password":
        thea.set_password(PHRASE)
        thea.save()
    elif end == "sign-ins":
        accounts.end_all_sign_ins(person=thea, by=ada)
    else:
        accounts.deactivate_person(person=thea, by=ada)
    assert Browser().post(link_to(EVIL[0])).status_code == 410
    thea.refresh_from_db()
    assert thea.email not in EVIL


def test_where_the_old_address_is_taken_the_account_is_closed(
    thea: User, clinic: Any, client_for: SignIn
) -> None:
    old = thea.email
    ask(client_for(thea), EVIL[0])
    stop = link_to(old)
    Browser().post(link_to(EVIL[0]))
    person(clinic, "Thea", "therapist")  # somebody was invited at the address meanwhile
    page = Browser().post(stop).content.decode()
    assert "this one is closed" in page
    thea.refresh_from_db()
    assert (thea.is_active, thea.has_usable_password()) == (False, False)
    assert not is_in(EVIL[0])


def test_of_changes_asked_for_at_once_one_can_be_confirmed(
    transactional_db: None, thea: User, at_once: Callable[..., list[Any]]
) -> None:
    def ask_for(number: int) -> None:
        with walls.inside(thea.organisation_id):
            actions.ask_email_change(by=thea, email=f"evil{number}@example.test")

    at_once(ask_for, 4)
    rows = EmailChange.objects.select_related("user")
    assert [row.may_be_confirmed for row in rows].count(True) == 1


def test_letters_to_strangers_are_limited(thea: User, client_for: SignIn) -> None:
    browser = client_for(thea)
    answers = [
        browser.post("/profile/email/", {"email": f"e{n}@example.test", "password": PASSWORD})
        for n in range(7)
    ]
    assert [answer.status_code for answer in answers].count(429) == 2
