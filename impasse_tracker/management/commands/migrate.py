"""`migrate` as the login that owns the tables; the web's login owns nothing."""

from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.core.management.commands import migrate

from people.rotation import places_under_lost_keys


class Command(migrate.Command):
    """Django's own command with another login; a start with the wrong keys ends here."""

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.set_defaults(database="owner")

    def handle(self, *args: Any, **options: Any) -> None:
        super().handle(*args, **options)
        if options["app_label"] or options["plan"] or options["check_unapplied"]:
            return
        if lost := places_under_lost_keys(options["database"]):
            raise CommandError(
                "FIELD_KEYS does not hold the key that sealed what is stored in "
                f"{', '.join(lost)}. Put that key back, behind the newest; nothing was changed."
            )
