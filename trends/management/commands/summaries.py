"""`manage.py summaries`: write what is due, or all anew to prove it equal to the raw rows."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from people import walls
from people.models import Organisation
from trends.actions import WHAT, Written
from trends.due import ask_rebuild, due, write_due


class Command(BaseCommand):
    """Prints a line a summary: scope, whose, period, and whether new, rewritten or unchanged."""

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--due", action="store_true", help="write what waits (the default)")
        parser.add_argument(
            "--rebuild",
            action="store_true",
            help="read every period anew from the raw rows; broken off, --due goes on with it",
        )
        parser.add_argument("--for", dest="only", metavar="ORG", help="one organisation, by its id")

    def handle(self, *, rebuild: bool, only: str | None, **options: Any) -> None:
        self.counts: Counter[str] = Counter()
        failed = 0
        for organisation in _organisations(only):
            with walls.inside(organisation.pk):
                if rebuild:
                    ask_rebuild(organisation)
                self.progress = Progress(self, len(due(organisation, now=timezone.now())))
                write_due(organisation, forced=True, said=self.say)
                failed += len(due(organisation, now=timezone.now()))
        if rebuild:
            said = ", ".join(f"{self.counts[what]} {what}" for what in WHAT)
            self.stdout.write(f"Read anew from the raw rows: {said}.")
        if failed:
            raise CommandError(f"{failed} periods are not written: see the page of runs for why.")

    def say(self, lines: Iterable[Written]) -> None:
        for line in lines:
            self.counts[line.what] += 1
            self.stdout.write(str(line))
        self.progress.step()


class Progress:
    """A bar on a terminal, on standard error; silent elsewhere."""

    WIDTH = 40

    def __init__(self, command: BaseCommand, total: int) -> None:
        self.command, self.total, self.done = command, total, 0

    def step(self) -> None:
        self.done += 1
        if not self.command.stderr.isatty():
            return
        full = self.WIDTH * self.done // max(self.total, 1)
        bar = "#" * full + "." * (self.WIDTH - full)
        ending = "\n" if self.done >= self.total else ""
        self.command.stderr.write(f"\r[{bar}] {self.done} of {self.total}", ending=ending)


def _organisations(only: str | None) -> Iterable[Organisation]:
    rows = Organisation.objects.order_by("pk")
    if only is None:
        return rows
    try:
        found = rows.filter(pk=only)
    except ValidationError:
        found = rows.none()
    if not found:
        raise CommandError(f"There is no organisation {only}: give its id.")
    return found
