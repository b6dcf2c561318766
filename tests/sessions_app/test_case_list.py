"""The caseload."""

import re
from collections.abc import Callable

from django.test import Client as Browser

from people import actions as people
from people.models import Client, User
from sessions_app.entries import TagEntry
from tests.conftest import log

SignIn = Callable[[User], Browser]


def test_own_cases_are_listed(client_for: SignIn, thea: User, stuck_heron: Client) -> None:
    body = client_for(thea).get("/clients/").content.decode()
    assert "Heron" in body
    assert "New client" in body


def test_a_stranger_is_asked_to_sign_in(client: Browser, db: None) -> None:
    assert client.get("/clients/")["Location"].startswith("/accounts/login/")


def test_an_administrator_is_refused(client_for: SignIn, ada: User) -> None:
    assert client_for(ada).get("/clients/").status_code == 403


def test_cases_of_others_stay_unseen(
    client_for: SignIn, tom: User, otto: User, heron: Client
) -> None:
    for stranger in (tom, otto):
        assert "Heron" not in client_for(stranger).get("/clients/").content.decode()


def test_a_supervisor_reads_supervised_cases_without_focus(
    client_for: SignIn, sunil: User, thea: User, inside: None
) -> None:
    people.create_client(by=thea, code_name="Plover", focus="secret grief")
    body = client_for(sunil).get("/clients/?show=supervised").content.decode()
    assert "Plover" in body
    assert "with Thea" in body
    assert "secret grief" not in body


def test_the_strip_shows_a_private_sign_to_the_therapist_alone(
    client_for: SignIn, sunil: User, thea: User, heron: Client
) -> None:
    log(heron, TagEntry(code="M1"), TagEntry(code="M2", visibility="private"))

    def strip(reader: User, address: str) -> str:
        body = client_for(reader).get(address).content.decode()
        return re.findall('aria-label="Heron: ([^"]*)"', body)[0]

    assert strip(thea, "/clients/") == "Resistance in 1 of 1 held, Avoidance in 1 of 1 held"
    for address in ("/clients/?show=supervised", f"/supervision/therapists/{thea.pk}/"):
        assert strip(sunil, address) == "Resistance in 1 of 1 held"


def test_unknown_filters_fall_back(client_for: SignIn, thea: User, heron: Client) -> None:
    body = client_for(thea).get("/clients/?show=nonsense&sort=drop&all=x").content.decode()
    assert "Heron" in body


def test_only_reading_is_answered(client_for: SignIn, thea: User) -> None:
    assert client_for(thea).post("/clients/").status_code == 405
