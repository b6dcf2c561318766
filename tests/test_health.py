"""Whether the house stands, as a load balancer asks."""

import time
from typing import Any

import pytest
import redis
from django.core.cache import cache
from django.db import InterfaceError, OperationalError
from django.test import Client as Browser

from impasse_tracker import health
from impasse_tracker.tasks import beat_seen


@pytest.fixture
def stranger(monkeypatch: Any) -> Browser:
    """A load balancer; the broker answers unless a test says otherwise."""
    monkeypatch.setattr(health, "broker_answers", lambda: True)
    return Browser()


def test_alive_while_the_process_answers(stranger: Browser) -> None:
    response = stranger.get("/livez")
    assert (response.status_code, response.json()) == (200, {"status": "alive"})


def test_ready_when_everything_answers(stranger: Browser, db: None) -> None:
    beat_seen()
    response = stranger.get("/readyz")
    assert (response.status_code, response.json()) == (
        200, {"status": "ready", "broker": "up", "beat": "up"},
    )  # fmt: skip


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
def test_not_ready_without_the_database(
    stranger: Browser, db: None, monkeypatch: Any, error: type[Exception]
) -> None:
    def absent() -> int:
        raise error("connection to server db-7 failed, password=hunter2")

    monkeypatch.setattr(health, "missing_migrations", absent)
    response = stranger.get("/readyz")
    assert (response.status_code, response.json()) == (503, {"status": "no database"})
    assert b"hunter2" not in response.content


def test_alive_even_without_the_database(stranger: Browser) -> None:
    """Asked without the database at all: this test has no right to touch it."""
    assert stranger.get("/livez").status_code == 200


def test_not_ready_while_a_migration_is_missing(
    stranger: Browser, db: None, monkeypatch: Any
) -> None:
    known = health.known_migrations() | {("people", "9999_not_there_yet")}
    monkeypatch.setattr(health, "known_migrations", lambda: known)
    response = stranger.get("/readyz")
    assert response.status_code == 503
    assert response.json() == {"status": "migrations missing", "count": 1}


def test_degraded_and_still_ready_without_the_broker(
    stranger: Browser, db: None, monkeypatch: Any
) -> None:
    beat_seen()
    monkeypatch.setattr(health, "broker_answers", lambda: False)
    response = stranger.get("/readyz")
    assert response.status_code == 200
    assert response.json() == {"status": "degraded", "broker": "down", "beat": "up"}


@pytest.mark.parametrize("seen", [None, 181])
def test_degraded_while_beat_is_silent(stranger: Browser, db: None, seen: int | None) -> None:
    if seen:
        cache.set(health.BEAT_SEEN, time.time() - seen)
    response = stranger.get("/readyz")
    assert response.status_code == 200
    assert response.json() == {"status": "degraded", "broker": "up", "beat": "down"}


def test_the_broker_of_the_tests_answers() -> None:
    assert health.broker_answers()


@pytest.mark.parametrize("error", [redis.ConnectionError, redis.TimeoutError, OSError])
def test_a_broker_that_fails_is_down(monkeypatch: Any, error: type[Exception]) -> None:
    def fail(*args: Any, **kwargs: Any) -> None:
        raise error

    monkeypatch.setattr("redis.Redis.ping", fail)
    assert not health.broker_answers()


def test_nothing_listens_there_and_the_answer_is_quick(settings: Any) -> None:
    settings.CELERY_BROKER_URL = "redis://localhost:1/0"
    began = time.monotonic()
    assert not health.broker_answers()
    assert time.monotonic() - began < 2


@pytest.mark.parametrize("path", ["/livez", "/readyz"])
def test_they_are_only_read(stranger: Browser, db: None, path: str) -> None:
    assert stranger.post(path).status_code == 405
    assert stranger.head(path).status_code == 200
