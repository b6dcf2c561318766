"""Saving in trouble: the same form many times at once, reasoning or the broker failing."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.urls import reverse
from kombu.exceptions import OperationalError

from people.models import Client, User
from sessions_app import tasks
from sessions_app.models import CaseSnapshot
from tests.conftest import typed
from tests.sessions_app.test_session_log import count, only, where

CANARY = "a kingfisher over the river"


def test_the_same_form_posted_twice_makes_one_session(hers: Browser, heron: Client) -> None:
    form = typed(note=CANARY)
    answers = [hers.post(where(heron), form) for _ in range(2)]
    assert {(a.status_code, a["Location"]) for a in answers} == {
        (302, reverse("sessions:case", args=[heron.pk]))
    }
    assert count(heron) == 1


def test_the_same_form_posted_sixteen_times_at_once_makes_one_session(
    transactional_db: None, thea: User, heron: Client, client_for: Any, at_once: Any
) -> None:
    browsers = [client_for(thea) for _ in range(16)]
    form = typed(note=CANARY, M5="on", theme="Being left")
    answers = at_once(lambda number: browsers[number].post(where(heron), form), 16)
    assert {(a.status_code, a["Location"]) for a in answers} == {
        (302, reverse("sessions:case", args=[heron.pk]))
    }
    session = only(heron)
    assert (session.number, session.note, session.tags.count()) == (1, CANARY, 1)
    snapshot = CaseSnapshot.objects.get()
    assert (snapshot.sessions_held, snapshot.facts_version) == (1, 1)
    assert not snapshot.is_waiting
    assert heron.themes.count() == 1


def test_sixteen_forms_at_once_make_sixteen_numbered_sessions(
    transactional_db: None, thea: User, heron: Client, client_for: Any, at_once: Any
) -> None:
    browsers = [client_for(thea) for _ in range(8)]

    def post(number: int) -> Any:
        return browsers[number].post(where(heron), typed(days=number + 1, theme="Being left"))

    assert {answer.status_code for answer in at_once(post, 8)} == {302}
    sessions_held = list(heron.therapy_sessions.order_by("held_at"))
    assert [session.number for session in sessions_held] == list(range(1, 9))
    assert CaseSnapshot.objects.get().sessions_held == 8
    assert heron.themes.count() == 1


def test_a_form_sent_again_with_more_in_it_loses_nothing(hers: Browser, heron: Client) -> None:
    """The answer to the first post was lost; the person wrote on and pressed the button again."""
    form = typed(note="one line")
    hers.post(where(heron), form)
    response = hers.post(where(heron), form | {"note": f"one line, {CANARY}"})
    body = response.content.decode()
    assert response.status_code == 409
    assert "Two versions" in body
    assert CANARY in body
    session = only(heron)
    assert session.note == "one line"
    mine = reverse("sessions:session_edit", args=[session.pk])
    assert f'action="{mine}"' in body
    assert 'name="version" value="1"' in body
    answer = hers.post(mine, form | {"note": f"one line, {CANARY}", "version": "1"})
    assert answer.status_code == 302
    assert only(heron).note == f"one line, {CANARY}"


# --- reasoning never touches what was saved --------------------------------------------------


def test_when_assessing_fails_the_session_stays_and_the_page_says_so(
    hers: Browser, heron: Client, monkeypatch: Any, mailbox_of_the_worker: list[Any]
) -> None:
    def fail(**case: Any) -> None:
        raise ArithmeticError(CANARY)

    with monkeypatch.context() as patch:
        patch.setattr("impasses.actions.assess", fail)
        response = hers.post(where(heron), typed(note=CANARY, M5="on"))
    assert response.status_code == 302
    assert only(heron).note == CANARY
    assert CaseSnapshot.objects.get().is_waiting
    assert len(mailbox_of_the_worker) == 1
    body = hers.get(response["Location"]).content.decode()
    assert "uggestions are being prepared" in body
    tasks.assess_waiting()
    assert not CaseSnapshot.objects.get().is_waiting
    assert "uggestions are being prepared" not in hers.get(response["Location"]).content.decode()


def test_a_database_error_while_assessing_leaves_the_session(
    hers: Browser, heron: Client, monkeypatch: Any, mailbox_of_the_worker: list[Any]
) -> None:
    def fail(**case: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 / 0")

    monkeypatch.setattr("impasses.actions.assess", fail)
    assert hers.post(where(heron), typed(note=CANARY)).status_code == 302
    assert only(heron).note == CANARY


def test_the_bell_carries_ids_alone(
    hers: Browser, heron: Client, monkeypatch: Any, mailbox_of_the_worker: list[Any]
) -> None:
    monkeypatch.setattr("impasses.actions.assess", lambda **case: 1 / 0)
    hers.post(where(heron), typed(note=CANARY, theme=CANARY))
    assert mailbox_of_the_worker == [
        {"organisation": str(heron.organisation_id), "client": str(heron.pk)}
    ]


def test_a_broker_that_is_down_loses_nothing(
    hers: Browser, heron: Client, monkeypatch: Any
) -> None:
    def down(*args: Any, **kwargs: Any) -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr("celery.app.task.Task.apply_async", down)
    monkeypatch.setattr("impasses.actions.assess", lambda **case: 1 / 0)
    assert hers.post(where(heron), typed(note=CANARY)).status_code == 302
    assert only(heron).note == CANARY
    assert CaseSnapshot.objects.get().is_waiting


@pytest.fixture
def mailbox_of_the_worker(monkeypatch: Any) -> list[Any]:
    """What was rung for the worker; nothing is really sent."""
    rung: list[Any] = []
    monkeypatch.setattr(tasks.assess_one, "delay", lambda **arguments: rung.append(arguments))
    return rung


# --- who may not -----------------------------------------------------------------------------
