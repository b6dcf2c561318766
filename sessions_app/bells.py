"""Ringing the worker, without letting what it does touch what was saved."""

from datetime import date
from typing import Any

import structlog

from people.models import Client
from sessions_app import tasks
from sessions_app.actions import assess_case
from sessions_app.models import RuleReplay

log = structlog.get_logger(__name__)


def assess_now(client: Client, *, today: date) -> None:
    """Assess in this request; on failure ring the worker, and the page says it is being prepared.

    Losing the bell loses nothing: the sweep finds the case by its versions.
    """
    try:
        assess_case(client=client, today=today)
    except Exception:
        log.exception("assessment_failed", client=str(client.pk))
        _ring(tasks.assess_one, organisation=str(client.organisation_id), client=str(client.pk))


def ring_replay(replay: RuleReplay) -> None:
    """Let a worker begin; without the bell the sweep does."""
    _ring(tasks.replay_one, organisation=str(replay.organisation_id), replay=str(replay.pk))


def _ring(task: Any, **ids: str) -> None:
    try:
        task.delay(**ids)
    except Exception:  # noqa: BLE001 - whatever the broker says, the sweep finds the work
        log.warning("broker_absent")
