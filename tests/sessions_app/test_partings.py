"""Where the records part: a calm log and a fallen score, and the other way round."""

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from people.models import Client
from sessions_app.entries import ScoreEntry
from tests.conftest import log


def a10(total: int, name: str = "A10") -> dict[str, Any]:
    return {"scores": (ScoreEntry(instrument=name, total=Decimal(total)),)}


def page(browser: Browser, heron: Client) -> str:
    return browser.get(reverse("sessions:case", args=[heron.pk])).content.decode()


def usual(heron: Client, *totals: int) -> None:
    for number, total in enumerate(totals):
        log(heron, days=90 - 7 * number, **a10(total))


def test_a_calm_session_and_a_fallen_score(hers: Browser, heron: Client) -> None:
    usual(heron, 8, 9, 8, 7, 8)
    log(heron, days=7, **a10(5))
    body = page(hers, heron)
    assert "You logged session 6 without strain." in body
    assert "was 5, below the usual 7 to 9." in body
    assert "mean 8.0 and standard deviation 0.7 of 5 earlier scores" in body


def test_strain_and_a_score_as_good_as_ever(hers: Browser, heron: Client) -> None:
    usual(heron, 8, 9, 8, 7, 8)
    log(heron, "M5a", days=7, **a10(9))
    assert "You logged strain in session 6." in page(hers, heron)


@pytest.mark.parametrize(("tags", "total"), [((), 8), (("M5a",), 5)])
def test_where_both_say_the_same_nothing_is_said(
    hers: Browser, heron: Client, tags: tuple[str, ...], total: int
) -> None:
    usual(heron, 8, 9, 8, 7, 8)
    log(heron, *tags, days=7, **a10(total))
    assert "Where the records part" not in page(hers, heron)


def test_too_few_scores_or_an_old_one_say_nothing(hers: Browser, heron: Client) -> None:
    usual(heron, 8, 9, 8)
    log(heron, days=40, **a10(2))
    assert "Where the records part" not in page(hers, heron)
    log(heron, days=39, **a10(1))
    for days in (28, 21, 14, 7):
        log(heron, days=days)
    assert "Where the records part" not in page(hers, heron)


def test_signs_of_being_stuck_and_an_outcome_that_is_better(hers: Browser, heron: Client) -> None:
    log(heron, days=35, **a10(20, "PHQ-9"))
    for days in (28, 21, 14):
        log(heron, "M3b", days=days)
    log(heron, days=7, **a10(9, "PHQ-9"))
    body = page(hers, heron)
    assert "You marked signs in 3 of the last 4 held sessions." in body
    assert "PHQ-9 is 11 points better than at first" in body


def test_a_supervisor_is_not_told_of_it(heron: Client, client_for: Any, sunil: Any) -> None:
    usual(heron, 8, 9, 8, 7, 8)
    log(heron, days=7, **a10(5))
    assert "Where the records part" not in page(client_for(sunil), heron)
