"""Sunil supervises Thea: a meeting of the two, and reviews while she is in training."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client as Browser
from django.utils import timezone

from people.account_actions import change_person
from people.actions import change_settings
from people.models import Client, User
from sessions_app.models import TherapySession
from supervision import meeting_actions as actions
from supervision.models import AgendaItem, Meeting, Review
from supervision.review_actions import submit_session
from tests.conftest import TODAY, log, person

QUESTION = "What do I not hear?"
SignIn = Callable[[User], Browser]


@pytest.fixture
def petra(clinic: Any) -> User:
    return person(clinic, "Petra", "supervisor")


@pytest.fixture
def nora(clinic: Any) -> User:
    return person(clinic, "Nora", "therapist")


@pytest.fixture
def meeting(sunil: User, thea: User, inside: None) -> Meeting:
    """Sunil and Thea, in an hour."""
    return planned(sunil, thea)


def planned(by: User, *therapists: User, at: dt.datetime | None = None) -> Meeting:
    return actions.plan_meeting(
        by=by,
        therapists=therapists,
        at=at or timezone.now(),
        minutes=60,
        today=TODAY(),
    )


def bring(client: Client, to: User, question: str = QUESTION) -> AgendaItem:
    return actions.bring_case(
        client=client, by=client.therapist, supervisor=to, question=question, today=TODAY()
    )


def body(answer: Any) -> str:
    """A page's text with single spaces."""
    return " ".join(answer.content.decode().split())


@pytest.fixture
def trainee(thea: User, ada: User, inside: None) -> User:
    """Thea is in training, and the clinic's review queue is on."""
    change_settings(by=ada, review_queue=True)
    change_person(person=thea, by=ada, roles=["therapist"], in_training=True)
    return User.objects.get(pk=thea.pk)


@pytest.fixture
def session(trainee: User, heron: Client) -> TherapySession:
    """One of Heron's sessions, not submitted yet."""
    heron.refresh_from_db()
    return log(heron, "M5b", days=3, note="A shared note.", process_note="A process note.")


@pytest.fixture
def waiting(session: TherapySession, sunil: User) -> Review:
    """The same, submitted to Sunil."""
    return submit_session(session=session, by=session.client.therapist)


@pytest.fixture
def hers(client_for: SignIn, trainee: User) -> Browser:
    return client_for(trainee)


@pytest.fixture
def his(client_for: SignIn, sunil: User) -> Browser:
    return client_for(sunil)
