"""Compare every snapshot with the raw rows it stands for; with --write, put it right."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from people import walls
from people.models import Client, Organisation
from sessions_app import snapshots
from sessions_app.models import CaseSnapshot


class Command(BaseCommand):
    """Exits 1 when something differs and --write was not given."""

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--write", action="store_true", help="put differing snapshots right")

    def handle(self, *args: Any, write: bool = False, **options: Any) -> None:
        looked_at = differ = 0
        for organisation in Organisation.objects.order_by("pk"):
            with walls.inside(organisation.pk):
                cases = Client.objects.filter(organisation=organisation, snapshot__isnull=False)
                for client in cases.iterator(chunk_size=200):
                    looked_at += 1
                    differ += self.is_different(client, write=write)
        self.stdout.write(f"{looked_at} snapshots looked at, {differ} differed.")
        if differ and not write:
            raise CommandError("Run `manage.py rebuild --write` to put them right.")

    @transaction.atomic
    def is_different(self, client: Client, *, write: bool) -> bool:
        stored = CaseSnapshot.objects.select_for_update(of=("self",)).get(client=client)
        now = snapshots.current_values(client)
        names = [name for name, value in now.items() if getattr(stored, name) != value]
        if names:
            self.stdout.write(f"{client.pk}: {', '.join(names)}")
        if names and write:
            snapshots.refresh(client)
        return bool(names)
