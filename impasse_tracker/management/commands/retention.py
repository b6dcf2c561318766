"""End of retention: say what is due; with --erase announce it, and erase what was announced."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from audit.record import Program
from impasse_tracker.rights.erasure_actions import erase_client, schedule_erasure
from impasse_tracker.rights.retention import due_cases, would_go
from people import walls
from people.models import Client, Erasure, Organisation
from trends.due import today_in


class Command(BaseCommand):
    """Changes nothing without --erase. A case is announced in one run and erased a week later."""

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--erase", action="store_true", help="announce, and erase what is ripe")

    def handle(self, *args: Any, erase: bool = False, **options: Any) -> None:
        for organisation in Organisation.objects.order_by("name"):
            with walls.inside(organisation.pk):
                self.keep_to(organisation, erase=erase)
        if not erase:
            self.stdout.write("Nothing was changed. Run it with --erase to announce and erase.")

    def keep_to(self, organisation: Organisation, *, erase: bool) -> None:
        """One organisation's schedule. Cases are named by id: a terminal keeps what it shows."""
        now, by = timezone.now(), Program(organisation.pk)
        announced = Erasure.objects.filter(
            organisation=organisation, ground=Erasure.Ground.RETENTION, erased_at=None
        ).select_related("client")
        ripe = [row for row in announced if row.is_ripe(now) and row.client]
        due = due_cases(organisation, today=today_in(organisation, now))
        self.stdout.write(
            f"{organisation.name}: {len(due)} due, {len(announced)} announced, {len(ripe)} ripe."
        )
        for row in ripe:
            if row.client and not erase:
                self.say("would be erased", row.client)
            elif erase:
                done = erase_client(erasure=row, by=by, now=now)
                self.stdout.write(f"  erased: {done.total} rows, certificate {done.pk}")
        for each in due:
            self.say("announced" if erase else "would be announced", each.client)
            if erase:
                schedule_erasure(client=each.client, by=by, reason="End of retention.", now=now)

    def say(self, what: str, client: Client) -> None:
        counts = ", ".join(f"{count} {name}" for name, count in would_go(client))
        self.stdout.write(f"  {client.pk}, ended on {client.ended_on}, {what}: {counts}")
