"""Ten weeks of three therapists for the proofs with real workers, and a Celery that rings at once.

`python -m tests.faults.summaries_world` makes the weeks; as a Celery application
(`celery -A tests.faults.summaries_world`) it is ours with a beat of a second and, where `SLOW` says
so, summaries that take some seconds between being written and being done.
"""

import os
import random
import time
import uuid
from datetime import timedelta
from typing import Any

from impasse_tracker.celery import app
from tests.faults import WEEKS

app.conf.beat_schedule = {
    "write weeks and months": {"task": "trends.tasks.write_summaries", "schedule": 1.0}
}


@app.on_after_finalize.connect
def hurry(**extra: Any) -> None:
    """A killed try is repeated after a second instead of minutes."""
    from trends import due

    due.FIRST_WAIT = timedelta(seconds=1)
    due.LONGEST_WAIT = timedelta(seconds=3)
    if slow := float(os.environ.get("SLOW", "0")):
        quick = due.summarise

        def dawdle(**given: Any) -> Any:
            lines = quick(**given)
            time.sleep(slow)
            return lines

        due.summarise = dawdle


def main() -> None:
    """An organisation with its history; again: one more session in an old week."""
    import django

    django.setup()
    from django.utils import timezone

    from people import actions as people
    from people import walls
    from people.models import Client, Organisation

    known = Organisation.objects.first()
    clinic = known or people.create_organisation(name="Northside", time_zone="Europe/London")
    monday = timezone.localdate() - timedelta(days=timezone.localdate().weekday())
    with walls.inside(clinic.pk):
        if known:
            add(Client.objects.order_by("pk")[0], monday - timedelta(weeks=5))
            return
        for number in range(3):
            therapist = people.create_user(
                organisation=clinic,
                email=f"therapist-{number}@demo.test",
                name=f"Therapist {number}",
                roles={"therapist"},
                password=uuid.uuid4().hex,
            )
            fill(therapist, monday)


def fill(therapist: Any, monday: Any) -> None:
    """Two clients, seen in most weeks; the dice always fall alike."""
    from people.actions import create_client

    dice = random.Random(therapist.name)
    for number in range(2):
        client = create_client(by=therapist, code_name=f"Case {number}")
        for week in range(1, WEEKS + 1):
            if week == WEEKS or dice.random() < 0.8:
                day = monday - timedelta(weeks=week) + timedelta(days=dice.randrange(7))
                add(client, day, *dice.sample(["M1", "M2", "M3", "M4", "M5"], dice.randrange(3)))


def add(client: Any, day: Any, *signs: str) -> None:
    from datetime import UTC, datetime
    from datetime import time as clock

    from sessions_app.actions import log_session
    from sessions_app.entries import SessionEntry, TagEntry

    entry = SessionEntry(
        held_at=datetime.combine(day, clock(10), UTC),
        tags=tuple(TagEntry(code=code) for code in signs),
    )
    log_session(client=client, by=client.therapist, entry=entry, key=uuid.uuid4())


if __name__ == "__main__":
    main()
