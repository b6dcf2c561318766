"""What is written and read leaves nothing in the browser's storage, history and addresses."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from people.models import Client, User
from tests.audit.acts import CANARY

SignIn = Callable[[User], Page]
STORED = """async () => JSON.stringify([
  {...localStorage}, {...sessionStorage}, history.state, document.cookie, window.name,
  await indexedDB.databases(), await caches.keys(),
  (await navigator.serviceWorker.getRegistrations()).length,
])"""


def test_a_session_is_logged_and_read_and_leaves_no_word(
    sign_in: SignIn, server: str, thea: User, stuck_heron: Client
) -> None:
    page = sign_in(thea)
    asked: list[str] = []
    page.context.on("request", lambda request: asked.append(request.url))
    kept: list[str] = []

    def go(path: str) -> None:
        page.goto(f"{server}{path}")
        kept.append(page.evaluate(STORED))

    go(f"/clients/{stuck_heron.pk}/sessions/new/")
    page.get_by_label("Note", exact=True).fill(CANARY)
    page.keyboard.press("Tab")
    expect(page.locator(".autosave[data-state=saved]")).to_be_visible()
    kept.append(page.evaluate(STORED))
    page.get_by_role("button", name="Save session").click()
    expect(page.get_by_role("heading", name="What the pattern suggests")).to_be_visible()
    session = stuck_heron.therapy_sessions.newest_first()[0]
    for path in (
        f"/sessions/{session.pk}/",
        f"/sessions/{session.pk}/edit/",
        "/today/",
        "/clients/",
    ):
        go(path)
    go(f"/sessions/{session.pk}/")
    expect(page.get_by_text(CANARY)).to_be_visible()
    assert not any(word in text for text in kept for word in (CANARY, "Heron", thea.email))
    assert all(text.endswith(",[],[],0]") for text in kept), "no database, no cache, no worker"
    assert not any(CANARY in url or "Heron" in url for url in asked)
    page.goto(f"{server}/accounts/logout/")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_label("Password")).to_be_visible()
    page.go_back()
    page.go_back()
    assert CANARY not in page.content()
    page.evaluate("word => localStorage.setItem('planted', word)", CANARY)
    assert CANARY in page.evaluate(STORED), "the search can find"
