"""When a case met: the days of its sessions, counted back from the day the data are loaded."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from impasse_tracker.demo.cast import TODAY, YESTERDAY, Casting

STEP = {"weekly": 7, "fortnightly": 14, "monthly": 28, "as_needed": 42}
SETTLED = timedelta(days=35)  # what is nearer than this keeps its rhythm exactly
MOVED_HOUR = time(8, 15)


def practice_day(today: date) -> date:
    """Today, or the Friday before a weekend."""
    return today - timedelta(days=max(0, today.weekday() - 4))


def newest_day(casting: Casting, today: date) -> date:
    """The day of the last session: before today, so that today's clients are still to log."""
    now = practice_day(today)
    wanted = now
    if casting.weekday == YESTERDAY:
        wanted = practice_day(now - timedelta(days=1))
    elif casting.weekday != TODAY:
        wanted = now - timedelta(days=(now.weekday() - casting.weekday) % 7)
    if wanted == now or casting.weekday == YESTERDAY:
        wanted -= timedelta(days=STEP[casting.rhythm])
    return wanted - timedelta(weeks=casting.quiet_weeks)


def appointments(casting: Casting, today: date, zone: ZoneInfo, dice: Random) -> list[datetime]:
    """The moments of all sessions, oldest first: steady, with holidays and a few moved ones."""
    days = _backwards(newest_day(casting, today), STEP[casting.rhythm], practice_day(today))
    usual = time(casting.hour, dice.choice((0, 0, 0, 15, 30)))
    moments = []
    for day, left in zip(days, range(casting.slots, 0, -1), strict=False):
        is_moved = today - day > SETTLED and left > 1 and dice.random() < 0.04
        held_on, hour = (_moved(day), MOVED_HOUR) if is_moved else (day, usual)
        moments.append(datetime.combine(held_on, hour, zone))
    return moments[::-1]


def _backwards(day: date, step: int, now: date) -> Iterator[date]:
    while True:
        if now - day <= SETTLED or not _holiday(day):
            yield day
        day -= timedelta(days=step)


def _holiday(day: date) -> bool:
    """The turn of the year, and two weeks in August."""
    if day.month == 8:
        return 8 <= day.day <= 21
    return (day.month, day.day) >= (12, 24) or (day.month, day.day) == (1, 1)


def _moved(day: date) -> date:
    """The day after, or on a Friday the day before."""
    return day + timedelta(days=-1 if day.weekday() == 4 else 1)
