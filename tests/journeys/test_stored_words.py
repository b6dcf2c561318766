"""A real browser on every page, as everybody, with scripts stored in every text: none runs."""

from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Page

from tests.house.matrix import expected
from tests.house.test_stored_words import build_with_words
from tests.house.tree import patterns

FILES = ("export", "download")
LEAVES = ("sessions:case_suggestions", "account_logout")


@pytest.mark.prove
@pytest.mark.timeout(900)
@pytest.mark.parametrize("who", ["therapist", "supervisor", "administrator"])
def test_no_stored_word_runs_in_a_browser(
    page: Page, server: str, violations: list[str], who: str
) -> None:
    """The fixture `page` fails on a breach of the content policy; alerts are counted here."""
    world = build_with_words()
    said: list[Any] = []
    page.on("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))
    page.context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": world.cookies[who], "url": server}]
    )
    opened = 0
    for name in sorted(patterns()):
        if expected(name, who, "get") != 200 or name.endswith(FILES) or name in LEAVES:
            continue
        answer = page.goto(f"{server}{world.address(name)}", wait_until="load")
        assert answer is not None
        assert answer.status == 200, name
        opened += 1
        assert (name, said, violations) == (name, [], [])
        assert page.evaluate("document.querySelectorAll('img[src=x]').length") == 0, name
    assert opened > 20, "pages were really opened"
