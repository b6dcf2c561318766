"""Weeks and months of an organisation: local days, Monday to Sunday and first to last."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo


class Kind(StrEnum):
    """How long a period is."""

    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True)
class Period:
    """One week or month; `starts_on` is its first local day."""

    kind: Kind
    starts_on: date

    @property
    def ends_before(self) -> date:
        """The first day after it."""
        if self.kind == Kind.WEEK:
            return self.starts_on + timedelta(days=7)
        return (self.starts_on + timedelta(days=31)).replace(day=1)

    @property
    def last_day(self) -> date:
        return self.ends_before - timedelta(days=1)

    @property
    def before(self) -> Period:
        return holding(self.kind, self.starts_on - timedelta(days=1))

    @property
    def after(self) -> Period:
        return Period(self.kind, self.ends_before)

    @property
    def code(self) -> str:
        """As in "2026-W53" (ISO 8601) or "2026-02"."""
        if self.kind == Kind.MONTH:
            return f"{self.starts_on:%Y-%m}"
        year, week, _ = self.starts_on.isocalendar()
        return f"{year}-W{week:02}"

    def moments(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """The moment it begins and the moment the next one does."""
        return midnight(self.starts_on, zone), midnight(self.ends_before, zone)


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """The moment a local day begins, also where the clocks jump over midnight."""
    return datetime.combine(day, time.min, zone)


def holding(kind: Kind, day: date) -> Period:
    """The week or month that a local day lies in."""
    if kind == Kind.MONTH:
        return Period(kind, day.replace(day=1))
    return Period(kind, day - timedelta(days=day.weekday()))


def latest_closed(kind: Kind, today: date) -> Period:
    """The last one that is over on a local day."""
    return holding(kind, today).before


def closed(first: date, today: date) -> list[Period]:
    """Every week and month from the one holding `first` on that is over, the earliest end first."""
    periods = []
    for kind in Kind:
        period = holding(kind, first)
        while period.ends_before <= today:
            periods.append(period)
            period = period.after
    return sorted(periods, key=lambda period: (period.ends_before, period.kind != Kind.WEEK))


def read_code(code: str) -> Period | None:
    """The period of such a code, from the year 2000 on; None where it names none."""
    found = re.fullmatch(r"(20\d{2})-(W?)(\d{2})", code)
    if not found:
        return None
    year, is_week, number = int(found[1]), bool(found[2]), int(found[3])
    try:
        if is_week:
            return Period(Kind.WEEK, date.fromisocalendar(year, number, 1))
        return Period(Kind.MONTH, date(year, number, 1))
    except ValueError:
        return None
