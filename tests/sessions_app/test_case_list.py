"""The caseload."""

import re
from collections.abc import Callable

from django.test import Client as Browser

from people import actions as people
from people.models import Client, User
from sessions_app.entries import TagEntry
from sessions_app.episode_actions import open_impasse
from tests.conftest import TODAY, log

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


def test_what_is_private_shows_in_the_row_of_its_therapist_alone(
    client_for: SignIn, sunil: User, thea: User, heron: Client
) -> None:
    """Signs in the strip, and the stage of an impasse that rests on them."""
    for days in (21, 14, 7):
        tags = (TagEntry(code="M1"), TagEntry(code="M5", visibility="private"))
        log(heron, *tags, days=days, assess=days == 7)
    finding = heron.suggestions.live().get(rule="R1")
    open_impasse(client=heron, by=thea, today=TODAY(), stage="named", suggestion=finding)

    def row(reader: User, address: str) -> tuple[str, list[str]]:
        body = client_for(reader).get(address).content.decode()
        (strip,) = re.findall('aria-label="Heron: ([^"]*)"', body)
        return strip, re.findall('class="stage stage--([a-z]+)"', body)

    both = "Resistance in 3 of 3 held, Alliance strain in 3 of 3 held"
    assert row(thea, "/clients/") == (both, ["named"])
    for address in ("/clients/?show=supervised", f"/supervision/therapists/{thea.pk}/"):
        assert row(sunil, address) == ("Resistance in 3 of 3 held", [])


def test_unknown_filters_fall_back(client_for: SignIn, thea: User, heron: Client) -> None:
    body = client_for(thea).get("/clients/?show=nonsense&sort=drop&all=x").content.decode()
    assert "Heron" in body


def test_only_reading_is_answered(client_for: SignIn, thea: User) -> None:
    assert client_for(thea).post("/clients/").status_code == 405
