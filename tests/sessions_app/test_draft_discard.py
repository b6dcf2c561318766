"""Throwing a draft away: only its author can, and it is said."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from audit.models import AuditEvent
from people.models import Client, User
from sessions_app import actions as sessions
from sessions_app.models import SessionDraft
from tests.conftest import log

CANARY = "a kingfisher over the river"


def where(client: Client) -> str:
    return reverse("sessions:draft_discard", args=[client.pk])


@pytest.fixture
def draft(heron: Client) -> SessionDraft:
    return sessions.save_draft(by=heron.therapist, client=heron, body={"note": [CANARY]})


@pytest.fixture
def hers(thea: User, draft: SessionDraft, client_for: Callable[[User], Browser]) -> Browser:
    """Thea's browser."""
    return client_for(thea)


def test_it_is_gone_and_said(hers: Browser, heron: Client) -> None:
    response = hers.post(where(heron), follow=True)
    assert "The draft is discarded." in response.content.decode()
    assert not SessionDraft.objects.exists()
    event = AuditEvent.objects.get(kind="draft discarded")
    assert (event.actor_label, event.target_label) == ("Thea", "Heron")
    page = hers.get(reverse("sessions:session_log", args=[heron.pk]))
    assert CANARY not in page.content.decode()


def test_twice_is_as_good_as_once(hers: Browser, heron: Client) -> None:
    for _ in range(2):
        assert hers.post(where(heron)).status_code == 302
    assert AuditEvent.objects.filter(kind="draft discarded").count() == 1


def test_a_draft_of_an_edit_stays(hers: Browser, heron: Client) -> None:
    session = log(heron)
    edit = {"by": heron.therapist, "client": heron, "therapy_session": session}
    sessions.save_draft(**edit, body={"note": ["edit"]})
    hers.post(where(heron))
    assert SessionDraft.objects.get().therapy_session == session
    hers.post(reverse("sessions:edit_draft_discard", args=[session.pk]))
    assert not SessionDraft.objects.exists()


def test_a_stranger_is_sent_to_sign_in(draft: SessionDraft, heron: Client) -> None:
    response = Browser().post(where(heron))
    assert response["Location"].startswith(reverse("account_login"))
    assert SessionDraft.objects.count() == 1


@pytest.mark.parametrize(
    ("who", "status"), [("ada", 403), ("sunil", 403), ("tom", 404), ("otto", 404)]
)
def test_nobody_but_its_author_may(
    draft: SessionDraft, heron: Client, request: pytest.FixtureRequest, client_for: Any,
    who: str, status: int,
) -> None:  # fmt: skip
    theirs = client_for(request.getfixturevalue(who))
    assert theirs.post(where(heron)).status_code == status
    assert SessionDraft.objects.count() == 1


@pytest.mark.parametrize("method", ["get", "head", "put", "delete"])
def test_it_is_posted(hers: Browser, heron: Client, method: str) -> None:
    assert getattr(hers, method)(where(heron)).status_code == 405
    assert SessionDraft.objects.count() == 1
