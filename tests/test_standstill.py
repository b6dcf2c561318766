"""What an administrator is told while the work behind the pages stands still: what, since when,
what to do. Nobody else is: they could do nothing about it."""

import datetime as dt
import time
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.cache import cache
from django.test import Client as Browser
from django.utils import timezone

from impasse_tracker.health import BEAT_SEEN
from impasse_tracker.tasks import beat_seen
from people.models import Client, Organisation, User
from tests.conftest import log
from tests.trends.conftest import in_last_week, last_week, write
from trends.due import claim
from trends.models import Letter, PeriodRun

SignIn = Callable[[User], Browser]
pytestmark = pytest.mark.usefixtures("inside")
ZONE = ZoneInfo("Europe/London")
SILENT = "Nothing works behind the pages"


def shown(browser: Browser, path: str = "/people/") -> str:
    return " ".join(browser.get(path).content.decode().split())


def test_nothing_is_said_while_all_is_well(ada: User, client_for: SignIn) -> None:
    beat_seen()
    assert "page-alert" not in shown(client_for(ada))


@pytest.mark.parametrize("path", ["/people/", "/settings/", "/trends/", "/trends/runs/", "/audit/"])
def test_a_silent_worker_is_said_on_every_page(ada: User, client_for: SignIn, path: str) -> None:
    cache.set(BEAT_SEEN, time.time() - 7200, timeout=None)
    said = shown(client_for(ada), path)
    since = timezone.localtime(timezone.now() - dt.timedelta(hours=2), ZONE)
    assert f"{SILENT} since" in said
    assert f"{since:%H:%M}" in said
    assert "Have whoever runs the server start worker and beat" in said
    assert 'href="/trends/runs/">What waits</a>' in said


def test_it_ends_with_the_next_ring(ada: User, client_for: SignIn) -> None:
    cache.set(BEAT_SEEN, time.time() - 7200, timeout=None)
    beat_seen()
    assert SILENT not in shown(client_for(ada))


def test_a_worker_that_never_came(ada: User, client_for: SignIn, time_machine: Any) -> None:
    assert SILENT not in shown(client_for(ada)), "it was only just made"
    time_machine.move_to(timezone.now() + dt.timedelta(minutes=31))
    assert "No worker was ever heard here." in shown(client_for(ada))


def test_others_are_not_told(thea: User, sunil: User, client_for: SignIn) -> None:
    cache.set(BEAT_SEEN, time.time() - 7200, timeout=None)
    for person in (thea, sunil):
        assert SILENT not in shown(client_for(person), "/trends/")


def test_what_failed_for_good_is_said_and_listed(
    heron: Client, thea: User, ada: User, clinic: Organisation, client_for: SignIn
) -> None:
    beat_seen()
    log(heron, days=in_last_week())
    write(clinic)
    at = timezone.now() - dt.timedelta(hours=3)
    weeks = PeriodRun.objects.filter(kind="week")
    weeks.update(tries=8, error="OperationalError", tried_at=at, seen=0)
    about = {"kind": "week", "starts_on": last_week().starts_on}
    Letter.objects.create(organisation=clinic, person=thea, tries=3, claimed_at=at, **about)
    said = shown(client_for(ada))
    assert "1 week or month could not be written" in said
    assert "1 letter was taken by no mail server." in said
    runs = shown(client_for(ada), "/trends/runs/")
    when = f"{timezone.localtime(at, ZONE):%H:%M}"
    failed = runs[runs.index("OperationalError") :]
    assert when in failed[: failed.index("none by itself")]
    letter = runs[runs.index("Letters not sent") :]
    assert [word for word in ("Thea", last_week().code, when) if word not in letter] == []
    assert "Heron" not in runs


def test_a_worker_that_is_killed_again_and_again_is_seen(
    heron: Client, ada: User, clinic: Organisation, client_for: SignIn
) -> None:
    """It leaves no error, only a try that was begun."""
    log(heron, days=in_last_week())
    page = client_for(ada)
    assert claim(clinic, last_week(), now=timezone.now())
    assert "The worker stopped" not in shown(page, "/trends/runs/"), "it may still be at it"
    assert claim(clinic, last_week(), now=timezone.now(), forced=True)
    assert "The worker stopped in the middle" in shown(page, "/trends/runs/")
