"""A new clinic or practice, and the invitation of its first administrator."""

import zoneinfo
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email
from django.db import transaction
from django.urls import reverse

from people import mail
from people.account_actions import invite_person
from people.actions import NotAllowed, create_organisation
from people.models import Organisation
from people.permissions import Role
from people.views.invitations import send


class Command(BaseCommand):
    """Makes an organisation and invites its first administrator; nobody's password is chosen."""

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="as in: Northside Practice")
        parser.add_argument("--administrator", required=True, metavar="ADDRESS")
        parser.add_argument("--time-zone", default="Europe/London", metavar="Area/City")

    def handle(self, *args: Any, **options: Any) -> None:
        name, email, zone = options["name"].strip(), options["administrator"], options["time_zone"]
        if not name or len(name) > 120:
            raise CommandError("Give the organisation a name of 1 to 120 letters.")
        if zone not in zoneinfo.available_timezones():
            raise CommandError(f"{zone} is no time zone. Write it as Europe/London.")
        if Organisation.objects.filter(name__iexact=name).exists():
            raise CommandError(f"There is an organisation called {name} already.")
        try:
            validate_email(email)
            with transaction.atomic():
                organisation = create_organisation(name=name, time_zone=zone)
                invitation, token = invite_person(
                    organisation=organisation, by=None, email=email, roles=[Role.ADMINISTRATOR]
                )
        except ValidationError:
            raise CommandError(f"{email} is no address. Nothing was made.") from None
        except NotAllowed as refusal:
            raise CommandError(f"{refusal} Nothing was made.") from None
        sent = send(invitation, token)
        how = f"A letter is on its way to {email}." if sent else "The letter could not be sent."
        link = mail.link(reverse("people:invitation", args=[token]))
        self.stdout.write(f"{name} is there. {how} The link works once, for a week:\n{link}")
