"""Assessing right after a save, without letting reasoning touch what was saved."""

from datetime import date

import structlog

from people.models import Client
from sessions_app import tasks
from sessions_app.actions import assess_case

log = structlog.get_logger(__name__)


def assess_now(client: Client, *, today: date) -> None:
    """Assess in this request; on failure ring the worker, and the page says it is being prepared.

    Losing the bell loses nothing: the sweep finds the case by its versions.
    """
    try:
        assess_case(client=client, today=today)
    except Exception:
        log.exception("assessment_failed", client=str(client.pk))
        try:
            tasks.assess_one.delay(organisation=str(client.organisation_id), client=str(client.pk))
        except Exception:  # noqa: BLE001 - whatever the broker says, the sweep finds the case
            log.warning("broker_absent")
