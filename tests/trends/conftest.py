"""Weeks that are over, and what was written about them."""

import datetime as dt
from dataclasses import replace
from typing import Any

from django.utils import timezone

from people.models import Organisation, User
from sessions_app import content
from sessions_app.actions import amend_session
from sessions_app.models import TherapySession
from trends.due import write_due
from trends.models import TrendSummary
from trends.periods import Kind, Period, latest_closed

Scope = TrendSummary.Scope


def last_week() -> Period:
    return latest_closed(Kind.WEEK, timezone.localdate())


def in_last_week(day: int = 2) -> int:
    """So many days ago was that weekday, Monday being 0, of the week that is over."""
    return (timezone.localdate() - last_week().starts_on).days - day


def write(organisation: Organisation) -> list[str]:
    """Write what is due; what became of each summary, a line each."""
    lines: list[str] = []
    write_due(organisation, forced=True, said=lambda found: lines.extend(map(str, found)))
    return lines


def summary(about: Any, scope: str, period: Period | None = None) -> TrendSummary:
    period = period or last_week()
    return TrendSummary.objects.get(
        scope=scope, subject=about.pk, kind=period.kind, starts_on=period.starts_on
    )


def counts(about: Any, scope: str = Scope.THERAPIST, *, own: bool = True) -> dict[str, int]:
    """The sums of last week's figures."""
    found = summary(about, scope)
    figures = found.own if own else found.shared
    return {key: total for key, (total, _) in figures["counts"].items()}


def of(user: User, *, own: bool = True) -> dict[str, int]:
    return counts(user, Scope.THERAPIST, own=own)


def at(day: dt.date, hour: int = 12) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(hour), dt.UTC)


def amend(session: TherapySession, **new: Any) -> None:
    """Its author changes some facts of a session."""
    amend_session(
        session=session,
        by=session.author,
        entry=replace(content.read_entry(session), **new),
        version=session.version,
    )
