"""At most so many new prompts a week reach a therapist; none is lost, and safety never waits."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client as Browser

from impasses.actions import announce_prompts, dismiss_suggestion
from impasses.models import Suggestion
from people.actions import change_settings, create_client
from people.models import Client, User
from sessions_app.entries import TagEntry
from sessions_app.tasks import announce_waiting
from tests.conftest import TODAY, log

SignIn = Callable[[User], Browser]
pytestmark = pytest.mark.usefixtures("inside")


def budget(ada: User, number: int) -> None:
    change_settings(by=ada, score_profile="NHS-TT", alert_budget=number)


def stuck(thea: User, name: str, *tags: Any) -> Client:
    """A case whose prompt is R1, or what these tags raise."""
    client = create_client(by=User.objects.get(pk=thea.pk), code_name=name)
    for days in (21, 14, 7):
        log(client, *(tags or ("M5b",)), days=days, assess=days == 7)
    return client


def announced() -> set[str]:
    rows = Suggestion.objects.live().filter(announced_on__isnull=False)
    return set(rows.values_list("client__code_name", flat=True))


def page(client_for: SignIn, thea: User, address: str = "/today/") -> str:
    return client_for(thea).get(address).content.decode()


def test_beyond_the_budget_they_are_held_back_and_counted(
    ada: User, thea: User, client_for: SignIn
) -> None:
    budget(ada, 2)
    for name in ("Asp", "Bee", "Cat", "Doe"):
        stuck(thea, name)
    assert announced() == {"Asp", "Bee"}
    body = page(client_for, thea)
    assert "Two more prompts wait" in body
    for name in ("Cat", "Doe"):
        assert f'Open<span class="visually-hidden"> {name}' not in body
    held = page(client_for, thea, "/clients/?show=held")
    assert "Cat" in held
    assert "Asp" not in held


def test_the_case_page_always_shows_its_findings(ada: User, thea: User, client_for: SignIn) -> None:
    budget(ada, 1)
    stuck(thea, "Asp")
    cat = stuck(thea, "Cat")
    assert announced() == {"Asp"}
    assert "Strain that repeats or runs high" in page(client_for, thea, f"/clients/{cat.pk}/")


def test_safety_is_never_held_back(ada: User, thea: User) -> None:
    budget(ada, 1)
    stuck(thea, "Asp")
    stuck(thea, "Bee", TagEntry(code="Y4a"))
    assert announced() == {"Asp", "Bee"}


def test_the_next_week_lets_the_most_pressing_through(ada: User, thea: User) -> None:
    budget(ada, 1)
    stuck(thea, "Asp")
    stuck(thea, "Late", "M2b")
    stuck(thea, "Urgent", "M5b")
    assert announced() == {"Asp"}
    announce_prompts(therapist=User.objects.get(pk=thea.pk), today=TODAY() + dt.timedelta(days=7))
    assert announced() == {"Asp", "Urgent"}


def test_a_larger_budget_lets_them_through_and_the_sweep_sees_to_it(ada: User, thea: User) -> None:
    budget(ada, 1)
    for name in ("Asp", "Bee", "Cat"):
        stuck(thea, name)
    announce_waiting()
    assert announced() == {"Asp"}
    budget(ada, 3)
    announce_waiting()
    announce_waiting()
    assert announced() == {"Asp", "Bee", "Cat"}


def test_more_evidence_for_the_same_prompt_is_no_new_prompt(ada: User, thea: User) -> None:
    budget(ada, 2)
    asp = stuck(thea, "Asp")
    for days in (3, 2, 1):
        log(asp, "M5b", days=days, assess=True)
    stuck(thea, "Bee")
    assert announced() == {"Asp", "Bee"}


def test_a_decided_prompt_still_counts_in_its_week(ada: User, thea: User) -> None:
    budget(ada, 1)
    asp = stuck(thea, "Asp")
    dismiss_suggestion(suggestion=asp.suggestions.live()[0], by=thea, reason="No.")
    stuck(thea, "Bee")
    assert "Bee" not in announced()


def test_each_therapist_has_a_budget_of_their_own(ada: User, thea: User, tom: User) -> None:
    budget(ada, 1)
    stuck(thea, "Asp")
    stuck(tom, "Bee")
    assert announced() == {"Asp", "Bee"}
