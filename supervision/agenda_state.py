"""What supervision has to do with a case, for its case page: to come, and what was."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Exists, OuterRef, Prefetch, Q

from people.models import Client, User
from supervision.models import AgendaItem, Agreement, Attendee, Meeting

MOST_MARKS = 6


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


@dataclass(frozen=True)
class Mark:
    """A meeting that spoke of a case: after which held session, 0 for before any."""

    item: AgendaItem
    after: int

    @property
    def meeting(self) -> Meeting:
        return self.item.meeting


def case_marks(client: Client, *, user: User) -> tuple[list[Mark], int]:
    """The latest meetings about a case that the reader may see, and how many came before them.

    A meeting counts once it is closed, or something was agreed on the case. Four queries.
    """
    agreed = Agreement.objects.filter(item=OuterRef("pk"))
    rows = (
        AgendaItem.objects.visible_to(user)
        .filter(Exists(agreed) | Q(meeting__closed_at__isnull=False), client=client)
        .filter(meeting__at__isnull=False)
        .order_by("-meeting__at", "-pk")
    )
    steps = Prefetch("agreements", Agreement.objects.select_related("step").order_by("at", "pk"))
    items = list(rows.select_related("meeting").prefetch_related(steps)[:MOST_MARKS])
    earlier = rows.count() - len(items) if len(items) == MOST_MARKS else 0
    held = client.therapy_sessions.filter(number__isnull=False).order_by("held_at")
    days = list(held.values_list("held_at", flat=True)) if items else []
    return [Mark(item, _before(item.meeting, days)) for item in items], earlier


def _before(meeting: Meeting, days: list[datetime]) -> int:
    """How many sessions were held before a meeting."""
    return sum(meeting.at is not None and day <= meeting.at for day in days)
