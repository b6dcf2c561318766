"""Whether a case is on the agenda of a meeting to come, for its case page."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef

from people.models import Client, User
from supervision.models import AgendaItem, Attendee, Meeting


@dataclass(frozen=True)
class AgendaState:
    """The case on open agendas: with the therapist's question, or proposed by a supervisor."""

    items: tuple[AgendaItem, ...]

    @property
    def asked(self) -> AgendaItem | None:
        return next((item for item in self.items if item.question), None)

    @property
    def proposed(self) -> AgendaItem | None:
        return next((item for item in self.items if not item.question), None)


def coming_groups(user: User, *, today: date) -> list[Meeting]:
    """The planned group meetings a therapist comes to. One query."""
    rows = (
        Meeting.objects.visible_to(user, today)
        .open()
        .filter(attendees__therapist=user, at__isnull=False)
        .filter(Exists(Attendee.objects.filter(meeting=OuterRef("pk")).exclude(therapist=user)))
    )
    return [row for row in rows.defer("notes").order_by("at") if row.is_coming(today)]


def agenda_state(client: Client, *, user: User, today: date) -> AgendaState:
    """What stands on the agendas of open meetings from today on. One query."""
    rows = (
        AgendaItem.objects.current()
        .filter(
            organisation=user.organisation_id,
            client=client,
            therapist=user,
            meeting__in=Meeting.objects.visible_to(user, today).open(),
        )
        .select_related("meeting__supervisor", "proposed_by")
        .order_by("meeting__at", "pk")
    )
    return AgendaState(tuple(row for row in rows if row.meeting.is_coming(today)))
