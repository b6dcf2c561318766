"""Scripts, formulas and letters that cannot be seen, stored in every text there is: harmless.

The words are stored as they are, past the forms that would clean them, and looked for everywhere.
"""

import csv
import io
import json
from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import pytest
from django.core import mail
from django.db import connection

from people.profile_actions import change_profile
from people.walls import inside
from tests.conftest import empty_tables
from tests.house import world as house
from tests.house.posted import posted
from tests.house.tree import patterns
from tests.house.world import World

NAME = "=\"'><img src=x onerror=alert(1)>"
WORDS = "</textarea></script><script>alert(2)</script>\u202e{{7*7}}\x1b[31m' OR 1=1--"
RAW = ("<img src=x", "<script>alert(2)", "</textarea></script>")
PEOPLE = ("therapist", "colleague", "supervisor", "administrator", "elsewhere")


def build_with_words() -> World:
    """The world of the access table, its code name, texts and people's names replaced."""
    texts = {name: f"{name} {WORDS}" for name in ("SHARED", "NOTE", "OWN", "PRIVATE")}
    with patch.multiple(house, CODE_NAME=NAME, **texts):
        made = house.build()
    for user in made.users.values():
        with inside(user.organisation_id):
            change_profile(by=user, name=f"{NAME} {user.name}")
    return made


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    with django_db_blocker.unblock():
        made = build_with_words()
        connection.close()
    yield made
    with django_db_blocker.unblock():
        connection.close()
        empty_tables()


@pytest.mark.django_db
@pytest.mark.prove
@pytest.mark.parametrize("name", sorted(patterns()))
def test_stored_words_are_only_ever_words(world: World, name: str) -> None:
    for who in PEOPLE:
        browser, address = world.browser(who), world.address(name)
        answers = [browser.get(address)]
        if who in ("therapist", "administrator"):
            answers.append(browser.post(address, posted(name, world)))
        for answer in answers:
            check(answer, who)
    for letter in mail.outbox:
        assert not any("\n" in str(value) for _, value in letter.message().items())
        for content, _ in getattr(letter, "alternatives", ()):
            assert not any(raw in content for raw in RAW)


def check(answer: Any, who: str) -> None:
    """No stored word is anything else than a word in what came back."""
    text, kind = answer.content.decode(), answer.get("Content-Type", "")
    assert "\r" not in answer.get("Location", "")
    assert "onerror" not in str(answer.headers)
    if kind.startswith("text/csv"):
        cells = [cell for row in csv.reader(io.StringIO(text.lstrip("\ufeff"))) for cell in row]
        assert not [cell for cell in cells if cell.startswith(("=", "+", "@", "\t"))], who
    elif kind.startswith("application/json"):
        json.loads(text)
    elif kind.startswith("text/html"):
        assert not [raw for raw in RAW if raw in text], who
        assert "{{7*7}}" in text or "49' OR" not in text


@pytest.mark.django_db
def test_the_words_were_really_there(world: World) -> None:
    """Otherwise their absence would prove nothing."""
    for who, name, words in (
        ("therapist", "sessions:case", "&lt;img src=x onerror=alert(1)&gt;"),
        ("therapist", "sessions:session_edit", "&lt;/script&gt;&lt;script&gt;alert(2)"),
        ("therapist", "supervision:meeting_print", "&lt;script&gt;alert(2)"),
        ("supervisor", "sessions:session_read", "&lt;script&gt;alert(2)"),
        ("administrator", "people:audit_list", "&lt;img src=x onerror=alert(1)&gt;"),
        ("administrator", "people:person_list", "&lt;img src=x onerror=alert(1)&gt;"),
    ):
        answer = world.browser(who).get(world.address(name))
        assert words in answer.content.decode(), name
    table = world.browser("administrator").post("/audit/export/").content.decode()
    assert '"\'=""\'><img' in table
