"""Every address of the house, tried as everybody. An address that is not in the table fails.

The world is built once, through actions, and each try is rolled back.
"""

import re
import uuid
from typing import Any

import pytest
from django.apps import apps

from impasses.models import Suggestion
from people import walls
from people.models import Client
from sessions_app.models import TherapySession
from tests.house.access_table import PEOPLE, TABLE
from tests.house.matrix import MAY_READ, cells, expected, send, words, wrong
from tests.house.tree import patterns
from tests.house.world import CODE_NAME, HOUSE, World, undone

FILTERS = {"visible_to", "in_care_of", "treated_by", "supervised_by", "opened_by"}


def test_every_address_stands_in_the_table() -> None:
    assert set(TABLE) == set(patterns())
    for rows in TABLE.values():
        assert all(len(row.split()) == len(PEOPLE) for row in rows)


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(TABLE))
def test_everybody_gets_what_is_theirs(world: World, name: str) -> None:
    assert list(wrong(world, name, cells(name))) == []


@pytest.mark.django_db
@pytest.mark.prove
@pytest.mark.parametrize("name", sorted(TABLE))
def test_everybody_gets_what_is_theirs_by_every_method(world: World, name: str) -> None:
    assert list(wrong(world, name, cells(name, whole=True))) == []


@pytest.mark.django_db
def test_the_canaries_can_be_found(world: World) -> None:
    """Otherwise their absence would prove nothing."""
    pages = ("sessions:case", "sessions:session_read", "sessions:session_log")
    found = {
        who: set().union(*(words(send(world, page, who, "get")) for page in pages))
        for who in MAY_READ
    }
    assert found == {who: canaries | {HOUSE} for who, canaries in MAY_READ.items()}


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(n for n in TABLE if "404" in " ".join(TABLE[n])))
def test_somebody_elses_and_nobodys_look_the_same(world: World, name: str) -> None:
    """Whether a row is another person's or does not exist cannot be told apart."""
    theirs = world.address(name)
    nobodys = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", str(uuid.uuid4()), theirs, count=1)
    method = "post" if expected(name, "elsewhere", "get") == 405 else "get"
    first, second = (send(world, name, "elsewhere", method, url) for url in (theirs, nobodys))
    assert (first.status_code, second.status_code) == (404, 404)
    assert first.content.replace(theirs.encode(), b"") == second.content.replace(
        nobodys.encode(), b""
    )


# --- the second wall -------------------------------------------------------------------------


@pytest.fixture
def without_the_first_wall(monkeypatch: Any) -> None:
    """As if somebody had forgotten who may see whom: `visible_to` gives everything."""
    for model in apps.get_models():
        rows = type(model._default_manager.all())
        for name in FILTERS & set(vars(rows)):
            monkeypatch.setattr(rows, name, lambda self, *args, **kwargs: self.all())


@pytest.mark.django_db
@pytest.mark.usefixtures("without_the_first_wall")
@pytest.mark.parametrize("name", sorted(TABLE))
def test_without_the_first_wall_the_second_holds(world: World, name: str) -> None:
    for method in ("get", "post"):
        with undone():
            response = send(world, name, "elsewhere", method)
        assert words(response) == set()
        if "404" in " ".join(TABLE[name]) and response.status_code != 405:
            assert (method, response.status_code) == (method, 404)


@pytest.mark.django_db
@pytest.mark.usefixtures("without_the_first_wall")
def test_the_first_wall_was_really_taken_down(world: World) -> None:
    """A colleague of the same organisation now sees the case: only the second wall was left."""
    assert CODE_NAME in words(send(world, "sessions:case", "colleague", "get"))


@pytest.mark.django_db
def test_nothing_of_the_case_is_there_for_another_organisation(world: World) -> None:
    with walls.inside(world.users["elsewhere"].organisation_id):
        for model, pk in (
            (Client, world.client), (TherapySession, world.session), (Suggestion, world.suggestion),
        ):  # fmt: skip
            assert not model.objects.filter(pk=pk).exists()
    with walls.inside(world.users["therapist"].organisation_id):
        assert Client.objects.filter(pk=world.client).exists()
