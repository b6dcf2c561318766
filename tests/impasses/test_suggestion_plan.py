"""Plan it: one thing for the therapist, one for the client."""

from collections.abc import Callable

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from audit.models import AuditEvent
from impasses.catalogue import catalogue
from impasses.models import PlanStep, Suggestion
from people.models import Client, User
from sessions_app.actions import assess_case
from tests.conftest import log

pytestmark = pytest.mark.usefixtures("inside")
SignIn = Callable[[User], Browser]
GOOD = {
    "therapist_strategy": "T3",
    "therapist_words": "Ask how it has been.",
    "client_strategy": "K2",
    "client_words": "Say one thing.",
}


@pytest.fixture
def strain(stuck_heron: Client) -> Suggestion:
    return stuck_heron.suggestions.get(rule="R1")


@pytest.fixture
def hers(thea: User, client_for: SignIn) -> Browser:
    return client_for(thea)


def address(row: Suggestion) -> str:
    return reverse("impasses:suggestion_plan", args=[row.pk])


def supersede(row: Suggestion) -> None:
    for days in (4, 3, 2):
        log(row.client, days=days)
    assess_case(client=row.client, today=timezone.localdate())


def test_it_offers_the_strategies_with_words_from_the_catalogue(
    strain: Suggestion, hers: Browser
) -> None:
    page = hers.get(address(strain)).content.decode()
    assert page.count('name="therapist_strategy"') == len(strain.therapist_strategies) == 2
    assert page.count('name="client_strategy"') == 1
    assert "I notice we keep arriving at the same place." in page
    assert "Heron tries" in page


def test_it_plans_one_thing_for_each_side(strain: Suggestion, hers: Browser) -> None:
    answer = hers.post(address(strain), GOOD)
    assert answer.status_code == 302
    assert answer["Location"] == f"/clients/{strain.client_id}/"
    steps = PlanStep.objects.filter(client=strain.client).order_by("-side")
    assert [(s.side, s.strategy, s.words) for s in steps] == [
        ("therapist", "T3", "Ask how it has been."),
        ("client", "K2", "Say one thing."),
    ]
    strain.refresh_from_db()
    assert strain.state == "planned"
    assert AuditEvent.objects.filter(kind="suggestion planned", target_id=strain.pk).count() == 1


@pytest.mark.parametrize("words", ["", "as offered"])
def test_untouched_words_become_the_example_of_the_chosen_strategy(
    strain: Suggestion, hers: Browser, words: str
) -> None:
    offered = catalogue()["T1"].say if words else ""
    hers.post(address(strain), GOOD | {"therapist_words": offered})
    step = PlanStep.objects.get(client=strain.client, side="therapist")
    assert step.words == catalogue()["T3"].say


def test_planning_twice_answers_409(strain: Suggestion, hers: Browser) -> None:
    hers.post(address(strain), GOOD)
    answer = hers.post(address(strain), GOOD)
    assert answer.status_code == 409
    assert "planned already" in answer.content.decode()
    assert PlanStep.objects.filter(client=strain.client).count() == 2


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
    "wrong",
    [
        {"therapist_strategy": ""},
        {"therapist_strategy": "T6"},
        {"client_strategy": "T1"},
        {"therapist_words": "x" * 601},
    ],
)
def test_bad_input(strain: Suggestion, hers: Browser, wrong: dict[str, str]) -> None:
    answer = hers.post(address(strain), GOOD | wrong)
    assert answer.status_code == 422
    assert "Ask how it has been." in answer.content.decode() or "therapist_words" in wrong
    assert not PlanStep.objects.filter(client=strain.client).exists()


def test_wrong_method(strain: Suggestion, hers: Browser) -> None:
    assert hers.put(address(strain)).status_code == 405
