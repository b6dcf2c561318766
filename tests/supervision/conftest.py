"""Whom the pages of supervision are tried with."""

from collections.abc import Callable

import pytest
from django.test import Client as Browser

from people.account_actions import change_person
from people.actions import change_settings
from people.models import Client, User
from sessions_app.models import TherapySession
from supervision.models import Review
from supervision.review_actions import submit_session
from tests.conftest import log

SignIn = Callable[[User], Browser]


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
