"""The next supervision meeting of one person, for the page of the day: when, and what is asked."""

from dataclasses import dataclass
from datetime import date

from django.db.models import F, Prefetch

from people.models import Supervision, User
from supervision.models import AgendaItem, Attendee, Meeting, MeetingDraft
from supervision.roster import midnight


@dataclass(frozen=True, kw_only=True)
class Next:
    """The next meeting, one without a day where none is planned, or none at all.

    `items` are the cases on its agenda that the reader may open.
    """

    meeting: Meeting | None
    names: tuple[str, ...]
    items: tuple[AgendaItem, ...]
    has_draft: bool
    concerns: bool  # whether the person supervises somebody, or is supervised, today


def next_meeting(user: User, *, today: date) -> Next:
    """Read the meeting a person comes to or holds next. Four queries at most."""
    comes = Attendee.objects.select_related("therapist").order_by("therapist__name")
    rows = Meeting.objects.visible_to(user, today).open().select_related("supervisor")
    coming = rows.exclude(at__lt=midnight(today)).defer("notes")
    meeting = (
        coming.order_by(F("at").asc(nulls_last=True), "created_at")
        .prefetch_related(Prefetch("attendees", queryset=comes))
        .first()
    )
    if meeting is None:
        return Next(
            meeting=None, names=(), items=(), has_draft=False, concerns=_concerns(user, today)
        )
    people = [meeting.supervisor, *(each.therapist for each in meeting.attendees.all())]
    items = (
        AgendaItem.objects.filter(meeting=meeting)
        .visible_to(user)
        .select_related("client", "proposed_by")
    )
    return Next(
        meeting=meeting,
        names=tuple(person.name for person in people if person.pk != user.pk),
        items=tuple(items.defer("answer").order_by("created_at", "pk")),
        has_draft=MeetingDraft.objects.filter(author=user, meeting=meeting).exists(),
        concerns=True,
    )


def _concerns(user: User, today: date) -> bool:
    running = Supervision.objects.running(today).filter(organisation=user.organisation_id)
    return running.filter(therapist=user).exists() or (
        user.supervises and running.filter(supervisor=user).exists()
    )
