"""Two tabs change one session: the later one sees both texts, and loses neither."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from people.models import Client, User
from sessions_app.models import TherapySession
from tests.conftest import log

SignIn = Callable[[User], Page]


def test_a_stale_edit_shows_both_and_keeps_mine(
    sign_in: SignIn, server: str, thea: User, heron: Client
) -> None:
    session = log(heron, note="As first written.")
    page = sign_in(thea)
    page.goto(f"{server}/sessions/{session.pk}/edit/")
    other = page.context.new_page()
    other.goto(f"{server}/sessions/{session.pk}/edit/")
    other.get_by_label("Note", exact=True).fill("Said in the other tab.")
    other.get_by_role("button", name="Save session").click()
    expect(other.get_by_role("heading", name="What the pattern suggests")).to_be_visible()
    page.get_by_label("Note", exact=True).fill("Said in this tab.")
    page.get_by_role("button", name="Save session").click()
    both = page.locator(".both").first
    expect(both).to_contain_text("Said in this tab.")
    expect(both).to_contain_text("Said in the other tab.")
    page.get_by_role("button", name="Keep mine").first.click()
    expect(page.get_by_role("heading", name="What the pattern suggests")).to_be_visible()
    session.refresh_from_db()
    assert session.note == "Said in this tab."
    assert TherapySession.objects.get().revisions.count() == 2
