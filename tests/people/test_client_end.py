"""Ending a therapy, with a reason."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.test import Client as Browser
from django.urls import reverse

from people.models import Client, User
from tests.conftest import TODAY

SignIn = Callable[[User], Browser]
pytestmark = pytest.mark.usefixtures("inside")


def address(client: Client) -> str:
    return reverse("people:client_end", args=[client.pk])


def end(browser: Browser, client: Client, reason: str = "completed", on: str = "") -> Browser:
    return browser.post(address(client), {"reason": reason, "on": on or f"{TODAY()}"})


def test_it_ends_with_a_reason_on_a_day(heron: Client, thea: User, client_for: SignIn) -> None:
    answer = end(client_for(thea), heron)
    assert answer["Location"] == reverse("sessions:case", args=[heron.pk])
    heron.refresh_from_db()
    assert (heron.status, heron.ended_reason, heron.ended_on) == ("ended", "completed", TODAY())


def test_an_ended_case_can_be_read_and_is_off_the_caseload(
    heron: Client, thea: User, client_for: SignIn
) -> None:
    browser = client_for(thea)
    end(browser, heron)
    assert browser.get(reverse("sessions:case", args=[heron.pk])).status_code == 200
    assert b"Heron" not in browser.get("/clients/").content
    assert b"Heron" in browser.get("/clients/?show=ended").content


def test_a_stranger_signs_in(heron: Client) -> None:
    end(Browser(), heron)
    heron.refresh_from_db()
    assert heron.is_active


def test_nobody_else_ends_it(
    heron: Client, ada: User, sunil: User, tom: User, otto: User, client_for: SignIn
) -> None:
    who = {"ada": ada, "sunil": sunil, "tom": tom, "otto": otto}
    answers = {name: end(client_for(user), heron).status_code for name, user in who.items()}
    assert answers == {"ada": 403, "sunil": 403, "tom": 404, "otto": 404}
    heron.refresh_from_db()
    assert heron.is_active


@pytest.mark.parametrize(
    ("reason", "days", "sentence"),
    [
        ("", 0, "Choose the reason that comes closest."),
        ("bored", 0, "Select a valid choice"),
        ("moved", 1, "That day has not come yet."),
        ("moved", -400, "choose that day or later"),
    ],
)
def test_bad_input(
    heron: Client, thea: User, client_for: SignIn, reason: str, days: int, sentence: str
) -> None:
    answer = end(client_for(thea), heron, reason, f"{TODAY() + dt.timedelta(days=days)}")
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    heron.refresh_from_db()
    assert heron.is_active


def test_other_methods_are_refused(heron: Client, thea: User, client_for: SignIn) -> None:
    assert client_for(thea).put(address(heron)).status_code == 405
