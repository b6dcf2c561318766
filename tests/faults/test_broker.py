"""The broker is gone: pages and saves go on, quickly, and the work waits in its row."""

import time
from typing import Any

import pytest
from django.urls import reverse

from people.models import Client, User
from sessions_app import tasks
from sessions_app.models import CaseSnapshot
from tests.conftest import log, typed


@pytest.fixture
def no_broker(monkeypatch: Any) -> None:
    """Nothing listens where the broker should be; the connection is really tried.

    The process's own connections are set aside and come back unharmed.
    """
    from impasse_tracker.celery import app

    monkeypatch.setattr(app.conf, "broker_url", "redis://127.0.0.1:1/0")
    monkeypatch.setattr(app, "_pool", None)
    monkeypatch.setattr(app.amqp, "_producer_pool", None)


@pytest.mark.usefixtures("no_broker")
def test_a_session_is_saved_and_assessed_without_it(
    thea: User, heron: Client, client_for: Any
) -> None:
    hers = client_for(thea)
    began = time.monotonic()
    for path in (reverse("sessions:case", args=[heron.pk]), "/library/"):
        assert hers.get(path).status_code == 200
    answer = hers.post(reverse("sessions:session_log", args=[heron.pk]), typed(M5="on"))
    assert answer.status_code == 302
    assert time.monotonic() - began < 5
    assert not CaseSnapshot.objects.get().is_waiting


@pytest.mark.usefixtures("no_broker")
def test_an_assessment_that_fails_beside_it_is_found_by_the_sweep(
    thea: User, heron: Client, client_for: Any, monkeypatch: Any
) -> None:
    began = time.monotonic()
    with monkeypatch.context() as patch:
        patch.setattr("impasses.actions.assess", lambda **case: 1 / 0)
        answer = client_for(thea).post(
            reverse("sessions:session_log", args=[heron.pk]), typed(M5="on")
        )
    assert answer.status_code == 302
    assert time.monotonic() - began < 5
    assert CaseSnapshot.objects.get().is_waiting
    tasks.assess_waiting()
    assert not CaseSnapshot.objects.get().is_waiting


@pytest.mark.usefixtures("no_broker")
def test_signing_in_needs_no_broker(thea: User) -> None:
    from django.test import Client as Browser

    from tests.conftest import PASSWORD

    answer = Browser().post(reverse("account_login"), {"login": thea.email, "password": PASSWORD})
    assert answer.status_code == 302


def test_a_message_that_comes_twice_changes_nothing(heron: Client) -> None:
    for days in (21, 14, 7):
        log(heron, "M5b", days=days)
    case = {"organisation": str(heron.organisation_id), "client": str(heron.pk)}
    for _ in range(3):
        tasks.assess_one(**case)
    assert heron.suggestions.count() == 1
