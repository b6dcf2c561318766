"""Nothing asks the database more because there are more clients, or a longer history."""

import datetime as dt
import uuid

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from people import actions as people
from people.models import Client, User
from sessions_app import actions as sessions
from sessions_app.entries import SessionEntry, TagEntry
from tests.conftest import TODAY, ago

pytestmark = [pytest.mark.usefixtures("inside"), pytest.mark.timeout(120)]
ENTRY = SessionEntry(held_at=ago(7), tags=(TagEntry(code="M5", sub_forms=("M5a",)),))


def statements(browser: Browser, address: str) -> int:
    """How many statements a page takes, once everything that is loaded once is loaded.

    The fewer of two: once a minute a page also notes that the person is still there.
    """
    assert browser.get(address).status_code == 200
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as asked:
            assert browser.get(address).status_code == 200
        counts.append(len(asked))
    return min(counts)


def add_clients(thea: User, first: int, last: int) -> None:
    for number in range(first, last):
        client = people.create_client(by=thea, code_name=f"Client {number}")
        for days in (21, 14, 7) if number < 9 else (7,):
            entry = SessionEntry(held_at=ago(days), tags=ENTRY.tags)
            sessions.log_session(client=client, by=thea, entry=entry, key=uuid.uuid4())
        sessions.assess_case(client=client, today=TODAY())


def test_three_clients_or_thirty(thea: User) -> None:
    browser = Browser()
    browser.force_login(thea)
    pages = [reverse("sessions:today"), reverse("sessions:case_list")]
    add_clients(thea, 0, 3)
    few = {page: statements(browser, page) for page in pages}
    add_clients(thea, 3, 30)
    assert {page: statements(browser, page) for page in pages} == few
    assert max(few.values()) <= 10


def log_sessions(heron: Client, first: int, last: int) -> None:
    for number in range(first, last):
        entry = SessionEntry(held_at=ago(7 * 115) + dt.timedelta(days=7 * number), tags=ENTRY.tags)
        sessions.log_session(client=heron, by=heron.therapist, entry=entry, key=uuid.uuid4())
    sessions.assess_case(client=heron, today=TODAY())


def test_five_sessions_or_a_year(thea: User) -> None:
    browser = Browser()
    browser.force_login(thea)
    heron = people.create_client(by=thea, code_name="Heron", rhythm="as_needed")
    log_sessions(heron, 0, 5)
    newest = heron.therapy_sessions.newest_first()[0]
    pages = [
        reverse("sessions:today"),
        reverse("sessions:case_list"),
        reverse("sessions:case", args=[heron.pk]),
        reverse("sessions:session_log", args=[heron.pk]),
        reverse("sessions:session_read", args=[newest.pk]),
        reverse("sessions:session_edit", args=[newest.pk]),
    ]
    few = {page: statements(browser, page) for page in pages}
    log_sessions(heron, 5, 55)
    many = {page: statements(browser, page) for page in pages}
    for page in pages:
        assert many[page] <= few[page] + 1, page  # a neighbour after it is looked up as well
    with CaptureQueriesContext(connection) as asked:
        log_sessions(heron, 55, 56)
    assert len(asked) <= 60


def test_a_reassessment_adds_three_queries(heron: Client) -> None:
    """What is found anew is written besides; nothing is when nothing changed."""
    log_sessions(heron, 105, 110)
    entry = SessionEntry(held_at=ago(0, hour=0))
    sessions.log_session(client=heron, by=heron.therapist, entry=entry, key=uuid.uuid4())
    sessions.assess_case(client=heron, today=TODAY())
    heron = Client.objects.select_related("organisation", "therapist").get(pk=heron.pk)
    sessions.change_baseline(client=heron, by=heron.therapist, baseline=("M4b",))
    with CaptureQueriesContext(connection) as asked:
        sessions.assess_case(client=heron, today=TODAY())
    read = [q["sql"] for q in asked.captured_queries if q["sql"].startswith("SELECT")]
    written = [q["sql"] for q in asked.captured_queries if q["sql"].startswith("UPDATE")]
    assert len(read) == 3
    assert len(written) == 1, "the snapshot alone"
