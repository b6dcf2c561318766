"""What the wall between organisations costs: the same statements with and without the policies.

`.venv/bin/python -m benchmarks.walls`

The web's login, which the policies bind, and the owner's, which they do not, take turns on three
months of a large organisation (8,000 cases, 104,000 sessions) in a database of its own.
Milliseconds a statement, the median of `TIMES`.
"""

import os
import statistics
import time
from datetime import timedelta
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "impasse_tracker.settings")

from benchmarks.trends_data import WEEKS_A_YEAR, go_back, make_people
from impasse_tracker.local.environment import TESTS, prepared

TIMES = 300


def main() -> None:
    import django

    django.setup()
    from django.db import connections
    from django.test.utils import setup_databases, teardown_databases
    from django.utils import timezone

    from people import actions as people
    from people import walls

    kept = setup_databases(verbosity=0, interactive=False, aliases={"default", "owner"})
    try:
        clinic = people.create_organisation(name="Benchmark", time_zone="Europe/London")
        today = timezone.localdate()
        monday = today - timedelta(days=today.weekday())
        make_people(clinic, monday)
        count = go_back(clinic, monday, after=0, until=WEEKS_A_YEAR // 4)
        print(f"{count:,} sessions\n{'':34} with    without")
        with walls.inside(clinic.pk), connections["owner"].cursor() as cursor:
            cursor.execute("ANALYZE")
            for name, query in queries(clinic, monday).items():
                measure(name, *query.query.sql_with_params())
    finally:
        connections["default"].close()
        teardown_databases(kept, verbosity=0)


def queries(clinic: Any, monday: Any) -> dict[str, Any]:
    """What pages ask most: one caseload, one history, and a week of everybody."""
    from people.models import Client, User
    from sessions_app.models import TherapySession

    people = User.objects.filter(organisation=clinic)
    therapist = people.filter(roles=["therapist"])[:1].get()
    supervisor = people.filter(roles=["supervisor"])[:1].get()
    case = Client.objects.filter(therapist=therapist)[:1].get()
    week = TherapySession.objects.filter(organisation=clinic, held_at__date__gte=monday)
    return {
        "40 cases of a therapist": Client.objects.visible_to(therapist),
        "400 cases of a supervisor": Client.objects.visible_to(supervisor),
        "one case by its id": Client.objects.visible_to(therapist).filter(pk=case.pk),
        "sessions of a case": TherapySession.objects.visible_to(therapist).filter(client=case),
        "a week of all": week.order_by().values_list("client", "attendance"),
    }


def measure(name: str, sql: str, params: Any) -> None:
    """One line: the median of both, taking turns."""
    from django.db import connections

    spent: dict[str, list[float]] = {"default": [], "owner": []}
    for _ in range(TIMES):
        for login, times in spent.items():
            with connections[login].cursor() as cursor:
                began = time.perf_counter()
                cursor.execute(sql, params)
                cursor.fetchall()
                times.append((time.perf_counter() - began) * 1000)
    with_, without = (statistics.median(times) for times in spent.values())
    print(f"{name:28} {with_:8.2f} ms {without:8.2f} ms")


if __name__ == "__main__":
    with prepared(TESTS):
        main()
