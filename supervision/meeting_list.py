"""The meetings of one person: those to come, those without a day, those that were."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, F, Prefetch, Q
from django.utils import timezone

from people.models import User
from supervision.models import Attendee, Meeting, MeetingQuerySet

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
    left_out: int

    @property
    def is_empty(self) -> bool:
        return not (self.coming or self.without_day or self.left_open or self.past)


def meeting_list(user: User, *, today: date, everything: bool = False) -> MeetingList:
    """Every open meeting, and the latest closed ones. Five queries."""
    seen = Meeting.objects.visible_to(user, today)
    rows = [_row(meeting, user) for meeting in shown(seen.open().order_by("at"))]
    closed = shown(seen.exclude(closed_at=None).order_by("-at"))
    past = [_row(meeting, user) for meeting in (closed if everything else closed[:FIRST_ROWS])]
    count = 0 if everything or len(past) < FIRST_ROWS else closed.count() - len(past)
    dated = [row for row in rows if row.meeting.at]
    return MeetingList(
        coming=[row for row in dated if _day(row) >= today],
        without_day=[row for row in rows if not row.meeting.at],
        left_open=[row for row in dated if _day(row) < today],
        past=past,
        left_out=count,
    )


def shown(meetings: MeetingQuerySet) -> MeetingQuerySet:
    """With whoever comes, and how many cases are on the agenda."""
    comes = Attendee.objects.select_related("therapist").order_by("therapist__name")
    current = Q(items__therapist=F("items__client__therapist"))
    has_question = current & ~Q(items__question="")
    return (
        meetings.select_related("supervisor")
        .defer("notes")
        .prefetch_related(Prefetch("attendees", queryset=comes))
        .annotate(
            asked=Count("items", filter=has_question),
            proposed=Count("items", filter=current & Q(items__question="")),
        )
    )


def _row(meeting: Meeting, user: User) -> MeetingRow:
    """The names are those of the others."""
    people = [meeting.supervisor, *(each.therapist for each in meeting.attendees.all())]
    names = tuple(person.name for person in people if person.pk != user.pk)
    asked, proposed = meeting.asked, meeting.proposed  # type: ignore[attr-defined]
    return MeetingRow(meeting, names, asked, proposed)


def _day(row: MeetingRow) -> date:
    return timezone.localdate(row.meeting.at)
