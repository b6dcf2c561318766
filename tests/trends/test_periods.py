"""Weeks and months in local time, over changing clocks, years' ends and leap days."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as some

from trends.periods import Kind, Period, closed, holding, latest_closed, read_code

DAY = dt.date.fromisoformat
days = some.dates(dt.date(2000, 2, 1), dt.date(2099, 1, 1))


@pytest.mark.parametrize(
    ("zone", "week", "hours"),
    [
        ("Europe/London", "2026-03-23", 167),
        ("Europe/London", "2026-10-19", 169),
        ("Europe/London", "2026-11-16", 168),
        ("Pacific/Auckland", "2026-03-30", 169),
        ("Pacific/Auckland", "2026-09-21", 167),
        ("America/St_Johns", "2026-03-02", 167),
        ("America/St_Johns", "2026-10-26", 169),
        ("Australia/Lord_Howe", "2026-03-30", 168.5),
        ("America/Santiago", "2026-08-31", 167),  # on that Sunday there is no midnight
    ],
)
def test_a_week_is_as_long_as_its_days(zone: str, week: str, hours: float) -> None:
    begin, end = Period(Kind.WEEK, DAY(week)).moments(ZoneInfo(zone))
    utc = [moment.astimezone(dt.UTC) for moment in (begin, end)]
    assert (utc[1] - utc[0]).total_seconds() / 3600 == hours
    assert (begin.hour, begin.minute) == (0, 0)


@given(days, some.sampled_from(Kind), some.sampled_from(["Pacific/Auckland", "America/St_Johns"]))
def test_periods_follow_each_other_without_gap_or_overlap(
    day: dt.date, kind: Kind, zone: str
) -> None:
    period = holding(kind, day)
    assert period.starts_on <= day <= period.last_day
    assert period.after.before == period
    assert period.moments(ZoneInfo(zone))[1] == period.after.moments(ZoneInfo(zone))[0]
    assert read_code(period.code) == period
    assert latest_closed(kind, period.ends_before) == period
    assert latest_closed(kind, period.last_day) == period.before


@pytest.mark.parametrize(
    ("day", "week", "month"),
    [
        ("2027-01-01", "2026-W53", "2027-01"),
        ("2026-12-28", "2026-W53", "2026-12"),
        ("2027-01-04", "2027-W01", "2027-01"),
        ("2028-02-29", "2028-W09", "2028-02"),
    ],
)
def test_the_years_end_week_53_and_the_leap_day(day: str, week: str, month: str) -> None:
    assert holding(Kind.WEEK, DAY(day)).code == week
    assert holding(Kind.MONTH, DAY(day)).code == month
    assert Period(Kind.MONTH, DAY("2028-02-01")).last_day == DAY("2028-02-29")


@pytest.mark.parametrize(
    "code",
    ["2026-W54", "2025-W53", "2026-13", "2026-00", "2026", "0001-W01", "", "x"],
)
def test_what_names_no_period(code: str) -> None:
    assert read_code(code) is None


def test_what_is_over_in_the_order_of_its_end() -> None:
    codes = [period.code for period in closed(DAY("2026-10-14"), DAY("2026-11-03"))]
    assert codes == ["2026-W42", "2026-W43", "2026-10", "2026-W44"]
    assert closed(DAY("2026-11-02"), DAY("2026-11-08")) == []
