"""Six sessions, a week apart, from the first sign to a resolved impasse: each of the four types."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from impasses.models import Episode, Trial
from people import walls
from people.models import Client, User

SignIn = Callable[[User], Page]
START = dt.datetime(2027, 3, 1, 16, 0, tzinfo=dt.UTC)
FEATURES = {
    "cognitive": ("Y2", "feature-Y2a"),
    "emotional": ("Y3", "feature-Y3c"),
    "behavioural": ("Y4", "feature-Y4b"),
}


def mark(page: Page, kind: str) -> None:
    """Tick what speaks of this kind of impasse."""
    if kind == "relational":
        page.get_by_role("checkbox", name="Changes in the therapeutic relationship").check()
        return
    page.get_by_text("What kind of stuck?").click()
    page.locator(f"#{FEATURES[kind][1]}").check()


def log(page: Page, address: str, kind: str = "", *, answer: str = "", moved: bool = False) -> None:
    """One session: its signs, what each step in play brought, whether something moved."""
    page.goto(address)
    page.get_by_role("link", name="Log session").click()
    page.wait_for_load_state()
    if kind:
        mark(page, kind)
    if answer:
        groups = page.get_by_role("group").filter(has_text="Did it help?")
        expect(groups).to_have_count(2)
        for number in range(2):
            groups.nth(number).get_by_text(answer, exact=True).click()
            expect(groups.nth(number).get_by_label(answer)).to_be_checked()
    repair = page.get_by_role("radiogroup", name="And now it is")
    if repair.count():
        repair.get_by_text("repaired", exact=True).click()
    if moved:
        page.get_by_text("Something moved", exact=True).click()
    page.get_by_role("button", name="Save session").click()
    expect(page.get_by_role("heading", name="What the pattern suggests")).to_be_visible()


@pytest.mark.timeout(180)
@pytest.mark.parametrize(
    "kind", ["relational", *(pytest.param(kind, marks=pytest.mark.prove) for kind in FEATURES)]
)
def test_from_the_first_sign_to_a_resolved_impasse(
    sign_in: SignIn,
    server: str,
    page: Page,
    thea: User,
    heron: Client,
    time_machine: Any,
    kind: str,
) -> None:
    address = f"{server}/clients/{heron.pk}/"

    def next_week(number: int) -> None:
        time_machine.move_to(START + dt.timedelta(weeks=number))
        sign_in(thea)

    for week in range(3):
        next_week(week)
        log(page, address, kind)
    page.get_by_role("link", name="Plan it").first.click()
    page.get_by_role("button", name="Plan it").click()
    page.get_by_role("button", name="Name this impasse").click()
    expect(page.get_by_role("listitem").filter(has_text="Named").first).to_be_visible()

    next_week(3)
    log(page, address, answer="Partly")
    page.get_by_role("button", name="Begin working on it").click()
    next_week(4)
    log(page, address, answer="Helped", moved=True)
    page.get_by_role("button", name="Mark as loosening").click()
    expect(page.get_by_text("The impasse is loosening now.")).to_be_visible()
    next_week(5)
    log(page, address, answer="Helped")
    page.get_by_role("button", name="Resolve").click()
    page.get_by_label("Stronger alliance").check()
    page.get_by_label("About working together?").fill("That we may stop and say so.")
    page.get_by_role("button", name="Close the impasse").click()
    expect(page.get_by_role("heading", name="What we tried")).to_be_visible()
    page.get_by_role("region", name="Impasse").get_by_role("link", name="Resolved").click()
    expect(page.get_by_text("That we may stop and say so.")).to_be_visible()

    with walls.inside(thea.organisation_id):
        row = Episode.objects.get()
        assert [move.after for move in row.moves.order_by("at")] == [
            "named", "worked", "loosening", "resolved",
        ]  # fmt: skip
        assert row.growth == ["G4"]
        assert Trial.objects.filter(outcome="helped").count() == 4
