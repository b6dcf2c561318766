"""Check every organisation's audit chain, and against anchors kept elsewhere."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from audit.chain import Anchor, check_chain
from people import walls
from people.models import Organisation


class Command(BaseCommand):
    """Says for each organisation whether its chain is whole, and what was done where it is not.

    Exits 1 at a break, and where the anchors are not to be read.
    """

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--anchors",
            metavar="FILE",
            help="what audit_anchor printed or mailed, as often as you like; - reads what is typed",
        )

    def handle(self, *args: Any, anchors: str | None = None, **options: Any) -> None:
        kept = read_anchors(anchors) if anchors else []
        broken = 0
        organisations = list(Organisation.objects.order_by("name"))
        for organisation in organisations:
            with walls.inside(organisation.pk):
                state = check_chain(organisation.pk, kept)
            broken += bool(state.faults)
            words = "BROKEN" if state.faults else "whole"
            self.stdout.write(f"{organisation.name}: {state.events} events, {words}")
            for fault in state.faults:
                self.stdout.write(f"  {fault}")
        for pk in sorted({a.organisation for a in kept} - {o.pk for o in organisations}):
            broken += 1
            self.stdout.write(f"{pk}: the anchors name it, and it is not there")
        if broken:
            raise CommandError(f"{broken} chain(s) broken: keep the database as it is and look.")


def read_anchors(source: str) -> list[Anchor]:
    """The anchors in a file; CommandError when there are none, which would prove nothing."""
    try:
        text = sys.stdin.read() if source == "-" else Path(source).read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise CommandError(f"The anchors cannot be read: {error}") from None
    anchors = [anchor for line in text.splitlines() if (anchor := Anchor.read(line))]
    if not anchors:
        raise CommandError("There is no anchor in it: nothing was checked.")
    return anchors
