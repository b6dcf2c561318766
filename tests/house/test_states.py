"""The addresses of the case when it is over, private, handed over, or nobody's."""

import pytest

from tests.house.matrix import EVERYBODY
from tests.house.states import CONCERNED, STATES, wrong_in
from tests.house.world import World

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("state", "who"), [(state, who) for state, concerned in CONCERNED.items() for who in concerned]
)
def test_a_state_changes_what_it_should(world: World, state: str, who: str) -> None:
    assert list(wrong_in(state, world, who)) == []


@pytest.mark.prove
@pytest.mark.parametrize("who", EVERYBODY)
@pytest.mark.parametrize("state", STATES)
def test_a_state_changes_what_it_should_for_everybody(world: World, state: str, who: str) -> None:
    assert list(wrong_in(state, world, who)) == []
