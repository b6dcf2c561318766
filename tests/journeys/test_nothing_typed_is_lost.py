"""What is typed survives a closed tab, a sign-out elsewhere, another device, a lost connection."""

from collections.abc import Callable

from playwright.sync_api import Browser, Page, expect

from impasses.models import Episode
from people import walls
from people.models import Client, User
from sessions_app.models import SessionDraft, TherapySession
from tests.conftest import PASSWORD

SignIn = Callable[[User], Page]
WORDS = "She laughed, and then she did not."
STORED = "() => JSON.stringify([localStorage, sessionStorage, history.state, document.cookie])"


def write(page: Page, words: str = WORDS) -> None:
    page.get_by_label("Note", exact=True).press_sequentially(words)


def saved(page: Page) -> None:
    expect(page.locator(".autosave[data-state=saved]")).to_be_visible()


def test_a_closed_tab_leads_back_to_the_draft(
    sign_in: SignIn, server: str, thea: User, heron: Client
) -> None:
    page = sign_in(thea)
    page.goto(f"{server}/clients/{heron.pk}/sessions/new/")
    write(page)
    page.keyboard.press("Tab")
    saved(page)
    stored = page.evaluate(STORED)
    assert not any(word in stored for word in ("laughed", "Heron", thea.email))
    page.goto(f"{server}/today/")
    page.get_by_role("link", name="Finish the draft").click()
    expect(page.get_by_label("Note", exact=True)).to_have_value(WORDS)
    page.get_by_role("button", name="Save session").click()
    expect(page.get_by_role("heading", name="What the pattern suggests")).to_be_visible()
    assert TherapySession.objects.get().note == WORDS
    assert not SessionDraft.objects.exists()


def test_signing_in_again_happens_inside_the_page(
    sign_in: SignIn, server: str, thea: User, heron: Client
) -> None:
    page = sign_in(thea)
    page.goto(f"{server}/clients/{heron.pk}/sessions/new/")
    page.context.clear_cookies(name="impasse_session")
    write(page)
    again = page.get_by_role("dialog")
    again.get_by_label("Password").fill(PASSWORD)
    again.get_by_role("button", name="Sign in").click()
    saved(page)
    expect(page.get_by_label("Note", exact=True)).to_have_value(WORDS)
    page.get_by_role("button", name="Save session").click()
    expect(page.get_by_role("heading", name="What the pattern suggests")).to_be_visible()
    assert TherapySession.objects.get().note == WORDS


def test_saving_while_signed_out_asks_first(
    sign_in: SignIn, server: str, thea: User, heron: Client
) -> None:
    page = sign_in(thea)
    page.goto(f"{server}/clients/{heron.pk}/sessions/new/")
    write(page)
    saved(page)
    page.context.clear_cookies(name="impasse_session")
    page.get_by_role("button", name="Save session").click()
    again = page.get_by_role("dialog")
    again.get_by_label("Password").fill(PASSWORD)
    again.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="What the pattern suggests")).to_be_visible()
    assert TherapySession.objects.get().note == WORDS


def test_another_person_signing_in_there_never_sees_it(
    sign_in: SignIn, server: str, thea: User, tom: User, heron: Client
) -> None:
    page = sign_in(thea)
    page.goto(f"{server}/clients/{heron.pk}/sessions/new/")
    other = page.context.new_page()
    other.goto(f"{server}/today/")
    page.context.clear_cookies(name="impasse_session")
    other.goto(f"{server}/accounts/login/")
    other.get_by_label("Email").fill(tom.email)
    other.get_by_label("Password").fill(PASSWORD)
    other.get_by_role("button", name="Sign in").click()
    expect(other).to_have_url(f"{server}/today/")
    write(page, "x")
    expect(page).to_have_url(f"{server}/today/")
    assert not SessionDraft.objects.filter(author=tom).exists()


def test_a_lost_connection_is_said_and_tried_again(
    sign_in: SignIn, server: str, thea: User, heron: Client
) -> None:
    page = sign_in(thea)
    page.goto(f"{server}/clients/{heron.pk}/sessions/new/")
    page.context.set_offline(True)
    write(page)
    expect(page.locator(".autosave[data-state=offline]")).to_be_visible()
    page.context.set_offline(False)
    saved(page)
    assert WORDS in SessionDraft.objects.get().body


def test_a_second_device_goes_on_with_the_draft_and_both_save_one_session(
    sign_in: SignIn, browser: Browser, server: str, thea: User, heron: Client
) -> None:
    page = sign_in(thea)
    page.goto(f"{server}/clients/{heron.pk}/sessions/new/")
    write(page)
    saved(page)
    state = page.context.storage_state()
    second = browser.new_context(storage_state=state)
    phone = second.new_page()
    phone.goto(f"{server}/clients/{heron.pk}/sessions/new/")
    expect(phone.get_by_label("Note", exact=True)).to_have_value(WORDS)
    phone.get_by_role("button", name="Save session").click()
    expect(phone.get_by_role("heading", name="What the pattern suggests")).to_be_visible()
    page.get_by_role("button", name="Save session").click()
    expect(page.get_by_role("heading", name="What the pattern suggests")).to_be_visible()
    assert TherapySession.objects.count() == 1
    second.close()


def test_any_form_asks_to_sign_in_again_and_keeps_what_was_typed(
    sign_in: SignIn, server: str, thea: User, heron: Client
) -> None:
    page = sign_in(thea)
    page.clock.install()
    page.goto(f"{server}/clients/{heron.pk}/impasse/")
    page.get_by_label("What is stuck, in your words").fill(WORDS)
    page.context.clear_cookies(name="impasse_session")
    page.clock.fast_forward("05:00")
    page.get_by_role("button", name="Name this impasse").click()
    again = page.get_by_role("dialog")
    again.get_by_role("button", name="Not now").click()
    expect(page.get_by_label("What is stuck, in your words")).to_have_value(WORDS)
    page.get_by_role("button", name="Name this impasse").click()
    again.get_by_label("Password").fill(PASSWORD)
    again.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text(WORDS)).to_be_visible()
    with walls.inside(thea.organisation_id):
        assert Episode.objects.get().words == WORDS
