"""The roster: accounts, and nothing of what their owners write."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from people.models import Client, Organisation, User
from tests.conftest import person

SignIn = Callable[[User], Browser]
pytestmark = pytest.mark.usefixtures("inside")


def test_everybody_with_roles_caseload_and_supervision(
    ada: User, sunil: User, stuck_heron: Client, client_for: SignIn
) -> None:
    page = " ".join(client_for(ada).get("/people/").content.decode().split())
    for words in ("Ada", "Administrator", "Sunil", "Therapist and supervisor", "thea@example.test"):
        assert words in page
    assert "Heron" not in page
    assert "A note of" not in page


def test_another_organisation_is_not_there(ada: User, otto: User, client_for: SignIn) -> None:
    assert b"Otto" not in client_for(ada).get("/people/").content


def test_strangers_and_others_do_not_enter(thea: User, sunil: User, client_for: SignIn) -> None:
    assert Browser().get("/people/").status_code == 302
    assert client_for(thea).get("/people/").status_code == 403
    assert client_for(sunil).get("/people/").status_code == 403


def test_the_number_of_queries_does_not_grow(
    clinic: Organisation, ada: User, client_for: SignIn
) -> None:
    browser = client_for(ada)
    browser.get("/people/")
    with CaptureQueriesContext(connection) as few:
        browser.get("/people/")
    for number in range(20):
        person(clinic, f"Person{number}", "therapist")
    with CaptureQueriesContext(connection) as many:
        browser.get("/people/")
    assert len(many) == len(few) <= 12


def test_other_methods_are_refused(ada: User, client_for: SignIn) -> None:
    assert client_for(ada).post("/people/").status_code == 405
