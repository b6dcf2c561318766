"""What the tables say, from figures alone: changes, usual ranges, small numbers, estimates."""

import datetime as dt
from typing import Any

import pytest

from trends.periods import Kind, Period
from trends.series import LENGTH, Series
from trends.survival import Step, Waiting, waiting
from trends.tables import Table, strengths_table, waits_table

MONDAY = dt.date(2026, 11, 16)
STRAIN = 4  # the row of alliance strain


def series(*weeks: tuple[int, int] | None, key: str = "M5") -> Series:
    """(sessions with the sign, sum of their intensities) of each week, the latest last.

    Seven sessions were held in each; None is a week of which nothing is told.
    """
    before: list[Any] = [None] * (LENGTH - len(weeks))
    figures = [
        {
            "counts": {
                "held": [7, 3],
                f"sign.{key}": [week and week[0], 1],
                f"intensity.{key}": [week and week[1], 1],
            },
            "waits": [],
        }
        for week in weeks
    ]
    periods = [
        Period(Kind.WEEK, MONDAY - dt.timedelta(weeks=back)) for back in reversed(range(LENGTH))
    ]
    return Series(tuple(periods), (*before, *figures))


def strain(table: Table) -> tuple[str, ...]:
    return table.rows[STRAIN].cells


def test_how_strong_it_is_beside_the_week_before_and_the_usual() -> None:
    usual = [(2, 3), (2, 4), (1, 2), (3, 5), (4, 8), (2, 5), (2, 4)]
    table = strengths_table(series(*usual, (3, 4), (4, 11)))
    assert table.rows[STRAIN].head == "Alliance strain"
    assert strain(table) == ("4 of 7", "1 more", "2 to 3", "2.8 of 3", "1.5 stronger", "1.5 to 2.0")
    assert table.answer == "Alliance strain, stronger than usual"


def test_weaker_and_the_same() -> None:
    table = strengths_table(series(*[(2, 4)] * 6, (3, 9), (2, 4)))
    assert strain(table)[1:5] == ("1 fewer", "2", "2.0 of 3", "1.0 weaker")
    assert table.answer == "None is stronger than usual"
    assert strain(strengths_table(series((2, 4), (2, 4))))[1::3] == ("same", "same")


def test_a_week_without_the_sign_has_no_intensity_and_is_in_no_range() -> None:
    cells = strain(strengths_table(series(*[(2, 4), (0, 0)] * 6, (2, 5))))
    assert cells == ("2 of 7", "2 more", "0 to 2", "2.5 of 3", "–", "2.0")
    assert strain(strengths_table(series((2, 4), (0, 0))))[3:5] == ("–", "–")


def test_what_is_told_of_few_people() -> None:
    table = strengths_table(series(*[(6, 12)] * 8, None, (6, 18)))
    assert strain(table) == ("6 of 7", "–", "", "3.0 of 3", "–", "")
    assert table.answer == "Too few people to say what is usual"
    assert strain(strengths_table(series((6, 12), None))) == (
        "under 5", "–", "", "under 5", "–", "",
    )  # fmt: skip


def test_too_few_weeks_to_say_what_is_usual() -> None:
    table = strengths_table(series((2, 4), (2, 6)))
    assert strain(table)[2::3] == ("", "")
    assert table.answer == "There are too few weeks yet to say what is usual"


@pytest.mark.parametrize(
    ("waits", "still"),
    [
        ([[1, True], [2, True], [3, True], [4, True], [5, True]],
         ["4 of 5", "3 of 5", "2 of 5", "1 of 5", "0 of 5"]),
        ([[2, True], [2, False], [3, True], [5, False], [6, True]],
         ["4 of 5", "about 3 of 5", "0 of 5"]),
    ],
)  # fmt: skip
def test_who_is_still_waiting_is_so_many_of_so_many(waits: Any, still: list[str]) -> None:
    table = waits_table(waiting(waits))
    moved = [row.cells for row in table.rows if row.cells[1] != "0"]
    assert [cells[2] for cells in moved] == still
    for cells in moved:
        low, high = map(int, cells[3].split(" to "))
        assert 0 <= low <= high <= 5
    assert "%" not in str(table.rows)


def test_an_estimate_below_one_is_not_none() -> None:
    step = Step(sessions=9, at_risk=2, moved=1, still=0.05, low=0.0, high=0.21)
    row = waits_table(Waiting(waits=((9, True),) * 5, steps=(step,), median=9)).rows[0]
    assert row.cells == ("2", "1", "fewer than 1 of 5", "0 to 2")
