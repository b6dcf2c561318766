"""The database goes away and comes back: nothing is half, lost, or said to be other than it is."""

import sys
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client as Browser
from django.urls import reverse

from people import walls
from people.models import Client, User
from sessions_app.models import CaseSnapshot, Tag, TherapySession
from tests.conftest import typed

STEPS = [
    "sessions_app.content.write_rows",
    "sessions_app.snapshots.refresh",
    "sessions_app.actions.mark_stale",
    "sessions_app.actions.record",
]


@pytest.mark.parametrize("step", STEPS)
def test_a_save_that_breaks_off_leaves_nothing_half(
    thea: User, heron: Client, client_for: Any, monkeypatch: Any, step: str
) -> None:
    def gone(*args: Any, **kwargs: Any) -> None:
        raise OperationalError("server closed the connection unexpectedly")

    hers = client_for(thea)
    hers.raise_request_exception = False
    where = reverse("sessions:session_log", args=[heron.pk])
    form = typed(note="a kingfisher", M5="on", theme="Being left")
    with monkeypatch.context() as patch:
        patch.setattr(step, gone)
        answer = hers.post(where, form)
    assert answer.status_code == 503
    assert not TherapySession.objects.exists()
    assert not Tag.objects.exists()
    assert not CaseSnapshot.objects.exists()
    assert not heron.themes.exists()
    assert hers.post(where, form).status_code == 302
    assert TherapySession.objects.get().note == "a kingfisher"


def test_the_page_of_an_absent_database_says_so_and_shows_no_reason(
    thea: User, heron: Client, client_for: Any, monkeypatch: Any
) -> None:
    def gone(*args: Any, **kwargs: Any) -> None:
        raise OperationalError('connection to server "db-7" failed')

    hers = client_for(thea)
    hers.raise_request_exception = False
    monkeypatch.setattr("sessions_app.views.session.log_page", gone)
    answer = hers.get(reverse("sessions:session_log", args=[heron.pk]))
    assert answer.status_code == 503
    assert b"db-7" not in answer.content
    assert b"Heron" not in answer.content


def test_a_connection_cut_by_the_server_is_made_anew_for_the_next_page(
    transactional_db: None, thea: User, heron: Client, client_for: Any
) -> None:
    hers = client_for(thea)
    where = reverse("sessions:session_log", args=[heron.pk])
    assert hers.get(where).status_code == 200
    with pytest.raises(OperationalError), connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
    connection.close_if_unusable_or_obsolete()
    assert hers.get(where).status_code == 200
    assert hers.post(where, typed(note="a kingfisher")).status_code == 302
    with walls.inside(heron.organisation_id):
        assert TherapySession.objects.get().note == "a kingfisher"


def test_a_page_never_shows_what_went_wrong_inside(thea: User, monkeypatch: Any) -> None:
    def broken(*args: Any, **kwargs: Any) -> None:
        raise KeyError("a kingfisher over the river")

    browser = Browser(raise_request_exception=False)
    browser.force_login(thea)
    monkeypatch.setattr(sys.modules["impasses.views.library"], "catalogue", broken)
    answer = browser.get("/library/")
    assert answer.status_code == 500
    assert b"kingfisher" not in answer.content
    assert b"Traceback" not in answer.content
