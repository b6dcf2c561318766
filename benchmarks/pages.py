"""How long the pages take, on the demonstration data of `make run`.

`.venv/bin/python -m benchmarks.pages`

Milliseconds in the server for one request after another (median and 95th percentile of `TIMES`),
and the number of statements. Nothing is kept: saving is measured inside a transaction that is
rolled back.
"""

import hashlib
import os
import statistics
import time
import uuid
from collections.abc import Callable

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "impasse_tracker.settings")

from impasse_tracker.local.environment import laptop

TIMES = 60
WHO = "thea@demo.test"


def set_up() -> None:
    """The program as it is served, with the static files of `make run`."""
    from django.conf import settings

    import impasse_tracker.wsgi  # noqa: F401
    from impasse_tracker.local.runner import collect_static

    collect_static(settings.BASE_DIR)


def say_how_fast() -> None:
    """Print what this machine is worth just now, beside the one on which the aims were measured.

    A password of PBKDF2-SHA256 with a million rounds took 225 ms there; a shared machine is
    two to three times slower at times, and milliseconds alone say little.
    """
    began = time.perf_counter()
    hashlib.pbkdf2_hmac("sha256", b"a password", b"salt", 1_000_000)
    spent = (time.perf_counter() - began) * 1000
    print(
        f"a million rounds of PBKDF2: {spent:.0f} ms, {spent / 225:.1f} times the aims' machine\n"
    )


def measure(name: str, call: Callable[[], object]) -> None:
    """Print one line: median, 95th percentile and statements."""
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
    print(f"{name:28} {middle:7.1f} ms {late:7.1f} ms {len(statements):4} statements")


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
    pages = {
        "/livez": "/livez",
        "today": "/today/",
        "caseload": "/clients/",
        "case": f"/clients/{longest.pk}/",
        "log page": f"/clients/{longest.pk}/sessions/new/",
        "library": "/library/",
    }
    say_how_fast()
    for name, address in pages.items():
        measure(name, lambda address=address: browser.get(address))

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
