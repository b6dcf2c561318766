"""Signing in and out: by invitation only, with limits on guessing, and for a while only."""

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.contrib.auth.hashers import MD5PasswordHasher
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from audit.models import AuditEvent
from people import walls
from people.models import Client, User
from tests.conftest import PASSWORD, typed

SIGN_IN = "/accounts/login/"
WRONG = "not-the-password"


def sign_in(browser: Browser, email: str, password: str = PASSWORD, **more: str) -> Any:
    return browser.post(SIGN_IN, {"login": email, "password": password, **more})


def is_in(browser: Browser) -> bool:
    return browser.get("/accounts/me/").status_code == 200


def events(user: User) -> list[str]:
    with walls.inside(user.organisation_id):
        kinds = AuditEvent.objects.filter(actor_id=user.pk).order_by("sequence")
        return [kind for kind in kinds.values_list("kind", flat=True) if kind.startswith("sign")]


def test_it_leads_to_the_first_page_or_where_one_wanted_to_go(thea: User) -> None:
    assert sign_in(Browser(), thea.email)["Location"] == "/"
    assert sign_in(Browser(), thea.email, next="/library/")["Location"] == "/library/"
    assert sign_in(Browser(), thea.email, next="https://evil.test/")["Location"] == "/"


def test_an_email_is_known_in_any_case(thea: User) -> None:
    browser = Browser()
    sign_in(browser, thea.email.upper())
    assert is_in(browser)


def test_the_sign_in_gets_a_new_id_and_a_guarded_cookie(thea: User) -> None:
    browser = Browser()
    kept = browser.session
    kept["planted"] = True
    kept.save()
    before = kept.session_key
    sign_in(browser, thea.email)
    cookie = browser.cookies["impasse_session"]
    assert cookie.value not in ("", before)
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")


def test_sign_in_and_out_are_on_record(thea: User) -> None:
    browser = Browser()
    sign_in(browser, thea.email, WRONG)
    sign_in(browser, thea.email)
    browser.post("/accounts/logout/")
    assert events(thea) == ["sign-in refused", "signed in", "signed out"]


def test_signing_out_ends_the_sign_in_for_good(thea: User) -> None:
    browser = Browser()
    sign_in(browser, thea.email)
    old = browser.cookies["impasse_session"].value
    assert browser.get("/accounts/logout/").status_code == 200
    assert is_in(browser)  # looking at the page signs nobody out
    answer = browser.post("/accounts/logout/")
    assert answer["Clear-Site-Data"] == '"cache", "storage"'
    browser.cookies["impasse_session"] = old
    assert not is_in(browser)


# --- guessing ---------------------------------------------------------------------------------


def body(answer: Any, email: str) -> str:
    """The page without what differs from person to person and from form to form."""
    text = answer.content.decode().replace(email, "EMAIL")
    return "\n".join(line for line in text.splitlines() if "csrfmiddlewaretoken" not in line)


def test_known_and_unknown_look_the_same(thea: User) -> None:
    known = sign_in(Browser(), thea.email, WRONG)
    unknown = sign_in(Browser(), "nobody@example.test", WRONG)
    assert known.status_code == unknown.status_code == 200
    assert body(known, thea.email) == body(unknown, "nobody@example.test")
    assert "do not match" in known.content.decode()


