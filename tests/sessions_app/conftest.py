"""Whom the pages about sessions are tried with."""

from collections.abc import Callable

import pytest
from django.test import Client as Browser

from people.models import Client, User


@pytest.fixture
def hers(thea: User, heron: Client, client_for: Callable[[User], Browser]) -> Browser:
    """Thea's browser; Heron is her client."""
    return client_for(thea)
