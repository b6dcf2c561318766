"""`/metrics`: whoever may read it, what it counts, and that it tells nothing else."""

import datetime as dt
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client as Browser
from django.utils import timezone

from impasse_tracker import health
from people.models import Client, Organisation, StalePeriod, User
from tests.conftest import log
from tests.house.tree import ROOT
from tests.trends.conftest import in_last_week, last_week, write
from trends.models import Letter, PeriodRun

TOKEN = "a-token-of-more-than-24-characters"
ELSEWHERE = {"REMOTE_ADDR": "192.0.2.7"}


def ask(**more: Any) -> Any:
    return Browser().get("/metrics", **more)


def numbers(text: str) -> dict[str, float]:
    """Ours, by name."""
    return {name: float(value) for name, value in re.findall(r"^impasse_(\S+) (\S+)$", text, re.M)}


def read() -> dict[str, float]:
    return numbers(ask().content.decode())


@pytest.fixture
def token(settings: Any) -> None:
    settings.METRICS_TOKEN = TOKEN


# --- who may -------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", ["127.0.0.1", "127.9.9.9", "::1"])
def test_this_machine_reads_it(db: None, address: str) -> None:
    answer = ask(REMOTE_ADDR=address)
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/plain; version=")
    assert "# TYPE impasse_summaries_due gauge" in answer.content.decode()


@pytest.mark.parametrize("header", ["X_FORWARDED_FOR", "FORWARDED", "X_REAL_IP"])
def test_a_proxy_on_this_machine_is_not_this_machine(db: None, header: str) -> None:
    assert ask(**{f"HTTP_{header}": "192.0.2.7"}).status_code == 404


@pytest.mark.parametrize("address", ["192.0.2.7", "198.51.100.7", "", "a socket"])
def test_to_others_it_is_not_there(db: None, token: None, address: str) -> None:
    answer = ask(REMOTE_ADDR=address)
    assert answer.status_code == 404
    assert b"impasse_" not in answer.content


def test_the_token_opens_it_from_anywhere(db: None, token: None) -> None:
    assert ask(**ELSEWHERE, HTTP_AUTHORIZATION=f"Bearer {TOKEN}").status_code == 200


@pytest.mark.parametrize("given", [f"Bearer {TOKEN}x", f"Basic {TOKEN}", "Bearer ", "Bearer é", ""])
def test_another_token_does_not(db: None, token: None, given: str) -> None:
    assert ask(**ELSEWHERE, HTTP_AUTHORIZATION=given).status_code == 404


@pytest.mark.parametrize("given", ["Bearer ", "Bearer", ""])
def test_without_a_token_none_opens_it(db: None, settings: Any, given: str) -> None:
    settings.METRICS_TOKEN = ""
    assert ask(**ELSEWHERE, HTTP_AUTHORIZATION=given).status_code == 404


def test_it_is_not_posted_to(db: None) -> None:
    assert Browser().post("/metrics").status_code == 405


# --- what it counts ------------------------------------------------------------------------------


def test_how_far_the_summaries_are(heron: Client, clinic: Organisation, time_machine: Any) -> None:
    log(heron, days=in_last_week())
    week_end = dt.datetime.combine(last_week().ends_before, dt.time(0), dt.UTC)
    marked = StalePeriod.objects.earliest("marked_at").marked_at
    found = read()
    assert found["summaries_due"] >= 1
    late = (timezone.now() - max(week_end, marked)).total_seconds()
    assert found["summaries_lag_seconds"] == pytest.approx(late, abs=4000)  # summer time
    assert 0 <= found["summaries_oldest_mark_seconds"] < 60
    time_machine.move_to(timezone.now() + dt.timedelta(hours=1))
    assert read()["summaries_oldest_mark_seconds"] == pytest.approx(3600, abs=60)
    write(clinic)
    found = read()
    kinds = ("due", "lag_seconds", "oldest_mark_seconds", "failing", "given_up")
    assert [found[f"summaries_{kind}"] for kind in kinds] == [0] * 5


