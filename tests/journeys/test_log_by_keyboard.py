"""The twenty-second log: a session by keyboard alone, from the case page and back."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from people.models import Client, User
from sessions_app.models import TherapySession

SignIn = Callable[[User], Page]


def test_a_session_by_keyboard_alone(
    sign_in: SignIn, server: str, thea: User, stuck_heron: Client
) -> None:
    page = sign_in(thea)
    page.goto(f"{server}/clients/{stuck_heron.pk}/")
    page.get_by_role("link", name="Log session").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Log session")).to_be_visible()
    page.wait_for_load_state()  # seen is not yet listening
    page.keyboard.press("1")
    page.keyboard.press("5")
    expect(page.get_by_role("checkbox", name="Resistance", exact=False)).to_be_checked()
    expect(page.get_by_role("checkbox", name="Changes in the therapeutic")).to_be_checked()
    page.keyboard.press("1")
    expect(page.get_by_role("checkbox", name="Resistance", exact=False)).not_to_be_checked()
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", name="What the pattern suggests")).to_be_visible()
    newest = TherapySession.objects.newest_first().first()
    assert newest is not None
    assert newest.number == 5
    assert [tag.code for tag in newest.tags.all()] == ["M5"]


def test_digits_typed_into_a_note_mark_nothing(
    sign_in: SignIn, server: str, thea: User, heron: Client
) -> None:
    page = sign_in(thea)
    page.goto(f"{server}/clients/{heron.pk}/sessions/new/")
    page.get_by_label("Note", exact=True).fill("")
    page.get_by_label("Note", exact=True).press_sequentially("12345")
    expect(page.get_by_role("checkbox", name="Resistance", exact=False)).not_to_be_checked()


def test_escape_twice_covers_the_screen(
    sign_in: SignIn, server: str, thea: User, heron: Client
) -> None:
    page = sign_in(thea)
    page.goto(f"{server}/clients/{heron.pk}/")
    title = page.title()
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(page.locator("dialog.cover")).to_be_visible()
    assert "Heron" not in page.title()
    page.wait_for_timeout(700)  # a third Escape in a hurry belongs to the first two
    page.keyboard.press("Escape")
    expect(page.locator("dialog.cover")).to_be_hidden()
    expect(page).to_have_title(title)  # given back a moment after the cover is gone