@pytest.mark.parametrize("who", ["known", "unknown", "closed"])
def test_each_try_costs_one_password_hash(
    thea: User, who: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    User.objects.filter(pk=thea.pk).update(is_active=who != "closed")
    made: list[str] = []
    plain = MD5PasswordHasher.encode

    def counted(self: MD5PasswordHasher, password: str, salt: str) -> str:
        made.append(salt)
        return plain(self, password, salt)

    monkeypatch.setattr(MD5PasswordHasher, "encode", counted)
    sign_in(Browser(), "nobody@example.test" if who == "unknown" else thea.email, WRONG)
    assert len(made) == 1


def test_guessing_one_account_locks_it_for_a_while(thea: User) -> None:
    browser = Browser()
    for _ in range(5):
        sign_in(browser, thea.email, WRONG)
    refused = sign_in(browser, thea.email)
    assert "Too many" in refused.content.decode()
    assert not is_in(browser)
    with time_machine.travel(timezone.now() + dt.timedelta(minutes=16)):
        sign_in(browser, thea.email)
        assert is_in(browser)


def test_guessing_many_accounts_locks_the_address(thea: User) -> None:
    browser = Browser()
    for number in range(21):
        sign_in(browser, f"guess{number}@example.test", WRONG)
    assert "Too many" in sign_in(browser, thea.email).content.decode()


def test_a_closed_account_does_not_open(thea: User) -> None:
    User.objects.filter(pk=thea.pk).update(is_active=False)
    browser = Browser()
    sign_in(browser, thea.email)
    assert not is_in(browser)


def test_nobody_signs_up() -> None:
    for name in ("account_signup", "account_email", "account_set_password"):
        with pytest.raises(NoReverseMatch):
            reverse(name)


# --- for a while only -------------------------------------------------------------------------


def test_after_fifteen_idle_minutes_one_signs_in_again(thea: User) -> None:
    browser = Browser()
    with time_machine.travel(timezone.now(), tick=False) as clock:
        sign_in(browser, thea.email)
        browser.get("/today/")
        clock.shift(dt.timedelta(minutes=14))
        assert browser.get("/today/").status_code == 200
        clock.shift(dt.timedelta(minutes=14))
        assert browser.get("/today/").status_code == 200
        clock.shift(dt.timedelta(minutes=16))
        answer = browser.get("/today/")
        assert (answer.status_code, answer["Location"]) == (302, f"{SIGN_IN}?next=/today/")


def test_what_a_page_sends_by_itself_keeps_no_sign_in_alive(heron: Client) -> None:
    browser = Browser()
    with time_machine.travel(timezone.now(), tick=False) as clock:
        sign_in(browser, heron.therapist.email)
        browser.get("/today/")
        for number in range(4):
            clock.shift(dt.timedelta(minutes=5))
            answer = browser.post(
                reverse("sessions:draft_save", args=[heron.pk]),
                typed(draft_version=str(number)),
                headers={"X-Requested-With": "fetch"},
            )
        assert answer.status_code == 401
        assert answer.json() == {"status": "signed-out"}


def test_a_stranger_gets_no_sign_in_and_no_row(db: None) -> None:
    browser = Browser()
    for page in (SIGN_IN, "/clients/", "/nowhere/"):
        browser.get(page)
    assert "impasse_session" not in browser.cookies
    assert not Session.objects.exists()


def test_a_busy_persons_row_is_written_every_half_minute(thea: User) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        browser = Browser()
        sign_in(browser, thea.email)
        browser.get("/library/")
        for later, is_written in ((10, False), (25, True), (10, False)):
            clock.shift(later)
            with CaptureQueriesContext(connection) as statements:
                browser.get("/library/")
            assert any("UPDATE" in each["sql"] for each in statements) is is_written


def test_after_twelve_hours_everybody_signs_in_again(thea: User) -> None:
    browser = Browser()
    with time_machine.travel(timezone.now(), tick=False) as clock:
        sign_in(browser, thea.email)
        for _ in range(72):
            assert browser.get("/today/").status_code == 200
            clock.shift(dt.timedelta(minutes=10))
        clock.shift(dt.timedelta(minutes=1))
        assert browser.get("/today/").status_code == 302


# --- what a page asks -------------------------------------------------------------------------


def test_a_page_can_ask_who_is_there(thea: User) -> None:
    browser = Browser()
    sign_in(browser, thea.email)
    answer = browser.get("/accounts/me/", headers={"X-Requested-With": "fetch"})
    assert answer.json()["id"] == str(thea.pk)
    assert len(answer.json()["csrf"]) == 64
    stranger = Browser().get("/accounts/me/", headers={"X-Requested-With": "fetch"})
    assert (stranger.status_code, stranger.json()) == (401, {"status": "signed-out"})


def test_signing_in_inside_a_page_is_answered_with_json(thea: User) -> None:
    browser = Browser(headers={"X-Requested-With": "XMLHttpRequest"})
    assert sign_in(browser, thea.email, WRONG).status_code == 400
    answer = sign_in(browser, thea.email)
    assert (answer.status_code, answer.json()["location"]) == (200, "/")


def test_pages_of_a_person_are_never_kept(thea: User) -> None:
    browser = Browser()
    sign_in(browser, thea.email)
    assert browser.get("/today/")["Cache-Control"] == "no-store"


def test_the_limit_of_an_account_holds_whatever_host_is_named(thea: User, settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["testserver", "localhost"]
    for _ in range(5):
        sign_in(Browser(), thea.email, WRONG)
    browser = Browser(headers={"host": "localhost:1"})
    sign_in(browser, thea.email)
    assert not is_in(browser)


def test_a_flood_of_others_frees_no_account(thea: User) -> None:
    for _ in range(5):
        sign_in(Browser(), thea.email, WRONG)
    for number in range(400):
        cache.set(f"zzz-{number}", True, timeout=900)
    browser = Browser()
    sign_in(browser, thea.email)
    assert not is_in(browser)
