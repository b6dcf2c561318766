"""A long case at a glance: each stretch leads to its window, at any length the same queries."""

from collections.abc import Callable
from typing import Any

from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from people.models import Client, User
from sessions_app.entries import TagEntry
from sessions_app.timeline_slots import SLOTS
from tests.conftest import log

SignIn = Callable[[User], Browser]


def address(heron: Client) -> str:
    return reverse("sessions:case_overview", args=[heron.pk])


def logged(heron: Client, count: int, first: int = 0) -> None:
    for days in range(first + count, first, -1):
        log(heron, "M5b", days=days)


def test_an_empty_case_says_so(hers: Browser, heron: Client) -> None:
    assert "No session yet." in hers.get(address(heron)).content.decode()


def test_each_stretch_leads_to_its_window(hers: Browser, heron: Client) -> None:
    logged(heron, SLOTS + 3)
    log(heron, days=1, attendance="no_show")
    body = hers.get(address(heron)).content.decode()
    oldest_shown = heron.therapy_sessions.newest_first()[SLOTS - 1]
    assert f"?before={oldest_shown.pk}" in body
    assert f"signs in {SLOTS - 1} of {SLOTS - 1} held sessions" in body
    assert "signs in 4 of 4 held sessions" in body
    case = reverse("sessions:case", args=[heron.pk])
    window = hers.get(f"{case}?before={oldest_shown.pk}").content.decode()
    assert ">4</text>" in window
    assert "The whole case at a glance" in hers.get(case).content.decode()


def test_a_supervisor_sees_no_private_mark(heron: Client, sunil: User, client_for: SignIn) -> None:
    log(heron, TagEntry(code="M5", visibility="private"), days=3)
    assert "signs in 0 of 1" in client_for(sunil).get(address(heron)).content.decode()


def test_the_number_of_queries_is_fixed(hers: Browser, heron: Client) -> None:
    counts: list[Any] = []
    for size in (3, 60):
        logged(heron, size, first=len(counts) * 10)
        hers.get(address(heron))
        with CaptureQueriesContext(connection) as asked:
            hers.get(address(heron))
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 9
