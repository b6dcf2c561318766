"""A case on its way through supervision: asked, answered, agreed, logged, and back again."""

import datetime as dt
import re
from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from people import actions as people
from people import walls
from people.models import User
from tests.conftest import PASSWORD, log

SignIn = Callable[[User], Page]
QUESTION = "What am I afraid to hear?"


def soon(days: int = 0) -> str:
    """A moment of today, or some days on, as the browser's picker gives it."""
    moment = timezone.localtime() + dt.timedelta(days=days)
    return f"{moment:%Y-%m-%dT%H:%M}"


@pytest.mark.timeout(180)
def test_thea_asks_sunil_answers_and_the_next_meeting_knows_what_came_of_it(
    sign_in: SignIn, browser: Browser, server: str, sunil: User, thea: User
) -> None:
    with walls.inside(thea.organisation_id):
        heron = people.create_client(
            by=thea, code_name="Heron", started_on=timezone.localdate() - dt.timedelta(days=90)
        )
        for days in (28, 21, 14):
            log(heron, "M5b", days=days, assess=True)

    # Thea puts one question about Heron on the next agenda.
    hers = sign_in(thea)
    hers.goto(f"{server}/clients/{heron.pk}/")
    expect(hers.get_by_label("What would help most")).to_be_visible()
    hers.get_by_label("Your question").fill(QUESTION)
    hers.get_by_label("What would help most").select_option(label="What I may not be seeing")
    hers.get_by_role("button", name="Bring to supervision").click()
    expect(hers.get_by_text("On the agenda with Sunil; no day is set yet.")).to_be_visible()
    expect(hers.get_by_role("button", name="Bring to supervision")).to_be_hidden()

    # Sunil finds the case, gives the meeting its day, answers, and they agree.
    his = browser.new_context().new_page()
    his.set_default_timeout(10_000)
    his.goto(f"{server}/accounts/login/")
    his.get_by_label("Email").fill(sunil.email)
    his.get_by_label("Password").fill(PASSWORD)
    his.get_by_role("button", name="Sign in").click()
    his.goto(f"{server}/supervision/")
    expect(his.get_by_role("heading", name="Needs a second look")).to_be_visible()
    expect(his.get_by_role("table", name=re.compile("Supervisees"))).to_be_visible()
    his.get_by_role("link", name=re.compile("^Plan one")).click()
    his.get_by_label("When").fill(soon())
    his.get_by_role("button", name="Plan the meeting").click()
    expect(his.get_by_text(QUESTION)).to_be_visible()
    his.get_by_label("Notes").fill("We slowed down.")
    his.get_by_label("Answer").fill("That she may leave. Say it first.")
    expect(his.get_by_text(re.compile(r"^Draft saved \d\d:\d\d"))).to_be_visible()

    # His tab closes before anything is saved; what he wrote waits in the meeting.
    written_at = his.url
    his.goto(f"{server}/supervision/")
    his.goto(written_at)
    expect(his.get_by_text("This is your draft from")).to_be_visible()
    expect(his.get_by_label("Notes")).to_have_value("We slowed down.")
    expect(his.get_by_label("Answer")).to_have_value("That she may leave. Say it first.")
    his.get_by_label("What will be tried").fill("I name the pause when it comes.")
    his.get_by_label("What will be tried").press("Enter")
    expect(his.get_by_text("about Heron is not agreed yet")).to_be_visible()
    expect(his.get_by_label("What will be tried")).to_have_value("I name the pause when it comes.")
    expect(his.get_by_role("heading", name="Agreed in this meeting")).to_be_hidden()
    his.get_by_role("button", name="Agree", exact=True).click()
    expect(his.get_by_role("heading", name="Agreed in this meeting")).to_be_visible()
    expect(his.get_by_label("Notes")).to_have_value("We slowed down.")
    expect(his.get_by_text("This is your draft from")).to_be_hidden()
    his.get_by_role("button", name="Close the meeting").click()
    expect(his.get_by_role("button", name="Open it again")).to_be_visible()

    # The next session log asks Thea about it.
    hers.goto(f"{server}/clients/{heron.pk}/sessions/new/")
    asked = hers.get_by_role("group", name=re.compile("I name the pause when it comes"))
    expect(asked).to_contain_text("agreed in supervision")
    asked.get_by_text("Partly", exact=True).click()
    hers.get_by_role("button", name="Save session").click()
    expect(hers.get_by_role("heading", name="What the pattern suggests")).to_be_visible()

    # The next meeting begins with what came of it.
    his.goto(f"{server}/supervision/meetings/new/")
    his.get_by_label("Thea").check()
    his.get_by_label("When").fill(soon(days=7))
    his.get_by_role("button", name="Plan the meeting").click()
    expect(his.get_by_role("heading", name="What came of what was agreed")).to_be_visible()
    expect(his.get_by_text("I name the pause when it comes.")).to_be_visible()
    expect(his.get_by_text(re.compile("^partly, "))).to_be_visible()
