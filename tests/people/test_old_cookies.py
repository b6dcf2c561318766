"""Sign-ins that are over, planted ids, and what a password is: S9 and S10 of our goals."""

from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.test import Client as Browser

from people import account_actions as accounts
from people.models import User
from tests.conftest import PASSWORD, person
from tests.people.letters import link_to
from tests.people.test_sign_in import is_in, sign_in

ANOTHER = "seven quiet herons wading"
COOKIE = settings.SESSION_COOKIE_NAME
pytestmark = pytest.mark.usefixtures("inside")


def signed_in(user: User) -> Browser:
    browser = Browser()
    sign_in(browser, user.email)
    assert is_in(browser)
    return browser


def with_cookie(value: str) -> Browser:
    browser = Browser()
    browser.cookies[COOKIE] = value
    return browser


def sign_out(browser: Browser, thea: User, ada: User) -> None:
    browser.post("/accounts/logout/")


def change_password(browser: Browser, thea: User, ada: User) -> None:
    sent = {"oldpassword": PASSWORD, "password1": ANOTHER}
    assert browser.post("/accounts/password/", sent).status_code == 302


def reset_password(browser: Browser, thea: User, ada: User) -> None:
    Browser().post("/accounts/password/reset/", {"email": thea.email})
    other = Browser()
    address = other.get(link_to(thea.email))["Location"]
    assert other.post(address, {"password1": ANOTHER}).status_code == 302


def close_account(browser: Browser, thea: User, ada: User) -> None:
    accounts.deactivate_person(person=thea, by=ada)


def sign_out_everywhere(browser: Browser, thea: User, ada: User) -> None:
    accounts.end_all_sign_ins(person=thea, by=ada)


@pytest.mark.parametrize(
    "ending", [sign_out, change_password, reset_password, close_account, sign_out_everywhere]
)
def test_an_old_cookie_opens_nothing(thea: User, ada: User, ending: Any) -> None:
    """At the very next request, whoever sends the cookie, from wherever."""
    browser = signed_in(thea)
    old = browser.cookies[COOKIE].value
    assert is_in(with_cookie(old)), "until then it does"
    ending(browser, thea, ada)
    thief = with_cookie(old)
    assert not is_in(thief)
    assert thief.get("/today/").status_code == 302


@pytest.mark.parametrize("planted", ["a" * 32, "x", "../../etc/passwd", "0" * 500])
def test_a_planted_id_is_worth_nothing(thea: User, planted: str) -> None:
    """An id of somebody else's making is not taken over, and opens nothing afterwards."""
    browser = with_cookie(planted)
    sign_in(browser, thea.email)
    assert is_in(browser)
    assert browser.cookies[COOKIE].value != planted
    assert not is_in(with_cookie(planted))


def test_a_strangers_own_id_does_not_become_a_sign_in(thea: User) -> None:
    """Whoever had the browser before does not come in with the cookie they kept."""
    browser = Browser()
    kept = browser.session
    kept["planted"] = True
    kept.save()
    before = str(kept.session_key)
    sign_in(browser, thea.email)
    assert not is_in(with_cookie(before))
    assert not Session.objects.filter(session_key=before).exists()


def test_ids_of_sign_ins_are_long_and_never_alike(thea: User) -> None:
    """32 of 36 letters from the system's generator: 165 bits."""
    ids = {str(signed_in(thea).cookies[COOKIE].value) for _ in range(5)}
    assert len(ids) == 5
    assert all(len(each) == 32 for each in ids)


# --- passwords --------------------------------------------------------------------------------


def test_a_password_is_not_changed_without_the_old_one(thea: User) -> None:
    browser = signed_in(thea)
    for old in ("", "not this one"):
        sent = {"oldpassword": old, "password1": ANOTHER}
        assert browser.post("/accounts/password/", sent).status_code == 200
    assert is_in(signed_in(thea))


@pytest.mark.parametrize("word", ["impasse-tracker", "northside-northside", "thea@example.test"])
def test_words_of_the_place_make_no_password(thea: User, word: str) -> None:
    with pytest.raises(ValidationError):
        validate_password(word, thea)


def test_a_new_password_does_not_go_round_the_second_factor(clinic: Any, ada: User) -> None:
    """After a reset a supervisor without a factor still stands before setting one up."""
    nia = person(clinic, "Nia", "supervisor")
    User.objects.filter(pk=nia.pk).update(email="nia@clinic.example")
    nia.refresh_from_db()
    reset_password(Browser(), nia, ada)
    browser = Browser()
    sign_in(browser, nia.email, ANOTHER)
    assert browser.get("/supervision/")["Location"] == "/accounts/factors/"


def test_password_managers_know_every_field(thea: User) -> None:
    for browser, address, words in (
        (Browser(), "/accounts/login/", ("current-password", "username")),
        (signed_in(thea), "/accounts/password/", ("current-password", "new-password")),
    ):
        page = browser.get(address).content.decode()
        for word in words:
            assert f"{word}" in page
        assert 'autocomplete="off"' not in page.split("</form>")[0].split("<form")[-1]
        assert "onpaste" not in page
