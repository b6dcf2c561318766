"""From an empty caseload to an explained suggestion, by the names people see."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from people.models import User
from tests.conftest import ago

SignIn = Callable[[User], Page]
SIGNS = [
    "Resistance",
    "Avoidance of difficult topics",
    "Repetitive patterns",
    "Lack of motivation",
    "Changes in the therapeutic relationship",
]


def log_one(page: Page, days: int) -> None:
    page.get_by_role("link", name="Log session").click()
    page.locator("input[type=datetime-local]").fill(f"{ago(days):%Y-%m-%dT%H:%M}")
    for sign in SIGNS:
        expect(page.get_by_role("checkbox", name=sign, exact=False).first).to_be_visible()
    page.get_by_role("checkbox", name=SIGNS[4]).check()
    page.get_by_role("button", name="Save session").click()
    expect(page.get_by_role("heading", name="What the pattern suggests")).to_be_visible()


def test_a_new_client_three_sessions_and_a_reason(sign_in: SignIn, server: str, tom: User) -> None:
    page = sign_in(tom)
    page.goto(f"{server}/clients/new/")
    page.get_by_label("Code name").fill("Kestrel")
    page.get_by_role("button", name="Create client").click()
    expect(page.get_by_role("heading", name="Kestrel", level=1)).to_be_visible()
    for days in (21, 14, 7):
        log_one(page, days)
    suggestion = page.get_by_role("article").first
    suggestion.get_by_text("Why am I seeing this?").click()
    expect(suggestion).to_contain_text("R1")
    expect(suggestion).to_contain_text("3 of 3")
    suggestion.get_by_role("link", name="Plan it").click()
    page.get_by_role("button", name="Plan it").click()
    expect(page.get_by_role("heading", name="Plan", exact=True)).to_be_visible()
    page.get_by_role("link", name="Log session").click()
    expect(page.get_by_text("Did it help?").first).to_be_visible()
