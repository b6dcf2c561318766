"""How long the pages take, on the demonstration data of `make run`.

`.venv/bin/python -m benchmarks.pages`

Milliseconds in the server for one request after another (median and 95th percentile of `TIMES`),
the number of statements, and how often the time of an empty page. Nothing is kept: saving is
measured inside a transaction that is rolled back.
"""

import os
import statistics
import time
import uuid
from collections.abc import Callable
from importlib import import_module

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "impasse_tracker.settings")

from impasse_tracker.local.environment import laptop

TIMES = 60
WHO = "thea@demo.test"


def set_up() -> None:
    """The program as it is served, with the static files of `make run`."""
    import_module("impasse_tracker.wsgi")
    from django.conf import settings

    from impasse_tracker.local.runner import collect_static

    collect_static(settings.BASE_DIR)


def measure(name: str, call: Callable[[], object], floor: float = 0) -> float:
    """Print one line: median, 95th percentile, statements, and how often the floor; the median.

    Milliseconds of a shared machine change by the hour. What the same machine needs at that time
    for an empty page, or for the like written by hand, changes with them.
    """
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    call()
    spent = []
    for _ in range(TIMES):
        began = time.perf_counter()
        call()
        spent.append((time.perf_counter() - began) * 1000)
    with CaptureQueriesContext(connection) as statements:
        call()
    late = statistics.quantiles(spent, n=20)[-1]
    middle = statistics.median(spent)
    line = f"{name:28} {middle:7.1f} ms {late:7.1f} ms {len(statements):4} statements"
    print(f"{line} {middle / floor:6.1f} times the floor" if floor else line)
    return middle


def main() -> None:
    """The pages of the main job, as Thea."""
    import logging

    from django.db import transaction
    from django.test import Client as Browser
    from django.utils import timezone

    set_up()
    from people import walls
    from people.models import Client, User
    from sessions_app.actions import assess_case, log_session
    from sessions_app.entries import SessionEntry, TagEntry

    logging.disable()
    user = User.objects.get(email=WHO)
    browser = Browser(HTTP_HOST="localhost")
    browser.force_login(user)
    with walls.inside(user.organisation_id):
        cases = Client.objects.filter(therapist=user, status="active").select_related("snapshot")
        longest = max(cases, key=lambda client: client.snapshot.sessions_held)
    print(f"longest case: {longest.snapshot.sessions_held} held sessions\n")
    floor = measure("an empty page", lambda: browser.get("/livez"))
    pages = {
        "today": "/today/",
        "caseload": "/clients/",
        "case": f"/clients/{longest.pk}/",
        "log page": f"/clients/{longest.pk}/sessions/new/",
        "library": "/library/",
    }
    for name, address in pages.items():
        measure(name, lambda address=address: browser.get(address), floor)

    entry = SessionEntry(held_at=timezone.now(), tags=(TagEntry(code="M5"),), note="A line.")

    def save() -> None:
        with walls.inside(user.organisation_id), transaction.atomic():
            log_session(client=longest, by=user, entry=entry, key=uuid.uuid4())
            assess_case(client=longest, today=timezone.localdate())
            transaction.set_rollback(True)

    measure("save and assess (no commit)", save)


if __name__ == "__main__":
    with laptop([]):
        main()
