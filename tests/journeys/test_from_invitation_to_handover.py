"""From an invitation over the first logged session to handing the case over."""

import re
from collections.abc import Callable

import pytest
from django.core import mail
from playwright.sync_api import Browser, Page, expect

from people import walls
from people.models import Client, User
from tests.conftest import PASSWORD
from tests.people.letters import link_to
from tests.people.test_second_factor import code_for

SignIn = Callable[[User], Page]
NORA = "nora@clinic.example"
PHRASE = "seven quiet herons wading"


@pytest.mark.timeout(180)
def test_nora_comes_logs_and_hands_over(
    sign_in: SignIn, browser: Browser, server: str, ada: User, tom: User
) -> None:
    office = sign_in(ada)
    office.get_by_role("link", name="Invite someone").click()
    office.get_by_label("Email").fill(NORA)
    office.get_by_label("Name").fill("Nora")
    office.get_by_label("Supervisor: reads").check()
    office.get_by_label("In training").check()
    office.get_by_label("Your password").fill(PASSWORD)
    office.get_by_role("button", name="Send the invitation").click()
    expect(office.get_by_text(f"An invitation is on its way to {NORA}.")).to_be_visible()

    # Nora follows the link: a name, a password, a second factor, which her roles ask for.
    nora = browser.new_context().new_page()
    nora.set_default_timeout(10_000)
    nora.goto(server + link_to(NORA))
    nora.get_by_label("Your name").fill("Nora Berg")
    nora.get_by_label("New password").or_(nora.get_by_label("Choose a password")).fill(PHRASE)
    nora.get_by_role("button", name="Make my account").click()
    expect(nora.get_by_role("heading", name="Second factor")).to_be_visible()
    nora.get_by_role("link", name="Set up an app").click()
    secret = nora.locator(".key-text").inner_text()
    nora.get_by_label("Type the six digits").fill(code_for(secret))
    nora.get_by_role("button", name="Set up").click()
    expect(nora.locator(".codes li")).to_have_count(10)
    nora.get_by_role("link", name="I have kept them: go on").click()

    # Her first client and session.
    nora.get_by_role("link", name=re.compile("Create the first|New client")).first.click()
    nora.get_by_label("Code name").fill("Kestrel")
    nora.get_by_role("button", name="Create client").click()
    nora.get_by_role("link", name="Log session").first.click()
    nora.get_by_label("Note", exact=True).fill("A first meeting.")
    nora.get_by_role("button", name="Save session").click()
    expect(nora.get_by_role("heading", name="What the pattern suggests")).to_be_visible()

    # The administrator hands the case over to Tom.
    office.goto(f"{server}/people/")
    office.get_by_role("link", name="Nora Berg").click()
    expect(office.get_by_text("Kestrel")).to_be_visible()
    office.get_by_role("link", name="Hand over cases").click()
    office.get_by_label("New therapist").select_option("Tom")
    office.get_by_label("Why?").fill("A change of team.")
    office.get_by_role("button", name="Hand over").click()
    expect(office.get_by_text("1 case handed over to Tom.")).to_be_visible()

    # Both know; Tom reads the packet, Nora no longer finds the case.
    nora.goto(f"{server}/today/")
    expect(nora.get_by_text("1 case of yours handed over to Tom.")).to_be_visible()
    his = sign_in(tom)
    expect(his.get_by_text("1 case of Nora Berg handed over to you.")).to_be_visible()
    his.get_by_role("link", name="Read it").click()
    expect(his.get_by_role("heading", name="Hand-over packet of Kestrel")).to_be_visible()
    expect(his.get_by_text("Nora Berg handed it over to Tom")).to_be_visible()
    with walls.inside(tom.organisation_id):
        case = Client.objects.get(code_name="Kestrel")
    assert nora.goto(f"{server}/clients/{case.pk}/").status == 404  # type: ignore[union-attr]
    nora.context.close()
    assert len(mail.outbox) >= 2
