"""The page of one suggestion."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from audit.models import AuditEvent
from impasses import actions
from impasses.models import Suggestion
from people.models import Client, User
from sessions_app.actions import assess_case
from tests.conftest import TagEntry, log

pytestmark = pytest.mark.usefixtures("inside")
SignIn = Callable[[User], Browser]


@pytest.fixture
def strain(stuck_heron: Client) -> Suggestion:
    return stuck_heron.suggestions.get(rule="R1")


def address(row: Suggestion) -> str:
    return reverse("impasses:suggestion", args=[row.pk])


def supersede(row: Suggestion) -> None:
    for days in (4, 3, 2):
        log(row.client, days=days)
    assess_case(client=row.client, today=timezone.localdate())


def test_it_shows_the_whole_reason(strain: Suggestion, thea: User, client_for: SignIn) -> None:
    page = client_for(thea).get(address(strain)).content.decode()
    for part in (
        "Why am I seeing this?",
        "Rule R1</a>, version 1: Strain that repeats or runs high",
        "3 of 4",
        "needs 2",
        "What would clear it",
        "What it could not see",
        "The thresholds are proposed, not measured.",
        "A hypothesis worth considering",
        "Plan it",
    ):
        assert part in page
    for number, session in enumerate(strain.client.therapy_sessions.order_by("held_at"), 1):
        link = (
            f'<a href="/sessions/{session.pk}/"><span class="visually-hidden">session </span>'
            f"{number}</a>"
        )
        assert (link in page) == (number > 1), "strain showed in sessions 2, 3 and 4"


def test_a_softened_finding_says_so(heron: Client, thea: User, client_for: SignIn) -> None:
    for days in (28, 21, 14):
        log(heron, "M5b", days=days, context=True, assess=True)
    row = heron.suggestions.get(rule="R1", ended_at=None)
    assert "Life outside was noted" in client_for(thea).get(address(row)).content.decode()


def test_a_superseded_one_says_so_and_cannot_be_decided(
    strain: Suggestion, thea: User, client_for: SignIn
) -> None:
    supersede(strain)
    page = client_for(thea).get(address(strain)).content.decode()
    assert "Superseded on" in page
    assert "Plan it" not in page


def test_a_decided_one_says_how(strain: Suggestion, thea: User, client_for: SignIn) -> None:
    actions.dismiss_suggestion(suggestion=strain, by=thea, reason="It was the holiday.")
    page = client_for(thea).get(address(strain)).content.decode()
    assert "dismissed on" in page
    assert "It was the holiday." in page


def test_a_supervisor_reads_the_shared_reason_and_is_put_on_record(
    strain: Suggestion, thea: User, sunil: User, client_for: SignIn
) -> None:
    actions.dismiss_suggestion(suggestion=strain, by=thea, reason="It was the holiday.")
    page = client_for(sunil).get(address(strain)).content.decode()
    assert "Rule R1" in page
    assert "It was the holiday." not in page
    assert "Plan it" not in page
    assert AuditEvent.objects.filter(kind="case read", actor_id=sunil.pk).count() == 1


def test_a_mark_that_only_counts_is_not_linked_for_a_supervisor(
    heron: Client, sunil: User, client_for: SignIn
) -> None:
    for days in (28, 21, 14):
        log(heron, TagEntry(code="M5", visibility="counts"), days=days, assess=True)
    row = heron.suggestions.get(rule="R1", ended_at=None)
    page = client_for(sunil).get(address(row)).content.decode()
    assert "3 sessions that count and are not shown" in page
    assert "/sessions/" not in page.split("<main")[1]


def test_its_queries_do_not_grow(strain: Suggestion, thea: User, client_for: SignIn) -> None:
    browser = client_for(thea)
    browser.get(address(strain))
    counts = []
    for more in (0, 20):
        for days in range(40, 40 + more):
            log(strain.client, "M5b", days=days)
        with CaptureQueriesContext(connection) as seen:
            browser.get(address(strain))
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 7


def test_anonymous(strain: Suggestion) -> None:
    assert Browser().get(address(strain)).status_code == 302


def test_wrong_role(strain: Suggestion, ada: User, client_for: SignIn) -> None:
    assert client_for(ada).get(address(strain)).status_code == 403


def test_another_therapists_client(strain: Suggestion, tom: User, client_for: SignIn) -> None:
    assert client_for(tom).get(address(strain)).status_code == 404


def test_another_organisation(strain: Suggestion, otto: User, client_for: SignIn) -> None:
    assert client_for(otto).get(address(strain)).status_code == 404


def test_what_rests_on_a_private_mark_is_nobody_elses(
    heron: Client, sunil: User, client_for: SignIn
) -> None:
    for days in (28, 21, 14):
        log(heron, TagEntry(code="M5", visibility="private"), days=days, assess=True)
    row = heron.suggestions.get(rule="R1", ended_at=None)
    assert client_for(sunil).get(address(row)).status_code == 404


def test_wrong_method(strain: Suggestion, thea: User, client_for: SignIn) -> None:
    assert client_for(thea).post(address(strain)).status_code == 405