def test_a_mark_that_was_written_is_not_the_oldest(
    heron: Client, clinic: Organisation, time_machine: Any
) -> None:
    log(heron, days=in_last_week())
    write(clinic)
    time_machine.move_to(timezone.now() + dt.timedelta(hours=1))
    log(heron, days=in_last_week() + 7)  # makes the week after it due again, too
    assert read()["summaries_oldest_mark_seconds"] < 60


def test_failures(heron: Client, thea: User, clinic: Organisation) -> None:
    log(heron, days=in_last_week())
    write(clinic)
    PeriodRun.objects.filter(kind="week").update(tries=8, error="OperationalError")
    Letter.objects.create(
        organisation=clinic, person=thea, kind="week", starts_on=last_week().starts_on, tries=3
    )
    found = read()
    assert (found["summaries_failing"], found["summaries_given_up"]) == (1, 1)
    assert found["letters_unsent"] == 1


def test_what_waits_in_every_organisation(
    heron: Client, wren: Client, otto: User, clinic: Organisation
) -> None:
    from people import walls

    log(heron, days=in_last_week())
    with walls.inside(otto.organisation_id):
        log(wren, days=in_last_week())
    found = read()
    assert found["assessments_waiting"] == 2
    assert found["summaries_due"] >= 2


def test_the_queue(db: None) -> None:
    with health.broker() as server:
        before = read()
        server.rpush("celery", "a ring")
        try:
            assert read()["queue_messages"] == before["queue_messages"] + 1
        finally:
            server.lrem("celery", 1, "a ring")
    assert before["broker_up"] == 1
    assert before["queue_taken"] == 0


def test_without_broker(db: None, settings: Any) -> None:
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1"
    found = read()
    assert found["broker_up"] == 0
    assert "queue_messages" not in found
    assert "summaries_due" in found


def test_the_silence_of_beat(db: None) -> None:
    assert "beat_silence_seconds" not in read()
    cache.set(health.BEAT_SEEN, time.time() - 500, timeout=None)
    assert read()["beat_silence_seconds"] == pytest.approx(500, abs=30)


def test_requests_and_their_latency_by_view(
    heron: Client, thea: User, client_for: Callable[[User], Browser]
) -> None:
    client_for(thea).get(f"/clients/{heron.pk}/?q=Quillfeather")
    text = ask().content.decode()
    assert re.search(
        r'requests_latency_seconds_by_view_method_bucket\{.*view="sessions:case"', text
    )
    assert re.search(r'responses_total_by_status_view_method_total\{.*view="sessions:case"', text)


def test_it_names_nobody(
    heron: Client, thea: User, clinic: Organisation, client_for: Callable[[User], Browser]
) -> None:
    log(heron, days=in_last_week(), note="kingfisher")
    browser = client_for(thea)
    for path in (f"/clients/{heron.pk}/", "/heron/Heron/", "/trends/?of=own"):
        browser.get(path)
    text = ask().content.decode().lower()
    told = ("heron", str(heron.pk), "thea", "northside", str(clinic.pk), "kingfisher", "of=own")
    assert [word for word in told if word in text] == []


# --- many processes ------------------------------------------------------------------------------

COUNT = """
import os, runpy, sys
runpy.run_path("gunicorn.conf.py")
from prometheus_client import Counter, generate_latest
counter = Counter("rings", "Of every process.")
for _ in range(2):
    if not (child := os.fork()):
        counter.inc()
        os._exit(0)
    os.waitpid(child, 0)
import django; django.setup()
from impasse_tracker.metrics import _of_requests
print(generate_latest(_of_requests()).decode())
"""


def test_the_processes_of_gunicorn_are_added_up() -> None:
    done = subprocess.run(
        [sys.executable, "-c", COUNT],
        cwd=ROOT,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "impasse_tracker.settings"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "rings_total 2.0" in done.stdout
