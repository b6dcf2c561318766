"""No page reads more rows because the history is longer: cases that ended, meetings long past."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser

from benchmarks.history import copies
from people.models import Client, User
from sessions_app.episode_actions import open_impasse
from tests.conftest import TODAY, ago
from tests.supervision.conftest import bring, planned

pytestmark = [pytest.mark.usefixtures("inside"), pytest.mark.timeout(180)]
SignIn = Callable[[User], Browser]
MANY = 30  # more than any page shows at first
THERAPIST = (
    "/today/", "/clients/", "/clients/{case}/", "/clients/{case}/sessions/new/",
    "/supervision/meetings/", "/trends/", "/library/",
)  # fmt: skip
SUPERVISOR = (
    "/clients/", "/clients/{case}/", "/supervision/", "/supervision/?show=all",
    "/supervision/therapists/{therapist}/", "/supervision/meetings/", "/trends/",
)  # fmt: skip


@contextmanager
def rows_read() -> Iterator[list[tuple[int, str]]]:
    """How many rows each statement brought."""
    found: list[tuple[int, str]] = []

    def count(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        result = execute(sql, params, many, context)
        if sql.startswith("SELECT"):
            found.append((context["cursor"].rowcount, sql))
        return result

    with connection.execute_wrapper(count):
        yield found


def read(browser: Browser, address: str) -> list[tuple[int, str]]:
    browser.get(address)  # once a minute a page also notes that the person is still there
    with rows_read() as found:
        assert browser.get(address).status_code == 200, address
    return found


def grow(heron: Client, sunil: User) -> None:
    """Older sessions of a case, ended cases with all they had, and meetings about it."""
    first = heron.therapy_sessions.count()
    places = range(first, first + MANY)
    oldest = heron.therapy_sessions.earliest("held_at")
    copies(
        oldest,
        MANY,
        held_at=[ago(200 + place) for place in places],
        number=[1000 + place for place in places],
        key=[uuid.uuid4() for _ in places],
    )
    names, today = [f"Gone {place}" for place in places], TODAY()
    ended = {"status": "ended", "ended_on": today, "ended_reason": "completed"}
    gone = [client.pk for client in copies(heron, MANY, code_name=names, **ended)]
    copies(heron.snapshot, MANY, client_id=gone)
    copies(heron.suggestions.get(), MANY, client_id=gone)
    copies(heron.episodes.get(), MANY, client_id=gone, closed_on=today, stage="resolved")
    days = [ago(100 + place) for place in places]
    meeting = sunil.meetings_held.get(closed_at=None)
    met = [
        row.pk for row in copies(meeting, MANY, at=days, closed_at=days[0], closed_by_id=sunil.pk)
    ]
    copies(meeting.attendees.get(), MANY, meeting_id=met)
    copies(meeting.items.get(), MANY, meeting_id=met)


def test_no_page_reads_more(
    thea: User, sunil: User, stuck_heron: Client, client_for: SignIn
) -> None:
    open_impasse(client=stuck_heron, by=thea, today=TODAY(), stage="named")
    planned(sunil, thea)
    bring(stuck_heron, sunil)
    browsers = {"thea": client_for(thea), "sunil": client_for(sunil)}
    place = {"case": stuck_heron.pk, "therapist": thea.pk}
    pages = [("thea", each.format(**place)) for each in THERAPIST]
    pages += [("sunil", each.format(**place)) for each in SUPERVISOR]
    grow(stuck_heron, sunil)
    before = [read(browsers[who], page) for who, page in pages]
    grow(stuck_heron, sunil)
    for (who, page), was in zip(pages, before, strict=True):
        now = read(browsers[who], page)
        more = [(a[0], b[0], b[1]) for a, b in zip(was, now, strict=True) if a[0] != b[0]]
        assert not more, f"{page} as {who}"
