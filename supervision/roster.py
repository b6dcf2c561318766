"""The supervisees by name: nobody is ranked."""

import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import Count, Max, Q
from django.utils import timezone

from impasses.models.episode import OPEN, Stage
from people.models import Supervision, User
from sessions_app.models import HELD, TherapySession
from supervision.models import Attendee

SUPERVISEE = tuple(f"therapist__{each}" for each in ("name", "is_active", "in_training"))


class Supervisee(NamedTuple):
    """The therapist of a row."""

    pk: uuid.UUID
    name: str
    is_active: bool
    in_training: bool


class Coming(NamedTuple):
    """That a supervisee comes to a meeting that is planned."""

    meeting: uuid.UUID
    at: datetime
    minutes: int
    therapist: uuid.UUID


@dataclass(frozen=True, kw_only=True)
class RosterRow:
    """One supervisee: the caseload in figures, when one met, when one meets."""

    therapist: Supervisee
    since: date
    stands_in_until: date | None
    clients: int
    held: int
    logged: int
    stages: tuple[tuple[str, str], ...]
    oldest: Any
    last_met: datetime | None
    next: datetime | None


def roster(
    user: User,
    supervisions: Sequence[Supervision],
    cases: Sequence[Any],
    coming: Sequence[Coming],
    *,
    today: date,
) -> list[RosterRow]:
    """One row a therapist, by name. Two queries."""
    by_therapist: dict[str, list[Any]] = {}
    for case in cases:
        by_therapist.setdefault(case.therapist, []).append(case)
    people = [row.therapist_id for row in supervisions]
    week = held_this_week(user, people, today=today)
    last_met = _last_met(user, supervisions)
    next_meets = {row.therapist: row.at for row in reversed(coming)}
    rows = []
    for supervision in sorted(supervisions, key=lambda row: row.therapist.name):
        key, person = supervision.therapist_id, supervision.therapist
        own = by_therapist.get(str(key), [])
        held, logged = week.get(key, (0, 0))
        rows.append(
            RosterRow(
                therapist=Supervisee(key, person.name, person.is_active, person.in_training),
                since=supervision.since,
                stands_in_until=supervision.until if supervision.stands_in_for_id else None,
                clients=len(own),
                held=held,
                logged=logged,
                stages=tuple(stages_of(own)),
                oldest=max((case for case in own if case.stuck), key=_stuck, default=None),
                last_met=last_met.get(key),
                next=next_meets.get(key),
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


def held_by(user: User, supervisions: Sequence[Supervision]) -> Q:
    """Of attendees and agenda items: in one's own meetings, and of whom one stands in for."""
    found = Q(meeting__supervisor=user)
    for row in supervisions:
        if row.stands_in_for_id:
            found |= Q(meeting__supervisor=row.stands_in_for_id, therapist=row.therapist_id)
    return found


def coming_meetings(user: User, supervisions: Sequence[Supervision], today: date) -> list[Coming]:
    """Who comes to the meetings from today on, the next first. One query."""
    rows = (
        Attendee.objects.filter(
            organisation=user.organisation_id,
            therapist__in=[row.therapist_id for row in supervisions],
            meeting__closed_at=None,
            meeting__at__gte=midnight(today),
        )
        .filter(held_by(user, supervisions))
        .order_by("meeting__at", "meeting")
    )
    if any(row.stands_in_for_id for row in supervisions):  # of whose group one may be
        rows = rows.exclude(meeting__attendees__therapist=user)
    columns = ("meeting", "meeting__at", "meeting__minutes", "therapist")
    return [Coming(*row) for row in rows.values_list(*columns)]


def _last_met(user: User, supervisions: Sequence[Supervision]) -> dict[Any, Any]:
    """When one met each of them last. One query."""
    rows = (
        Attendee.objects.filter(
            organisation=user.organisation_id,
            therapist__in=[row.therapist_id for row in supervisions],
            meeting__closed_at__isnull=False,
        )
        .filter(held_by(user, supervisions))
        .order_by()
    )
    return dict(rows.values_list("therapist").annotate(last=Max("meeting__at")))
