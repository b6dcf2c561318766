"""One's own account: name, taste, address, and where one is signed in."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from allauth.usersessions.models import UserSession
from django.test import Client as Browser
from django.utils import timezone

from audit.models import AuditEvent
from people.devices import device_of
from people.models import Client, User
from sessions_app.tasks import tidy
from tests.conftest import PASSWORD
from tests.people.letters import letters_to, link_to

SignIn = Callable[[User], Browser]
AS_IT_IS = {
    "name": "Thea", "appearance": "system", "date_style": "day", "spelling": "en-GB",
    "digest": "weekly",
}  # fmt: skip
NEW = "thea@elsewhere.test"
pytestmark = pytest.mark.usefixtures("inside")


def signed_in(user: User, agent: str = "") -> Browser:
    browser = Browser(headers={"user-agent": agent} if agent else None)
    browser.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    return browser


def is_in(browser: Browser) -> bool:
    return browser.get("/accounts/me/").status_code == 200


def test_taste_changes_the_pages(thea: User, client_for: SignIn) -> None:
    browser = client_for(thea)
    assert '<html lang="en-GB">' in browser.get("/today/").content.decode()
    new = {"name": "Thea Lind", "appearance": "dark", "spelling": "en-US", "digest": "never"}
    assert browser.post("/profile/", AS_IT_IS | new)["Location"] == "/profile/"
    page = browser.get("/today/").content.decode()
    assert '<html lang="en-US" data-bs-theme="dark">' in page
    assert "Thea Lind" in page
    thea.refresh_from_db()
    assert thea.digest == "never"
    assert AuditEvent.objects.get(kind="profile changed").detail["appearance"] == ["system", "dark"]


@pytest.mark.parametrize(
    ("style", "written"),
    [
        ("day", "Tue 3 Nov, 14:05"),
        ("month", "Tue Nov 3, 2:05 pm"),
        ("numbers", "2026-11-03, 14:05"),
    ],
)
def test_days_and_hours_are_written_as_one_likes(
    heron: Client, client_for: SignIn, style: str, written: str
) -> None:
    from tests.conftest import log

    at = dt.datetime(2026, 11, 3, 14, 5, tzinfo=dt.UTC)
    session = log(heron, days=1)
    type(session).objects.filter(pk=session.pk).update(held_at=at)
    browser = client_for(heron.therapist)
    with time_machine.travel(dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)):
        browser = client_for(heron.therapist)
        browser.post("/profile/", AS_IT_IS | {"date_style": style})
        assert f"<h1>{written}</h1>" in browser.get(f"/sessions/{session.pk}/").content.decode()


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"name": ""}, "Give the name your colleagues know you by."),
        ({"appearance": "pink"}, "Choose one of the answers shown."),
        ({"digest": "daily"}, "Choose one of the answers shown."),
    ],
)
def test_bad_input(thea: User, client_for: SignIn, typed: dict[str, str], sentence: str) -> None:
    answer = client_for(thea).post("/profile/", AS_IT_IS | typed)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()


# --- where one is signed in --------------------------------------------------------------------

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like "
    "Gecko) Version/19.0 Mobile/15E148 Safari/604.1"
)


def test_devices_have_names_people_know() -> None:
    assert device_of(FIREFOX) == "Firefox on Linux"
    assert device_of(IPHONE) == "Safari on an iPhone"
    assert device_of("curl/8.0") == "another program"


def test_own_sign_ins_are_listed_and_ended(thea: User, tom: User) -> None:
    here, there = signed_in(thea, FIREFOX), signed_in(thea, IPHONE)
    signed_in(tom)
    page = here.get("/profile/").content.decode()
    assert "Firefox on Linux" in page
    assert "Safari on an iPhone" in page
    assert page.count("/profile/sign-ins/") == 2, "the other one, and all the others"
    other = UserSession.objects.get(user=thea, user_agent=IPHONE)
    assert here.post(f"/profile/sign-ins/{other.pk}/end/").status_code == 302
    assert not is_in(there)
    assert is_in(here)
    assert "Safari on an iPhone" not in here.get("/profile/").content.decode()


def test_somebody_elses_sign_in_is_not_there(thea: User, tom: User, client_for: SignIn) -> None:
    signed_in(tom)
    his = UserSession.objects.get(user=tom)
    assert client_for(thea).post(f"/profile/sign-ins/{his.pk}/end/").status_code == 404


def test_all_the_others_are_ended_at_once(thea: User) -> None:
    here, *others = (signed_in(thea) for _ in range(4))
    here.post("/profile/sign-ins/end/")
    assert [is_in(browser) for browser in (here, *others)] == [True, False, False, False]


def test_what_ran_out_is_forgotten(thea: User) -> None:
    signed_in(thea)
    with time_machine.travel(timezone.now() + dt.timedelta(days=30)):
        tidy()
    assert not UserSession.objects.exists()


# --- another address ----------------------------------------------------------------------------


def ask(browser: Browser, email: str = NEW, password: str = PASSWORD) -> Any:
    return browser.post("/profile/email/", {"email": email, "password": password})


def test_the_new_address_makes_the_change_and_both_are_told(thea: User, client_for: SignIn) -> None:
    old = thea.email
    ask(client_for(thea))
    thea.refresh_from_db()
    assert thea.email == old, "nothing changes before"
    assert len(letters_to(NEW)) == len(letters_to(old)) == 1
    stranger = Browser()
    assert "Is this your new address?" in stranger.get(link_to(NEW)).content.decode()
    assert stranger.post(link_to(NEW)).status_code == 200
    thea.refresh_from_db()
    assert thea.email == NEW
    assert all("from now on you sign in with" in letters_to(each)[-1] for each in (old, NEW))
    assert AuditEvent.objects.get(kind="address changed").detail == {"email": [old, NEW]}
    assert Browser().post(link_to(NEW)).status_code == 410, "a link works once"


@pytest.mark.parametrize("is_done", [False, True])
def test_the_old_address_stops_it_or_takes_it_back(
    thea: User, client_for: SignIn, is_done: bool
) -> None:
    old, browser = thea.email, client_for(thea)
    ask(browser)
    stop = link_to(old)
    if is_done:
        Browser().post(link_to(NEW))
    assert "Was it not you?" in Browser().get(stop).content.decode()
    assert Browser().post(stop).status_code == 200
    thea.refresh_from_db()
    assert thea.email == old
    assert not is_in(browser), "whoever asked is out"
    assert Browser().get(stop).status_code == 410
    if not is_done:
        assert Browser().post(link_to(NEW)).status_code == 410


def test_a_link_is_of_its_own_change_alone(thea: User, tom: User, client_for: SignIn) -> None:
    old, his = thea.email, "tom@elsewhere.test"
    ask(client_for(thea))
    ask(client_for(tom), his)
    assert his in Browser().get(link_to(his)).content.decode()
    Browser().post(link_to(his))
    tom.refresh_from_db()
    thea.refresh_from_db()
    assert (tom.email, thea.email) == (his, old)
    ask(client_for(thea), "thea@another.test")
    assert NEW not in Browser().get(link_to(old)).content.decode()
    Browser().post(link_to(old))
    tom.refresh_from_db()
    assert tom.email == his


def test_links_run_out(thea: User, client_for: SignIn) -> None:
    old = thea.email
    ask(client_for(thea))
    with time_machine.travel(timezone.now() + dt.timedelta(hours=25)):
        assert Browser().post(link_to(NEW)).status_code == 410
        assert Browser().get(link_to(old)).status_code == 200
    with time_machine.travel(timezone.now() + dt.timedelta(days=8)):
        assert Browser().get(link_to(old)).status_code == 410


def test_a_second_request_takes_the_place_of_the_first(thea: User, client_for: SignIn) -> None:
    browser = client_for(thea)
    ask(browser)
    first = link_to(NEW)
    ask(browser, "another@elsewhere.test")
    assert Browser().post(first).status_code == 410


@pytest.mark.parametrize(
    ("email", "password", "sentence"),
    [
        ("", PASSWORD, "Give the new address."),
        ("nobody", PASSWORD, "Write an address such as"),
        ("thea@example.test", PASSWORD, "This is your address already."),
        ("tom@example.test", PASSWORD, "account at this address already"),
        (NEW, "", "Give your password"),
        (NEW, "not this one", "That is not your password."),
    ],
)
def test_an_address_that_is_refused(
    thea: User, tom: User, client_for: SignIn, email: str, password: str, sentence: str
) -> None:
    answer = ask(client_for(thea), email, password)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert letters_to(NEW) == []
