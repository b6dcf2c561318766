"""Take an organisation out as one encrypted file, with a key of its own beside it."""

import os
import uuid
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import Q

from impasse_tracker.moving.archive import new_transfer_key
from impasse_tracker.moving.export import export_organisation
from people.keys import is_id
from people.models import Organisation


class Command(BaseCommand):
    """Writes FILE and KEY-FILE, readable by their owner alone; keep and send them apart."""

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("organisation", help="its name or id")
        parser.add_argument("--to", required=True, metavar="FILE")
        parser.add_argument("--key-file", required=True, metavar="KEY-FILE")

    def handle(self, *args: Any, **options: Any) -> None:
        organisation = self.find(options["organisation"])
        for name in (options["to"], options["key_file"]):
            if Path(name).exists():
                raise CommandError(f"{name} is there already. Nothing was written.")
        key = new_transfer_key()
        with self.create(options["to"]) as out:
            manifest = export_organisation(organisation=organisation, out=out, key=key)
        with self.create(options["key_file"]) as out:
            out.write(key + "\n")
        say(self, manifest)
        self.stdout.write(f"{organisation.name} is in {options['to']}. Keep its key apart from it.")

    def find(self, name: str) -> Organisation:
        own = Q(pk=uuid.UUID(name)) if is_id(name) else Q(name__iexact=name)
        found = Organisation.objects.filter(own).first()
        if found is None:
            raise CommandError(f"There is no organisation called {name} here.")
        return found

    @staticmethod
    def create(name: str) -> Any:
        """A new file that its owner alone reads."""
        handle = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        return os.fdopen(handle, "w", encoding="utf-8")


def say(command: BaseCommand, manifest: dict[str, Any]) -> None:
    """The manifest, one line a table that holds something."""
    for label, each in manifest["tables"].items():
        if each["rows"]:
            command.stdout.write(f"{label:32} {each['rows']:8} {each['sha256']}")
