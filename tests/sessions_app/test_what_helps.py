"""What helps here: Wilson's interval, what counts, and what is hidden."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client as Browser

from impasses.actions import plan_freely
from impasses.episode_actions import weigh_types
from people.actions import create_client
from people.models import User
from sessions_app import episode_actions as case
from sessions_app.what_helps import Share, what_helps
from tests.conftest import TODAY, log

SignIn = Callable[[User], Browser]
pytestmark = pytest.mark.usefixtures("inside")


@pytest.mark.parametrize(
    ("count", "out_of", "low", "high"),
    # 5 of 10: the interval that the field's own example prints; 0 and 10 of 10 by the formula.
    [(5, 10, 24, 76), (0, 10, 0, 28), (10, 10, 72, 100), (81, 263, 26, 37)],
)
def test_the_interval_is_wilsons(count: int, out_of: int, low: int, high: int) -> None:
    assert Share(count, out_of).interval == (low, high)
    assert f"{count} of {out_of}" in Share(count, out_of).in_words


def impasse(thea: User, name: str, *, eased: int | None, held: int = 5, **opened: Any) -> None:
    """One in which T3 and K2 were tried at once, and that loosened after some held sessions."""
    start = TODAY() - dt.timedelta(weeks=8)
    client = create_client(by=User.objects.get(pk=thea.pk), code_name=name, started_on=start)
    row = case.open_impasse(client=client, by=thea, today=start, stage="named", **opened)
    weigh_types(episode=row, by=thea, weights={"Y1": (2, "")})
    plan_freely(
        client=client, by=thea, today=start, therapist_strategy="T3", therapist_words="x",
        client_strategy="K2", client_words="y",
    )  # fmt: skip
    for number in range(1, held + 1):
        log(client, days=56 - 7 * number)
        if number == eased:
            day = start + dt.timedelta(weeks=number)
            case.move_impasse(episode=row, by=thea, to="loosening", today=day)


def shares(page: Any) -> dict[tuple[str, str], str]:
    return {
        (kind.type.id, each.strategy.id): each.share.in_words
        for kind in page
        for each in kind.strategies
    }


def test_it_counts_what_loosened_within_four_sessions(thea: User, tom: User) -> None:
    for number, eased in enumerate((1, 4, 5, None, 2)):
        impasse(thea, f"Reed {number}", eased=eased)
    found = shares(what_helps(thea, today=TODAY()).own)
    assert found[("Y1", "T3")].startswith("3 of 5")
    assert found[("Y1", "K2")].startswith("3 of 5")
    assert shares(what_helps(tom, today=TODAY()).own) == {}
    assert shares(what_helps(tom, today=TODAY()).everybody) == found


def test_below_five_nothing_is_shown_and_that_is_said(thea: User, client_for: SignIn) -> None:
    for number in range(4):
        impasse(thea, f"Reed {number}", eased=1)
    page = what_helps(thea, today=TODAY())
    assert shares(page.own) == {}
    assert page.own[0].hidden == 2
    body = client_for(thea).get("/helps/").content.decode()
    assert "2 strategies were tried fewer than 5 times" in body
    assert "Not proof of effect" in body


def test_one_too_new_to_tell_is_left_out(thea: User) -> None:
    for number in range(5):
        impasse(thea, f"Reed {number}", eased=1)
    impasse(thea, "New", eased=None, held=2)
    found = shares(what_helps(thea, today=TODAY()).own)
    assert found[("Y1", "T3")].startswith("5 of 5")


def test_the_number_of_queries_is_fixed(
    thea: User, client_for: SignIn, django_assert_max_num_queries: Any
) -> None:
    browser = client_for(thea)
    for number in range(7):
        impasse(thea, f"Reed {number}", eased=1)
    with django_assert_max_num_queries(18):
        browser.get("/helps/")
