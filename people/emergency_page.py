"""Who opened which case in an emergency: for the supervisor, the therapist, administrators."""

import uuid
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from audit.models import AuditEvent
from people.models import Client, EmergencyAccess, User
from people.permissions import Role

MOST_SHOWN = 200
MOST_A_DAY = 3  # by one person within a day and a night
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Opened:
    """One access, and how many pages of the case were read by it."""

    row: EmergencyAccess
    pages_read: int


@dataclass(frozen=True)
class EmergencyList:
    """The accesses a person may know of, the latest first."""

    rows: tuple[Opened, ...]
    by_person: tuple[tuple[str, int], ...]
    """Who opened how many in the last day, the most first."""

    most_a_day: int = MOST_A_DAY


def emergency_list(user: User, *, now: datetime, client: Client | None = None) -> EmergencyList:
    """Those the person may know of, of one case alone where it is named. Two queries."""
    found = EmergencyAccess.objects.visible_to(user)
    if client:
        found = found.filter(client=client)
    rows = list(
        found.select_related("client", "supervisor", "therapist", "ended_by").order_by(
            "-opened_at"
        )[:MOST_SHOWN]
    )
    read = _pages_read({row.client_id for row in rows}, user)
    today = Counter(row.supervisor.name for row in rows if row.opened_at > now - DAY)
    return EmergencyList(
        rows=tuple(Opened(row, read[str(row.pk)]) for row in rows),
        by_person=tuple(today.most_common()),
    )


def _pages_read(clients: set[uuid.UUID], user: User) -> Counter[str]:
    events = AuditEvent.objects.filter(
        organisation_id=user.organisation_id, target_id__in=clients, kind="case read"
    ).values_list("detail__emergency", flat=True)
    return Counter(access for access in events if access)


def colleagues_who_treat(user: User) -> list[User]:
    """Everybody else of the organisation who has, or may have had, cases; also who has left."""
    people = User.objects.filter(
        organisation=user.organisation_id, roles__contains=[Role.THERAPIST]
    )
    return list(people.exclude(pk=user.pk).order_by("-is_active", "name"))


def left_today(user: User, *, now: datetime) -> int:
    """How many more cases the person may open within the day and night behind them."""
    own = EmergencyAccess.objects.filter(organisation=user.organisation_id, supervisor=user)
    return max(MOST_A_DAY - own.filter(opened_at__gt=now - DAY).count(), 0)


def alerted_by(access: EmergencyAccess) -> list[User]:
    """Who is told: the therapist while the account is open, and every administrator."""
    people = User.objects.filter(organisation=access.organisation_id, is_active=True)
    administrators = people.filter(roles__contains=[Role.ADMINISTRATOR])
    told = people.filter(pk=access.therapist_id) | administrators
    return list(told.exclude(pk=access.supervisor_id).order_by("name"))
