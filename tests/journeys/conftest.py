"""A real browser on the system's Chromium, under the strict content policy."""

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.signals import request_finished, request_started
from playwright.sync_api import Page, expect

from people.models import User
from tests.conftest import PASSWORD

BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser")  # the lightest first
CHROMIUM = next(filter(None, map(shutil.which, BROWSERS)), "")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
AXE = Path(__file__).resolve().parents[2] / ".local" / "axe.min.js"
HERE = Path(__file__).parent
expect.set_options(timeout=10_000)  # a busy machine is slow, not wrong


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the journeys; without a browser they are skipped, and in CI they fail."""
    missing = not CHROMIUM and not os.environ.get("CI")
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.journey)
            if missing:
                item.add_marker(pytest.mark.skip(reason="no Chromium on this machine"))


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    assert CHROMIUM, "Chromium is missing: apt-get install chromium"
    return {"executable_path": CHROMIUM, "args": FLAGS, "headless": True}


@pytest.fixture
def server(live_server: Any, transactional_db: None) -> str:
    """The address of the running pages; the data are really committed."""
    return str(live_server.url)


@pytest.fixture
def violations() -> list[str]:
    """What the content policy refused, and what the page's scripts threw."""
    return []


@pytest.fixture
def page(server: str, page: Page, violations: list[str]) -> Iterator[Page]:
    """A page that reports every breach of the content policy; any breach fails the test.

    It ends before the tables are emptied, and no draft is still on its way to them.
    """
    under_way: set[int] = set()

    def begun(**kwargs: Any) -> None:
        under_way.add(threading.get_ident())

    def ended(**kwargs: Any) -> None:
        under_way.discard(threading.get_ident())

    request_started.connect(begun)
    request_finished.connect(ended)

    def note(message: Any) -> None:
        if message.type == "error" and "Content Security Policy" in message.text:
            violations.append(message.text)

    page.on("console", note)
    page.on("pageerror", lambda error: violations.append(str(error)))
    page.set_default_timeout(10_000)
    page.set_default_navigation_timeout(30_000)
    yield page
    page.context.set_offline(True)
    while under_way:
        page.wait_for_timeout(20)
    request_started.disconnect(begun)
    request_finished.disconnect(ended)
    assert violations == []


@pytest.fixture
def sign_in(page: Page, server: str) -> Callable[[User], Page]:
    """Sign a person in through the sign-in page, whoever was there before."""

    def go(user: User) -> Page:
        page.goto("about:blank")  # a page that finds itself signed out would go somewhere, too
        page.context.clear_cookies()
        page.goto(f"{server}/accounts/login/")
        page.get_by_label("Email").fill(user.email)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        expect(page).not_to_have_url(f"{server}/accounts/login/")
        return page

    return go
