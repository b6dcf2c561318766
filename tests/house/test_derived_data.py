"""What rests on a private item is its author's alone: others find what they would find without it.

Worlds are built through actions, each in a clinic of its own; their pages, exports, letters and
summaries are compared as everybody but the therapist finds them.
"""

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import pytest
from django.db import connection

from people import walls
from sessions_app.transfer_actions import transfer_cases
from tests.conftest import TODAY, empty_tables
from tests.house.derived_world import (
    ON_RECORD,
    OWN,
    SECRET,
    World,
    build,
    pages,
    settle,
    switch,
    told,
)

WORLDS: dict[str, Callable[[], World]] = {}


def a_world(made: Callable[[], World]) -> Callable[[], World]:
    """One of the worlds, by the name of its function."""
    WORLDS[made.__name__] = made
    return made


@a_world
def never_written() -> World:
    return build("never", None)


@a_world
def private() -> World:
    return build("private", "private")


@a_world
def shared() -> World:
    return build("shared", "shared")


@a_world
def taken_back() -> World:
    """Shared for a while, and taken back in the whole case, kind by kind."""
    world = build("back", "shared")
    settle(world)
    switch(world, "private", backwards=True)
    return world


@a_world
def taken_back_by_taps() -> World:
    """The same with one tap after the other, in another order."""
    world = build("taps", "shared")
    switch(world, "private", taps=True)
    return world


@a_world
def private_for_a_while() -> World:
    world = build("while", "shared")
    switch(world, "private")
    switch(world, "shared", backwards=True)
    return world


pytestmark = [pytest.mark.prove, pytest.mark.timeout(1800)]
Found = dict[str, Any]
Seen = Callable[[str], Found]


@pytest.fixture(scope="module")
def seen(django_db_setup: None, django_db_blocker: Any) -> Iterator[Seen]:
    """What everybody but Thea finds in a world; each is built once, when it is first asked for."""

    @cache
    def found(name: str) -> Found:
        with django_db_blocker.unblock():
            world = WORLDS[name]()
            settle(world)
            everything = {"told": told(world)}
            everything["Ada"] = list(pages(world, "Ada"))  # before others' readings are on record
            everything["Sunil"] = list(pages(world, "Sunil"))
            with walls.inside(world.clinic.pk):
                transfer_cases(clients=[world.heron], to=world.people["Tom"], reason="Leave.",
                               by=world.people["Ada"], today=TODAY())  # fmt: skip
            everything["Tom"] = list(pages(world, "Tom"))
            connection.close()
        return everything

    with pytest.MonkeyPatch.context() as patch:  # a busy machine is no finding
        patch.setattr("impasses.actions.RULES_SECONDS", 60)
        patch.setattr("sessions_app.actions.ASSESS_SECONDS", 60)
        yield found
    with django_db_blocker.unblock():
        connection.close()
        empty_tables()


READERS = ("Ada", "Sunil", "Tom")  # administers; supervises Thea; took the case over


def by_page(found: list[tuple[str, str]]) -> dict[str, set[str]]:
    """Every address with what it answers, of any row."""
    texts: dict[str, set[str]] = {}
    for name, text in found:
        texts.setdefault(name, set()).add(text)
    return {name: texts[name] for name in texts if name not in ON_RECORD}


def differing(one: dict[str, set[str]], other: dict[str, set[str]]) -> dict[str, list[str]]:
    """The pages on which somebody finds something else than in the other world, by their lines."""
    found = {}
    for name, texts in one.items():
        known = other.get(name, set())
        lines = {line for text in known for line in text.splitlines()}
        said = [line for text in texts - known for line in text.splitlines() if line not in lines]
        if texts - known:
            found[name] = said or ["the same lines in another order, or more of them"]
    return found


@pytest.mark.parametrize(
    "world",
    ["taken_back", "taken_back_by_taps", "private"],
)
def test_others_find_what_they_would_find_without_it(seen: Seen, world: str) -> None:
    for who in READERS:
        with_it, without = by_page(seen(world)[who]), by_page(seen("never_written")[who])
        assert (who, differing(with_it, without)) == (who, {})
        assert SECRET not in str(seen(world)[who])
        assert (OWN in str(seen(world)[who])) == (who == "Tom")
    assert seen(world)["told"] == seen("never_written")["told"]


def test_shown_again_everything_is_as_it_was(seen: Seen) -> None:
    for who in READERS:
        now, before = by_page(seen("private_for_a_while")[who]), by_page(seen("shared")[who])
        assert (who, differing(now, before)) == (who, {})
        assert (who, differing(before, now)) == (who, {})
    assert seen("private_for_a_while")["told"] == seen("shared")["told"]


def test_while_it_is_shared_others_do_find_it(seen: Seen) -> None:
    """Otherwise its absence would prove nothing."""
    with_it, without = by_page(seen("shared")["Sunil"]), by_page(seen("never_written")["Sunil"])
    changed = set(differing(with_it, without))
    assert {
        "sessions:case", "sessions:session_read", "impasses:suggestion", "sessions:episode",
        "supervision:dashboard", "supervision:meeting", "supervision:therapist",
    } <= changed  # fmt: skip
    assert any(name.startswith("trends:export") for name in changed)
    assert SECRET in str(seen("shared")["Sunil"])
    assert seen("shared")["told"] != seen("never_written")["told"]
