"""Dismiss, with a reason."""

from collections.abc import Callable

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from audit.models import AuditEvent
from impasses.actions import plan_suggestion
from impasses.models import Suggestion
from people.models import Client, User
from sessions_app.actions import assess_case
from tests.conftest import log

pytestmark = pytest.mark.usefixtures("inside")
SignIn = Callable[[User], Browser]
GOOD = {"reason": "It was the holiday."}


@pytest.fixture
def strain(stuck_heron: Client) -> Suggestion:
    return stuck_heron.suggestions.get(rule="R1")


@pytest.fixture
def hers(thea: User, client_for: SignIn) -> Browser:
    return client_for(thea)


def address(row: Suggestion) -> str:
    return reverse("impasses:suggestion_dismiss", args=[row.pk])


def supersede(row: Suggestion) -> None:
    for days in (4, 3, 2):
        log(row.client, days=days)
    assess_case(client=row.client, today=timezone.localdate())


def test_it_shows_the_form(strain: Suggestion, hers: Browser) -> None:
    assert 'name="reason"' in hers.get(address(strain)).content.decode()


def test_it_dismisses_with_a_reason(strain: Suggestion, hers: Browser) -> None:
    answer = hers.post(address(strain), GOOD)
    assert answer.status_code == 302
    assert answer["Location"] == f"/clients/{strain.client_id}/"
    strain.refresh_from_db()
    assert (strain.state, strain.reason) == ("dismissed", "It was the holiday.")
    event = AuditEvent.objects.get(kind="suggestion dismissed")
    assert "holiday" not in str(event.detail)


def test_a_planned_one_answers_409(strain: Suggestion, hers: Browser, thea: User) -> None:
    plan_suggestion(
        suggestion=strain,
        by=thea,
        today=timezone.localdate(),
        therapist_words="a",
        client_words="b",
    )
    assert hers.post(address(strain), GOOD).status_code == 409
    strain.refresh_from_db()
    assert strain.state == "planned"


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
    ("reason", "sentence"),
    [("", "Say why in a few words"), ("x" * 301, "Keep the reason to 300 characters.")],
)
def test_bad_input(strain: Suggestion, hers: Browser, reason: str, sentence: str) -> None:
    answer = hers.post(address(strain), {"reason": reason})
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    strain.refresh_from_db()
    assert strain.state == "offered"


def test_wrong_method(strain: Suggestion, hers: Browser) -> None:
    assert hers.put(address(strain)).status_code == 405
