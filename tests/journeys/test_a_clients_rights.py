"""A case opened in an emergency, its record, and its erasure from asking to the certificate."""

from collections.abc import Callable
from datetime import date

import pytest
from playwright.sync_api import Page, expect

from people import walls
from people.actions import end_client
from people.models import Client, User
from tests.conftest import PASSWORD, person
from tests.journeys.looks import look_at

SignIn = Callable[[User], Page]


@pytest.fixture
def ugo(thea: User) -> User:
    return person(thea.organisation, "Ugo", "supervisor")


@pytest.mark.timeout(300)
def test_from_an_emergency_to_a_certificate(
    sign_in: SignIn, page: Page, server: str, stuck_heron: Client, ugo: User, ada: User,
    violations: list[str],
) -> None:  # fmt: skip
    wrong = []
    case = f"{server}/clients/{stuck_heron.pk}/"

    def look(where: str) -> None:
        wrong.extend(look_at(page, where, violations))

    sign_in(ugo)
    look(f"{server}/emergency/")
    page.get_by_role("link", name="Thea").click()
    look(page.url)
    page.get_by_label("Somebody may be in danger").check()
    page.get_by_label("What happened").fill("Her sister rang: nobody has seen her since Monday.")
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Show the cases").click()
    page.get_by_label("Heron").check()
    page.get_by_role("button", name="Open for three hours").click()
    expect(page.get_by_text("is open to you until")).to_be_visible()
    look(case)

    sign_in(stuck_heron.therapist)
    look(f"{case}readings/")
    expect(page.get_by_text("Her sister rang")).to_be_visible()
    look(f"{case}record/")
    page.get_by_label("Why?").fill("She asked for a copy.")
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Make the record").click()
    expect(page.get_by_role("heading", name="Record of Heron")).to_be_visible()
    expect(page.get_by_text("A note of 7 days ago.")).to_be_visible()
    with walls.inside(ada.organisation_id):
        heron = Client.objects.get(pk=stuck_heron.pk)
        end_client(client=heron, by=heron.therapist, reason="moved", on=date.today())  # noqa: DTZ011
    look(f"{case}erase/")
    page.get_by_label("Why?").fill("She asked for it.")
    page.get_by_role("button", name="Ask for the erasure").click()
    expect(page.get_by_text("An administrator carries it out. Until")).to_be_visible()
    asked = page.url

    sign_in(ada)
    look(f"{server}/people/emergencies/")
    look(f"{server}/settings/retention/")
    look(asked)
    page.get_by_label("I know that nobody").check()
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Erase", exact=True).click()
    expect(page.get_by_role("heading", name="Certificate of an erasure")).to_be_visible()
    look(asked)
    look(f"{server}/settings/retention/")
    assert wrong == []
