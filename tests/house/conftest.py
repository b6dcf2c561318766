"""The world of the house tests, for whichever file asks for it."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from tests.conftest import empty_tables
from tests.house.world import World, build


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """Committed once for a file; taken away by the owner at its end."""
    with django_db_blocker.unblock():
        made = build()
        connection.close()
    yield made
    with django_db_blocker.unblock():
        connection.close()
        empty_tables()
