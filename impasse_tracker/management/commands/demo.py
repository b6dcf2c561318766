"""Load the demonstration data: two practices, five accounts, forty invented clients."""

import time
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from impasse_tracker.demo import cast
from impasse_tracker.demo.load import Busy, NotOurs, load


class Command(BaseCommand):
    """Continues where the last run stopped; says so in one line when all is there.

    Refuses, without changing anything, a database that holds anything else, and an installation
    that is not on a laptop.
    """

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--first", action="store_true", help=f"accounts and {cast.FIRST} cases, no more"
        )
        parser.add_argument("--progress", action="store_true", help="a line after each case")
        parser.add_argument(
            "--yes-this-is-a-demonstration",
            action="store_true",
            dest="is_demonstration",
            help="load it although this is not a laptop",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not (settings.LOCAL or options["is_demonstration"]):
            raise CommandError(
                "The demonstration's password is public: this is for a laptop only, or for a "
                "demonstration server with --yes-this-is-a-demonstration."
            )
        castings = cast.CAST[: cast.FIRST] if options["first"] else cast.CAST
        started = time.monotonic()
        try:
            outcome = load(
                castings=castings,
                progress=self.say_progress if options["progress"] else None,
            )
        except Busy as reason:
            self.say(str(reason))
            return
        except NotOurs as reason:
            raise CommandError(str(reason)) from None
        which = f"the first {outcome.wanted}" if options["first"] else f"all {outcome.wanted}"
        if not outcome.loaded:
            self.say(f"{which} cases are there already.")
            return
        self.say(f"{which} cases are there, after {time.monotonic() - started:.0f} s.")

    def say_progress(self, there: int) -> None:
        self.say(f"{there} of {len(cast.CAST)} cases")

    def say(self, sentence: str) -> None:
        """One line, at once, also into a pipe."""
        self.stdout.write(f"demo: {sentence}")
        self.stdout.flush()
