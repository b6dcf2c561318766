"""How long the supervisor's pages take for a large team, whatever the length of its history.

`.venv/bin/python -m benchmarks.supervision [sessions]`

In a database of its own that is dropped afterwards: an organisation of `TEAM` supervisees with
`CASES` clients each and so many sessions a client (12 unless told), made through the actions. A
minute or two for the making. The aim for the dashboard: under 30 ms at the 95th percentile.
"""

import os
import sys
import uuid
from datetime import timedelta
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "impasse_tracker.settings")

from benchmarks.pages import measure
from impasse_tracker.local.environment import laptop

TEAM, CASES = 12, 40


def main(length: int) -> None:
    """The dashboard and what hangs on it, as the supervisor of the team."""
    import logging

    from django.db import connections
    from django.test import Client as Browser
    from django.test.utils import setup_databases, teardown_databases

    import impasse_tracker.wsgi  # noqa: F401  set up as it is served
    from people import actions as people
    from people import walls

    logging.disable()
    kept = setup_databases(verbosity=0, interactive=False, aliases={"default", "owner"})
    try:
        clinic = people.create_organisation(name="Benchmark", time_zone="Europe/London")
        with walls.inside(clinic.pk):
            supervisor, therapist = make(clinic, length)
        with connections["owner"].cursor() as cursor:
            cursor.execute("ANALYZE")
        print(f"{TEAM} supervisees, {TEAM * CASES} clients, {length} sessions each\n")
        browser = Browser(HTTP_HOST="localhost")
        browser.force_login(supervisor)
        pages = {
            "dashboard": "/supervision/",
            "dashboard, all rows": "/supervision/?all=1",
            "dashboard, by sign": "/supervision/?show=all&sign=M5",
            "therapist": f"/supervision/therapists/{therapist.pk}/",
            "meetings": "/supervision/meetings/",
        }
        for name, address in pages.items():
            measure(name, lambda address=address: browser.get(address))
    finally:
        connections["default"].close()
        teardown_databases(kept, verbosity=0)


def make(clinic: Any, length: int) -> tuple[Any, Any]:
    """The team; one case in three is stuck, one in three has an impasse open."""
    from django.utils import timezone

    from people import actions as people
    from people import supervision_actions as supervisions
    from sessions_app.actions import assess_case, log_session
    from sessions_app.entries import SessionEntry, TagEntry
    from sessions_app.episode_actions import open_impasse

    today = timezone.localdate()

    def person(name: str, *roles: str) -> Any:
        return people.create_user(
            organisation=clinic,
            email=f"{name}@demo.test",
            name=name,
            roles=set(roles),
            password=uuid.uuid4().hex,
        )

    supervisor = person("bench-supervisor", "supervisor")
    for number in range(TEAM):
        therapist = person(f"bench-{number}", "therapist")
        supervisions.start_supervision(
            supervisor=supervisor, therapist=therapist, since=today, by=supervisor
        )
        for place in range(CASES):
            client = people.create_client(
                by=therapist, code_name=f"Case {place}", started_on=today - timedelta(weeks=length)
            )
            marks = (TagEntry(code="M5", intensity=2),) if place % 3 == 0 else ()
            for week in range(length, 0, -1):
                held_at = timezone.now() - timedelta(weeks=week)
                entry = SessionEntry(held_at=held_at, tags=marks, note="A line.")
                log_session(client=client, by=therapist, entry=entry, key=uuid.uuid4())
            assess_case(client=client, today=today)
            if place % 3 == 1:
                open_impasse(client=client, by=therapist, today=today, stage="named")
    return supervisor, therapist


if __name__ == "__main__":
    with laptop([]):
        main(int(sys.argv[1]) if sys.argv[1:] else 12)
