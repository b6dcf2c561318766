"""Where a case stands now, from its latest rows. Written by the session actions alone."""

import zoneinfo
from datetime import UTC, date, datetime, time
from typing import Any

from django.db import connection
from django.db.models import Q, Subquery
from django.utils import timezone

from people.models import Client
from sessions_app.models import HELD, CaseSnapshot, TherapySession
from sessions_app.movement import standings

STRIP = 8
NEVER = datetime.min.replace(tzinfo=UTC)
LOOK_BACK = 24  # sessions read for the strip and the run of unrepaired strain

RENUMBER = """
UPDATE sessions_app_therapysession AS s SET number = n.place
FROM (
  SELECT id, row_number() OVER (ORDER BY held_at, created_at) AS place
  FROM sessions_app_therapysession
  WHERE organisation_id = %s AND client_id = %s AND attendance = ANY(%s)
) AS n
WHERE s.id = n.id AND s.number IS DISTINCT FROM n.place
"""


def lock_case(client: Client) -> Client:
    """Writers of one case go one after the other; readers are not held up."""
    return (
        Client.objects.select_for_update(no_key=True, of=("self",))
        .select_related("organisation")
        .get(pk=client.pk)
    )


def renumber(client: Client) -> None:
    """Number the held sessions in the order they were held."""
    with connection.cursor() as cursor:
        cursor.execute(RENUMBER, [client.organisation_id, client.pk, list(HELD)])


def refresh(client: Client) -> CaseSnapshot:
    """Bring the client's row up to date and raise its facts version; the case must be locked."""
    snapshot, _ = CaseSnapshot.objects.get_or_create(
        client=client, defaults={"organisation_id": client.organisation_id}
    )
    for name, value in current_values(client).items():
        setattr(snapshot, name, value)
    snapshot.facts_version += 1
    snapshot.changed_at = timezone.now()
    snapshot.save()
    return snapshot


def current_values(client: Client) -> dict[str, Any]:
    """Everything a snapshot says that can be read again from the raw rows."""
    sessions = client.therapy_sessions.filter(organisation=client.organisation_id)
    latest = list(sessions.newest_first().prefetch_related("tags")[:LOOK_BACK])[::-1]
    held = [s for s in latest if s.is_held]
    last = held[-1] if held else sessions.filter(attendance__in=HELD).newest_first().first()
    standing = standings(Q(pk=client.pk), client.organisation)[client.pk]
    return {
        "sessions_held": standing.held,
        "last_session_at": latest[-1].held_at if latest else None,
        "last_held_at": last.held_at if last else None,
        "own_since_movement": standing.own_since,
        "shared_since_movement": standing.shared_since,
        "own_strip": [_slot(s, own=True) for s in latest[-STRIP:]],
        "shared_strip": [_slot(s, own=False) for s in latest[-STRIP:]],
        "own_unrepaired": _unrepaired(held, own=True),
        "shared_unrepaired": _unrepaired(held, own=False),
        **_safety(client),
    }


def _safety(client: Client) -> dict[str, Any]:
    """Since when a safety concern stands, and where it was noted.

    A check closes it from the very session on. Where only days are known, as of scores, a check
    on the day of the concern closes it too.
    """
    zone = zoneinfo.ZoneInfo(client.organisation.time_zone)
    noted, in_session, scored, talked = _latest_safety(client)
    checks = (in_session, _clock(talked, time.max, zone))
    checked = max((moment for moment in checks if moment), default=NEVER)
    source = CaseSnapshot.SafetyFrom
    concerns = ((noted, source.SESSION), (_clock(scored, time.min, zone), source.SCORE))
    standing = [(moment, where) for moment, where in concerns if moment and moment > checked]
    if not standing:
        return {"safety_since": None, "safety_from": ""}
    moment, where = min(standing)
    return {"safety_since": moment.astimezone(zone).date(), "safety_from": where}


def _latest_safety(client: Client) -> tuple[Any, ...]:
    """The latest concern and check of the sessions, then of the scores. One query."""
    sessions = client.therapy_sessions.filter(organisation=client.organisation_id)
    scores = client.measurements.filter(organisation=client.organisation_id, safety=True)
    checked = scores.exclude(safety_checked_on=None).order_by("-safety_checked_on")
    latest = (
        sessions.filter(safety=True).order_by("-held_at").values("held_at"),
        sessions.filter(safety_checked=True).order_by("-held_at").values("held_at"),
        scores.order_by("-on").values("on"),
        checked.values("safety_checked_on"),
    )
    row = Client.objects.filter(organisation=client.organisation_id, pk=client.pk).values_list(
        *(Subquery(rows[:1]) for rows in latest)
    )
    return tuple(row[0])


def _clock(day: date | None, at: time, zone: zoneinfo.ZoneInfo) -> datetime | None:
    return datetime.combine(day, at, zone) if day else None


def _slot(session: TherapySession, *, own: bool) -> dict[str, Any]:
    return {
        "id": str(session.pk),
        "held_at": session.held_at.isoformat(),
        "number": session.number,
        "held": session.is_held,
        "attendance": session.attendance,
        "lanes": {
            tag.code: tag.intensity
            for tag in sorted(session.tags.all(), key=lambda tag: tag.code)
            if tag.is_manifestation and (session.is_open_to(own=own) or tag.is_shown)
        },
    }


def _unrepaired(held: list[TherapySession], *, own: bool) -> int:
    """Held sessions in a row, up to now, that left strain unrepaired.

    For others only strain they see on its session: the run would say where it began.
    """
    is_open, run = False, 0
    for session in held:
        seen = session.is_open_to(own=own)
        is_open = is_open or any(
            t.code == "M5" and (seen or t.is_shown) for t in session.tags.all()
        )
        run = run + 1 if is_open and session.repair == "unrepaired" else 0
        if session.repair == "repaired":
            is_open = False
    return run
