"""Second factors in a real browser: passkeys, and signing in again inside a page."""

from collections.abc import Callable

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from playwright.sync_api import Page, expect

from people import walls
from people.models import Client, User
from sessions_app.models import SessionDraft, TherapySession
from tests.conftest import PASSWORD
from tests.people.test_second_factor import code_for

SignIn = Callable[[User], Page]
WORDS = "She said nothing for a while, and then she laughed."
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture
def passkeys(page: Page) -> None:
    """A device with a fingerprint reader, as Chromium plays it."""
    tools = page.context.new_cdp_session(page)
    tools.send("WebAuthn.enable")
    tools.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )


def local(server: str) -> str:
    """The pages under the name passkeys accept."""
    return server.replace("127.0.0.1", "localhost")


def sign_in_at(page: Page, home: str, user: User) -> None:
    page.goto(f"{home}/accounts/login/")
    page.get_by_label("Email").fill(user.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


@pytest.mark.usefixtures("passkeys")
def test_a_passkey_is_added_and_then_signs_in_alone_and_as_second_factor(
    page: Page, server: str, thea: User
) -> None:
    home = local(server)
    sign_in_at(page, home, thea)
    page.get_by_role("link", name="Thea").first.click()
    page.get_by_role("link", name="Set up at your second factor").click()
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    page.get_by_label("Name").fill("Laptop")
    page.get_by_role("button", name="Add the passkey").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    page.get_by_role("link", name="I have kept them: go on").click()
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("button", name="Use a passkey").click()
    expect(page).to_have_url(f"{home}/today/")
    page.get_by_role("button", name="Sign out").click()
    sign_in_at(page, home, thea)
    expect(page.get_by_role("heading", name="Is it you?")).to_be_visible()
    page.get_by_role("button", name="Use a passkey").click()
    expect(page).to_have_url(f"{home}/today/")


def test_signing_in_again_inside_the_page_asks_for_the_code(
    sign_in: SignIn, server: str, thea: User, heron: Client
) -> None:
    page = sign_in(thea)
    page.goto(f"{server}/clients/{heron.pk}/sessions/new/")
    with walls.inside(thea.organisation_id):
        TOTP.activate(thea, SECRET)
    page.context.clear_cookies(name="impasse_session")
    page.get_by_label("Note", exact=True).fill(WORDS)
    again = page.get_by_role("dialog")
    again.get_by_label("Password").fill(PASSWORD)
    again.get_by_role("button", name="Sign in").click()
    code = again.get_by_label("Code from your app")
    code.fill("000000")
    again.get_by_role("button", name="Sign in").click()
    expect(again.get_by_role("alert")).to_contain_text("That does not match")
    code.fill(code_for(SECRET))
    again.get_by_role("button", name="Sign in").click()
    expect(page.locator(".autosave[data-state=saved]")).to_be_visible()
    expect(page.get_by_label("Note", exact=True)).to_have_value(WORDS)
    assert WORDS in SessionDraft.objects.get().body
    page.get_by_role("button", name="Save session").click()
    expect(page.get_by_role("heading", name="What the pattern suggests")).to_be_visible()
    assert TherapySession.objects.get().note == WORDS


@pytest.mark.usefixtures("passkeys")
def test_signing_in_again_inside_the_page_with_a_passkey(
    page: Page, server: str, thea: User, heron: Client
) -> None:
    home = local(server)
    sign_in_at(page, home, thea)
    page.goto(f"{home}/accounts/factors/passkeys/new/")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("button", name="Add the passkey").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    page.goto(f"{home}/clients/{heron.pk}/sessions/new/")
    page.context.clear_cookies(name="impasse_session")
    page.get_by_label("Note", exact=True).fill(WORDS)
    again = page.get_by_role("dialog")
    again.get_by_label("Password").fill(PASSWORD)
    again.get_by_role("button", name="Sign in").click()
    again.get_by_role("button", name="Use a passkey").click()
    expect(page.locator(".autosave[data-state=saved]")).to_be_visible()
    assert WORDS in SessionDraft.objects.get().body
