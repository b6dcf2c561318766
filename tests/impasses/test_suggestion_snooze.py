"""Not now: why, and until when."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from audit.models import AuditEvent
from impasses.models import Suggestion
from people.models import Client, User
from sessions_app.actions import assess_case
from tests.conftest import log

pytestmark = pytest.mark.usefixtures("inside")
SignIn = Callable[[User], Browser]
GOOD = {"reason": "Too soon.", "wait": "1"}


@pytest.fixture
def strain(stuck_heron: Client) -> Suggestion:
    return stuck_heron.suggestions.get(rule="R1")


@pytest.fixture
def hers(thea: User, client_for: SignIn) -> Browser:
    return client_for(thea)


def address(row: Suggestion) -> str:
    return reverse("impasses:suggestion_snooze", args=[row.pk])


def supersede(row: Suggestion) -> None:
    for days in (4, 3, 2):
        log(row.client, days=days)
    assess_case(client=row.client, today=timezone.localdate())


def in_days(days: int) -> str:
    return str(timezone.localdate() + timedelta(days=days))


def test_it_shows_the_form(strain: Suggestion, hers: Browser) -> None:
    page = hers.get(address(strain)).content.decode()
    assert "in two weeks" in page
    assert 'type="date"' in page


@pytest.mark.parametrize(("wait", "days"), [("1", 7), ("2", 14), ("4", 28)])
def test_it_puts_off_for_some_weeks(
    strain: Suggestion, hers: Browser, wait: str, days: int
) -> None:
    answer = hers.post(address(strain), {"reason": "Too soon.", "wait": wait})
    assert answer.status_code == 302
    strain.refresh_from_db()
    assert (strain.state, strain.reason) == ("snoozed", "Too soon.")
    assert str(strain.snoozed_until) == in_days(days)
    event = AuditEvent.objects.get(kind="suggestion put off")
    assert event.detail == {"until": in_days(days), "case": str(strain.client_id)}


@pytest.mark.parametrize("days", [1, 26 * 7])
@pytest.mark.parametrize("wait", ["day", ""])
def test_it_puts_off_until_a_day(strain: Suggestion, hers: Browser, days: int, wait: str) -> None:
    hers.post(address(strain), {"reason": "Holiday.", "wait": wait, "until": in_days(days)})
    strain.refresh_from_db()
    assert str(strain.snoozed_until) == in_days(days)


def test_it_comes_back_on_its_day(strain: Suggestion, hers: Browser) -> None:
    hers.post(address(strain), GOOD)
    strain.refresh_from_db()
    assert not strain.is_open(timezone.localdate() + timedelta(days=6))
    assert strain.is_open(timezone.localdate() + timedelta(days=7))


def test_a_superseded_one_answers_409_with_a_sentence(strain: Suggestion, hers: Browser) -> None:
    supersede(strain)
    answer = hers.post(address(strain), GOOD)
    assert answer.status_code == 409
    assert "This suggestion has been superseded" in answer.content.decode()
    strain.refresh_from_db()
    assert strain.state == "superseded"
    assert hers.get(address(strain))["Location"] == f"/suggestions/{strain.pk}/"


def test_anonymous(strain: Suggestion) -> None:
    assert Browser().post(address(strain), GOOD).status_code == 302
    strain.refresh_from_db()
    assert strain.state == "offered"


def test_wrong_role(strain: Suggestion, ada: User, client_for: SignIn) -> None:
    assert client_for(ada).post(address(strain), GOOD).status_code == 403


def test_a_supervisor_may_not(strain: Suggestion, sunil: User, client_for: SignIn) -> None:
    assert client_for(sunil).get(address(strain)).status_code == 403
    assert client_for(sunil).post(address(strain), GOOD).status_code == 403
    strain.refresh_from_db()
    assert strain.state == "offered"


def test_another_therapists_client(strain: Suggestion, tom: User, client_for: SignIn) -> None:
    assert client_for(tom).post(address(strain), GOOD).status_code == 404


def test_another_organisation(strain: Suggestion, otto: User, client_for: SignIn) -> None:
    assert client_for(otto).post(address(strain), GOOD).status_code == 404


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"reason": " "}, "Say why in a few words"),
        ({"reason": "x" * 301}, "Keep the reason to 300 characters."),
        ({"wait": "3"}, "Choose one of the times"),
        ({"wait": "day"}, "Give the day it should come back."),
        ({"wait": "day", "until": in_days(0)}, "Choose a day after today."),
        ({"wait": "day", "until": in_days(-3)}, "Choose a day after today."),
        ({"wait": "day", "until": in_days(183)}, "Choose a day within 26 weeks"),
        ({"wait": "day", "until": "soon"}, "Write the day as"),
    ],
)
def test_bad_input(strain: Suggestion, hers: Browser, wrong: dict[str, str], sentence: str) -> None:
    answer = hers.post(address(strain), GOOD | wrong)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    strain.refresh_from_db()
    assert strain.state == "offered"


def test_wrong_method(strain: Suggestion, hers: Browser) -> None:
    assert hers.put(address(strain)).status_code == 405
