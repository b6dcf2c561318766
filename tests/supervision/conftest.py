"""Sunil supervises Thea; a meeting of the two, and a third who supervises nobody yet."""

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone

from people.models import Client, User
from supervision import meeting_actions as actions
from supervision.models import AgendaItem, Meeting
from tests.conftest import TODAY, person

QUESTION = "What do I not hear?"


@pytest.fixture
def petra(clinic: Any) -> User:
    return person(clinic, "Petra", "supervisor")


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
