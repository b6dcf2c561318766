"""How days and hours are written for the person who is looking."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime

from people.models.user import DateStyle

_style: ContextVar[str] = ContextVar("date_style", default=DateStyle.DAY_FIRST)


@contextmanager
def dates_as(style: str) -> Iterator[None]:
    """Write dates in a style as long as this lasts."""
    before = _style.set(style)
    try:
        yield
    finally:
        _style.reset(before)


def style() -> str:
    """The style dates are written in now."""
    return _style.get()


def written_day(day: date, *, this_year: int, long: bool = False) -> str:
    """A local day, as in "Tue 3 Nov", "Tue Nov 3" or "2026-11-03"; the year when it is another."""
    year = "" if day.year == this_year else f" {day.year}"
    weekday, month = ("%A", "%B") if long else ("%a", "%b")
    if style() == DateStyle.NUMBERS:
        return f"{day:%Y-%m-%d}"
    if style() == DateStyle.MONTH_FIRST:
        return f"{day:{weekday} {month}} {day.day}{',' if year else ''}{year}"
    return f"{day:{weekday}} {day.day} {day:{month}}{year}"


def written_clock(moment: datetime) -> str:
    """A local moment's hour, as in "14:00" or "2:00 pm"."""
    if style() == DateStyle.MONTH_FIRST:
        return f"{moment.hour % 12 or 12}:{moment:%M} {'am' if moment.hour < 12 else 'pm'}"
    return f"{moment:%H:%M}"
