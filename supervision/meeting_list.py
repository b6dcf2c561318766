"""The meetings of one person: those to come, those without a day, those that were."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Prefetch, Q
from django.utils import timezone

from people.models import User
from supervision.models import AgendaItem, Attendee, Meeting, MeetingQuerySet
from supervision.roster import LOOKED_BACK, midnight

FIRST_ROWS = 20


@dataclass(frozen=True)
class MeetingRow:
    """A meeting from outside."""

    meeting: Meeting
    names: tuple[str, ...]
    asked: int
    proposed: int

    @property
    def who(self) -> str:
        return ", ".join(self.names)

    @property
    def cases_in_words(self) -> str:
        """As in "2 questions, 1 proposed"."""
        said = []
        if self.asked:
            said.append(f"{self.asked} question{'' if self.asked == 1 else 's'}")
        if self.proposed:
            said.append(f"{self.proposed} proposed")
        return ", ".join(said) or "no case yet"


@dataclass(frozen=True)
class MeetingList:
    """The page: what is to come first."""

    coming: Sequence[MeetingRow]
    without_day: Sequence[MeetingRow]
    left_open: Sequence[MeetingRow]
    past: Sequence[MeetingRow]
    may_be_more: bool

    @property
    def is_empty(self) -> bool:
        return not (self.coming or self.without_day or self.left_open or self.past)


def meeting_list(user: User, *, today: date, everything: bool = False) -> MeetingList:
    """Every open meeting, and the latest of those closed in twelve weeks. Five queries."""
    seen = Meeting.objects.visible_to(user, today)
    closed = _shown(seen.exclude(closed_at=None).order_by("-at"))
    since = midnight(today - LOOKED_BACK)
    past = list(closed if everything else closed.filter(at__gte=since)[:FIRST_ROWS])
    upcoming = list(_shown(seen.open().order_by("at")))
    cases = _cases([*upcoming, *past])
    rows = [_row(meeting, user, cases) for meeting in upcoming]
    dated = [row for row in rows if row.meeting.at]
    return MeetingList(
        coming=[row for row in dated if _day(row) >= today],
        without_day=[row for row in rows if not row.meeting.at],
        left_open=[row for row in dated if _day(row) < today],
        past=[_row(meeting, user, cases) for meeting in past],
        may_be_more=not everything and (len(past) == FIRST_ROWS or user.created_at < since),
    )


def _shown(meetings: MeetingQuerySet) -> MeetingQuerySet:
    """With whoever comes."""
    comes = Attendee.objects.select_related("therapist").order_by("therapist__name")
    rows = meetings.select_related("supervisor").defer("notes")
    return rows.prefetch_related(Prefetch("attendees", queryset=comes))


def _cases(meetings: Sequence[Meeting]) -> dict[uuid.UUID, tuple[int, int]]:
    """How many cases are asked about, and how many only proposed, of each meeting. One query."""
    items = AgendaItem.objects.current().filter(meeting__in=meetings).order_by()
    asked, proposed = Count("pk", filter=~Q(question="")), Count("pk", filter=Q(question=""))
    rows = items.values_list("meeting").annotate(asked=asked, proposed=proposed)
    return {meeting: (asked, proposed) for meeting, asked, proposed in rows}


def _row(meeting: Meeting, user: User, cases: Mapping[uuid.UUID, tuple[int, int]]) -> MeetingRow:
    """The names are those of the others."""
    people = [meeting.supervisor, *(each.therapist for each in meeting.attendees.all())]
    names = tuple(person.name for person in people if person.pk != user.pk)
    asked, proposed = cases.get(meeting.pk, (0, 0))
    return MeetingRow(meeting, names, asked, proposed)


def _day(row: MeetingRow) -> date:
    return timezone.localdate(row.meeting.at)
