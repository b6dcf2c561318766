"""How long the summaries of one week take for a large organisation, and whether history matters.

`.venv/bin/python -m benchmarks.trends [years ...]` (1, 5 and 10 unless told)

200 therapists with 40 clients each, every one seen weekly, in a database of its own that is
dropped afterwards. The aim: under 30 s for a week, the same at each length of history. Ten years
are four million sessions; making them takes some minutes.
"""

import os
import resource
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "impasse_tracker.settings")

from benchmarks.trends_data import WEEKS_A_YEAR, go_back, make_people
from impasse_tracker.local.environment import TESTS, prepared


def main(years: Sequence[int]) -> None:
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
        weeks = 0
        for length in years:
            before, weeks = weeks, length * WEEKS_A_YEAR
            count = go_back(clinic, monday, after=before, until=weeks)
            print(f"\n{length} years, {count:,} sessions")
            with walls.inside(clinic.pk):
                measure(clinic, today)
            forget(connections["owner"])
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"\nhighest memory: {peak:.0f} MB")
    finally:
        connections["default"].close()
        teardown_databases(kept, verbosity=0)


def measure(clinic: Any, today: Any) -> None:
    """The last week and month: written, and written again without a change."""
    from django.utils import timezone

    from trends.actions import summarise
    from trends.due import waiting
    from trends.periods import Kind, latest_closed

    for kind in (Kind.WEEK, Kind.MONTH):
        period = latest_closed(kind, today)
        for what in ("first", "again"):
            lines = timed(
                f"{kind} {what}",
                lambda: summarise(organisation=clinic, period=period),  # noqa: B023
            )
            print(" " * 24, dict(Counter(f"{line.scope} {line.what}" for line in lines)))
    found = timed("what is due", lambda: waiting(clinic, now=timezone.now()))
    print(" " * 24, len(found), "periods")


def timed(name: str, call: Callable[[], Any]) -> Any:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as statements:
        began, worked = time.perf_counter(), processor_time()
        result = call()
        spent, worked = time.perf_counter() - began, processor_time() - worked
    print(f"{name:16} {spent:7.2f} s {worked:7.2f} s of processor {len(statements):5} statements")
    if "-v" in sys.argv:
        for each in sorted(statements, key=lambda each: -float(each["time"]))[:8]:
            print(f"    {each['time']:>7} s {each['sql'][:150]} ... {each['sql'][-120:]}")
    return result


def processor_time() -> float:
    """Seconds that this process and its connection's worked: whatever else the machine does."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    ticks = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[11:13]
    return time.process_time() + sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")


def forget(connection: Any) -> None:
    """The summaries go, so that the next length writes them for the first time, too."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE trends_trendsummary CASCADE")


if __name__ == "__main__":
    with prepared(TESTS):
        main([int(word) for word in sys.argv[1:] if word.isdigit()] or [1, 5, 10])
