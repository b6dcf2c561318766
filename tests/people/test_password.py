"""Passwords: forgotten, changed, and which ones are refused."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import httpx
import pytest
import time_machine
from django.contrib.auth.password_validation import (
    get_password_validators,
    validate_password,
)
from django.core.exceptions import ValidationError
from django.test import Client as Browser
from django.utils import timezone

from audit.models import AuditEvent
from people.models import User
from tests.conftest import PASSWORD
from tests.people.letters import letters_to, link_to

SignIn = Callable[[User], Browser]
PHRASE = "seven quiet herons wading"
ASK = "/accounts/password/reset/"
pytestmark = pytest.mark.usefixtures("inside")


def signed_in(user: User, password: str = PASSWORD) -> Browser:
    browser = Browser()
    browser.post("/accounts/login/", {"login": user.email, "password": password})
    return browser


def is_in(browser: Browser) -> bool:
    return browser.get("/accounts/me/").status_code == 200


def open_link(link: str) -> tuple[Browser, str]:
    """A browser that has followed the link, and the address it was led to without the token."""
    browser = Browser()
    answer = browser.get(link)
    return browser, answer["Location"]


def test_a_forgotten_password_is_set_anew_from_a_letter(thea: User) -> None:
    old = signed_in(thea)
    assert Browser().post(ASK, {"email": thea.email}).status_code == 302
    browser, address = open_link(link_to(thea.email))
    assert address.endswith("-set-password/"), "the token leaves the address at once"
    assert browser.post(address, {"password1": PHRASE})["Location"].endswith("/done/")
    assert not is_in(old), "sign-ins of before are over"
    assert not is_in(signed_in(thea))
    assert is_in(signed_in(thea, PHRASE))
    assert AuditEvent.objects.filter(kind="password reset").count() == 1
    assert "Your password was set anew" in letters_to(thea.email)[-1]


def test_a_link_works_once_and_for_an_hour(thea: User) -> None:
    Browser().post(ASK, {"email": thea.email})
    link = link_to(thea.email)
    with time_machine.travel(timezone.now() + dt.timedelta(minutes=61)):
        assert "no longer works" in Browser().get(link).content.decode()
    browser, address = open_link(link)
    browser.post(address, {"password1": PHRASE})
    assert "no longer works" in Browser().get(link).content.decode()


@pytest.mark.parametrize("who", ["known", "unknown", "closed"])
def test_asking_reveals_nothing(thea: User, who: str) -> None:
    User.objects.filter(pk=thea.pk).update(is_active=who != "closed")
    email = "nobody@example.test" if who == "unknown" else thea.email
    answer = Browser().post(ASK, {"email": email})
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/password/reset/sent/")
    assert len(letters_to(email)) == 1, "a letter in any case"
    assert ("/key/" in letters_to(email)[0]) == (who == "known")


def test_a_reset_lifts_the_lock_of_guessing(thea: User) -> None:
    for _ in range(6):
        signed_in(thea, "not this one")
    assert not is_in(signed_in(thea))
    Browser().post(ASK, {"email": thea.email})
    browser, address = open_link(link_to(thea.email))
    browser.post(address, {"password1": PHRASE})
    assert is_in(signed_in(thea, PHRASE))


def test_a_changed_password_ends_the_other_sign_ins(thea: User) -> None:
    here, there = signed_in(thea), signed_in(thea)
    data = {"oldpassword": "not this one", "password1": PHRASE}
    assert "That is not your password" in here.post("/accounts/password/", data).content.decode()
    answer = here.post("/accounts/password/", data | {"oldpassword": PASSWORD})
    assert answer["Location"] == "/profile/"
    assert is_in(here)
    assert not is_in(there)
    assert "Your password was changed" in letters_to(thea.email)[-1]


@pytest.mark.parametrize("long", ["x y" * 400, "a sentence of my own, with ümläuts and 漢字"])
def test_long_passwords_of_any_signs_are_welcome(thea: User, long: str) -> None:
    here = signed_in(thea)
    here.post("/accounts/password/", {"oldpassword": PASSWORD, "password1": long})
    assert is_in(signed_in(thea, long))


@pytest.mark.parametrize(
    ("password", "sentence"),
    [
        ("elevenchars", "at least 12"),
        ("password1234", "too common"),
        ("thea@example.test", "too similar"),
    ],
)
def test_weak_ones_are_refused_without_rules_of_composition(
    thea: User, password: str, sentence: str
) -> None:
    answer = signed_in(thea).post(
        "/accounts/password/", {"oldpassword": PASSWORD, "password1": password}
    )
    assert sentence in answer.content.decode()
    assert is_in(signed_in(thea))


# --- known from breaches: asked of another house, so that is what is played here --------------


@pytest.fixture
def breaches(settings: Any, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The list of breaches answers that one password is in it; what it was asked."""
    from pwned_passwords_django import api

    name = "pwned_passwords_django.validators.PwnedPasswordsValidator"
    settings.AUTH_PASSWORD_VALIDATORS = [*settings.AUTH_PASSWORD_VALIDATORS, {"NAME": name}]
    asked: list[str] = []
    # SHA-1 of "correct horse battery staple"
    known = "7AAD14FAF35BE1A3E6A49A3D4B6D7A2DDE10C52B"

    def answer(url: str, **kwargs: Any) -> httpx.Response:
        asked.append(url)
        import hashlib

        full = hashlib.sha1(b"correct horse battery staple", usedforsecurity=False)
        text = f"{full.hexdigest().upper()[5:]}:4\n{known[5:]}:1"
        return httpx.Response(200, text=text, request=httpx.Request("GET", url))

    monkeypatch.setattr(api.default_client.client, "get", answer)
    return asked


def check(password: str, settings: Any) -> None:
    validate_password(password, None, get_password_validators(settings.AUTH_PASSWORD_VALIDATORS))


def test_a_password_known_from_breaches_is_refused(breaches: list[str], settings: Any) -> None:
    with pytest.raises(ValidationError):
        check("correct horse battery staple", settings)
    check(PHRASE, settings)
    assert all(len(url.rsplit("/", 1)[1]) == 5 for url in breaches), "five letters of a hash"


def test_without_an_answer_the_common_ones_are_still_refused(
    breaches: list[str], settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pwned_passwords_django import api

    def silent(url: str, **kwargs: Any) -> httpx.Response:
        raise httpx.ConnectTimeout("no answer")

    monkeypatch.setattr(api.default_client.client, "get", silent)
    check(PHRASE, settings)
    with pytest.raises(ValidationError):
        check("password1234", settings)
