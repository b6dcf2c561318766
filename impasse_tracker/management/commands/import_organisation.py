"""Put an organisation in that was taken out elsewhere; whole, or not at all."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from impasse_tracker.management.commands.export_organisation import say
from impasse_tracker.moving.actions import import_organisation
from impasse_tracker.moving.archive import Unreadable
from people.actions import NotAllowed


class Command(BaseCommand):
    """Refuses where it is here already. Compares every table's hash with the file's at the end."""

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file")
        parser.add_argument("--key-file", required=True, metavar="KEY-FILE")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            key = Path(options["key_file"]).read_text(encoding="utf-8")
            with Path(options["file"]).open(encoding="utf-8") as lines:
                manifest = import_organisation(lines=lines, key=key)
        except (NotAllowed, Unreadable) as refusal:
            raise CommandError(str(refusal)) from None
        except OSError as error:
            raise CommandError(f"{error.filename} cannot be read.") from None
        say(self, manifest)
        self.stdout.write("It is here, and every hash is the file's.")
