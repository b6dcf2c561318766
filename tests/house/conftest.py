"""The world of the house tests, for whichever file asks for it."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.conftest import standing
from tests.house.world import World, build


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    with standing(django_db_blocker, build) as made:
        yield made
