"""Print or mail the end of every audit chain, to be kept where nobody of this database writes."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from audit.chain import anchor_of
from people import mail, walls
from people.models import Organisation


class Command(BaseCommand):
    """One line an organisation: its id, the last event's number, hash and time."""

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--mail", metavar="ADDRESS", help="send them there as well")

    def handle(self, *args: Any, **options: Any) -> None:
        lines = []
        for organisation in Organisation.objects.order_by("name"):
            with walls.inside(organisation.pk):
                anchor = anchor_of(organisation.pk)
            lines += [str(anchor)] if anchor else []
        for line in lines:
            self.stdout.write(line)
        to = options["mail"]
        if to and not mail.send("audit_anchor", to, lines=lines):
            raise CommandError("The letter could not be sent; what is printed above holds.")
