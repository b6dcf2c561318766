"""Check every organisation's audit chain."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from audit.chain import check_chain
from people import walls
from people.models import Organisation


class Command(BaseCommand):
    """Says for each organisation whether its chain is whole; exits 1 at a break."""

    help = __doc__ or ""

    def handle(self, *args: Any, **options: Any) -> None:
        broken = 0
        for organisation in Organisation.objects.order_by("name"):
            with walls.inside(organisation.id):
                state = check_chain(organisation.id)
            whole = state.broken_at is None
            broken += not whole
            words = "whole" if whole else f"BROKEN at event {state.broken_at}"
            self.stdout.write(f"{organisation.name}: {state.events} events, {words}")
        if broken:
            raise CommandError(f"{broken} chain(s) broken: keep the database as it is and look.")
