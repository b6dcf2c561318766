"""The supervisees by name: nobody is ranked."""

import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import Count, Q
from django.utils import timezone

from impasses.models.episode import OPEN, Stage
from people.models import Supervision, User
from sessions_app.models import HELD, TherapySession
from supervision.models import Attendee

LOOKED_BACK = timedelta(weeks=12)


class Supervisee(NamedTuple):
    """A therapist one supervises, and since when."""

    pk: uuid.UUID
    name: str
    is_active: bool
    in_training: bool
    since: date
    until: date | None
    stands_in_for: uuid.UUID | None

    @property
    def stands_in_until(self) -> date | None:
        return self.until if self.stands_in_for else None


class Attendance(NamedTuple):
    """That a supervisee came to a meeting, or will come to one that is planned."""

    meeting: uuid.UUID
    at: datetime
    minutes: int
    closed_at: datetime | None
    therapist: uuid.UUID


@dataclass(frozen=True, kw_only=True)
class RosterRow:
    """One supervisee: the caseload in figures, when one met, when one meets."""

    therapist: Supervisee
    is_new: bool  # since less than `LOOKED_BACK`
    clients: int
    held: int
    logged: int
    stages: tuple[tuple[str, str], ...]
    oldest: Any
    last_met: datetime | None
    next: datetime | None


def supervised(user: User, today: date) -> list[Supervisee]:
    """Whom one supervises today, by name, by the supervision that runs the longest. One query."""
    rows = (
        Supervision.objects.running(today)
        .filter(organisation=user.organisation_id, supervisor=user)
        .order_by("therapist__name", "-since")
    )
    of_therapist = (f"therapist__{each}" for each in ("pk", "name", "is_active", "in_training"))
    columns = (*of_therapist, "since", "until", "stands_in_for")
    return list({row[0]: Supervisee(*row) for row in rows.values_list(*columns)}.values())


def roster(
    user: User,
    people: Sequence[Supervisee],
    cases: Sequence[Any],
    meets: Sequence[Attendance],
    *,
    today: date,
) -> list[RosterRow]:
    """One row for each of the people. One query."""
    by_therapist: dict[str, list[Any]] = {}
    for case in cases:
        by_therapist.setdefault(case.therapist, []).append(case)
    week = held_this_week(user, [person.pk for person in people], today=today)
    last_met = {meet.therapist: meet.at for meet in meets if meet.closed_at}
    next_meets = {meet.therapist: meet.at for meet in reversed(still_to_come(meets, today))}
    rows = []
    for person in people:
        own = by_therapist.get(str(person.pk), [])
        held, logged = week.get(person.pk, (0, 0))
        rows.append(
            RosterRow(
                therapist=person,
                is_new=person.since > today - LOOKED_BACK,
                clients=len(own),
                held=held,
                logged=logged,
                stages=tuple(stages_of(own)),
                oldest=max((case for case in own if case.stuck), key=_stuck, default=None),
                last_met=last_met.get(person.pk),
                next=next_meets.get(person.pk),
            )
        )
    return rows


def _stuck(case: Any) -> int:
    return int(case.stuck)


def stages_of(cases: Sequence[Any]) -> list[tuple[str, str]]:
    """The open impasses by stage, in the order of the work, as in ("named", "2 named")."""
    counts = Counter(case.stage for case in cases if case.stage)
    return [(str(s), f"{counts[s]} {Stage(s).label.lower()}") for s in OPEN if counts[s]]


def midnight(on: date) -> datetime:
    """The moment a local day begins."""
    return timezone.make_aware(datetime.combine(on, datetime.min.time()))


def held_this_week(user: User, therapists: list[Any], *, today: date) -> dict[Any, tuple[int, int]]:
    """Sessions held, and logged at all, since Monday, by whoever held them."""
    monday = today - timedelta(days=today.weekday())
    rows = (
        TherapySession.objects.filter(
            organisation=user.organisation_id,
            author__in=therapists,
            held_at__gte=midnight(monday),
        )
        .order_by()
        .values_list("author")
        .annotate(held=Count("pk", filter=Q(attendance__in=HELD)), logged=Count("pk"))
    )
    return {key: (held, logged) for key, held, logged in rows}


def held_by(user: User, people: Sequence[Supervisee]) -> Q:
    """Of attendees and agenda items: in one's own meetings, and of whom one stands in for."""
    found = Q(meeting__supervisor=user)
    for person in people:
        if person.stands_in_for:
            found |= Q(meeting__supervisor=person.stands_in_for, therapist=person.pk)
    return found


def attendances(user: User, people: Sequence[Supervisee], today: date) -> list[Attendance]:
    """Who comes to which meeting, from `LOOKED_BACK` on, in the order of the days. One query."""
    rows = (
        Attendee.objects.filter(
            organisation=user.organisation_id,
            therapist__in=[person.pk for person in people],
            meeting__at__gte=midnight(today - LOOKED_BACK),
        )
        .filter(held_by(user, people))
        .order_by("meeting__at", "meeting")
    )
    if any(person.stands_in_for for person in people):  # of whose group one may be
        rows = rows.exclude(meeting__attendees__therapist=user)
    columns = ("meeting", "meeting__at", "meeting__minutes", "meeting__closed_at", "therapist")
    return [Attendance(*row) for row in rows.values_list(*columns)]


def still_to_come(meets: Sequence[Attendance], today: date) -> list[Attendance]:
    """Those of the meetings from today on that are not closed."""
    begin = midnight(today)
    return [meet for meet in meets if not meet.closed_at and meet.at >= begin]
