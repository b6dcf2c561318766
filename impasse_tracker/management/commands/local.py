"""`manage.py local`: the whole program on a laptop, with real engines and demonstration data."""

import sys
from typing import Any

from django.core.management import BaseCommand

from impasse_tracker.local import runner
from impasse_tracker.local.environment import CHECKOUT


class Command(BaseCommand):
    """Runs until Ctrl-C; the status is 1 when a child process died."""

    help = "Run web, worker and beat on this machine's own PostgreSQL and Valkey."

    def handle(self, *args: Any, **options: Any) -> None:
        status = runner.run(CHECKOUT, *runner.from_environment())
        if status:
            sys.exit(status)
