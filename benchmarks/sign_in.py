"""Whether the time of a refused sign-in tells if an address has an account.

`.venv/bin/python -m benchmarks.sign_in`

`TRIES` wrong passwords for somebody's address and as many for nobody's, taking turns, in a
database of its own, with the passwords hashed as in production.
The aim: the medians differ by less than 5 %.
"""

import os
import statistics
import time
import uuid
from contextlib import ExitStack

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "impasse_tracker.settings")

from benchmarks.pages import set_up
from impasse_tracker.local.environment import TESTS, prepared

TRIES = 200


def main() -> None:
    import logging

    set_up()
    from django.db import connections
    from django.test import Client as Browser
    from django.test.utils import override_settings, setup_databases, teardown_databases

    from people import actions as people

    logging.disable()
    kept = setup_databases(verbosity=0, interactive=False, aliases={"default", "owner"})
    try:
        clinic = people.create_organisation(name="Benchmark", time_zone="Europe/London")
        people.create_user(
            organisation=clinic,
            email="known@example.test",
            name="Known",
            roles={"therapist"},
            password=uuid.uuid4().hex,
        )
        spent: dict[str, list[float]] = {"known": [], "nobody": []}
        with ExitStack() as stack:
            stack.enter_context(override_settings(ACCOUNT_RATE_LIMITS=False, ALLOWED_HOSTS=["*"]))
            for number in range(TRIES):
                for who, times in spent.items():
                    form = {"login": f"{who}@example.test", "password": f"wrong {number}"}
                    browser = Browser()
                    began = time.perf_counter()
                    browser.post("/accounts/login/", form)
                    times.append((time.perf_counter() - began) * 1000)
        medians = {who: statistics.median(times) for who, times in spent.items()}
        for who, median in medians.items():
            print(f"{who:8} {median:7.1f} ms")
        print(f"apart by {abs(medians['known'] / medians['nobody'] - 1):.1%}")
    finally:
        connections["default"].close()
        teardown_databases(kept, verbosity=0)


if __name__ == "__main__":
    with prepared(TESTS):
        main()
