"""Finding a case by code name."""

from collections.abc import Callable

from django.test import Client as Browser

from people import actions as people
from people.models import Client, User
from tests.conftest import TODAY

SignIn = Callable[[User], Browser]


def test_a_part_of_the_code_name_finds(client_for: SignIn, thea: User, heron: Client) -> None:
    body = client_for(thea).post("/clients/find/", {"code_name": "hER"}).content.decode()
    assert "1 client found" in body
    assert f"/clients/{heron.pk}/" in body


def test_an_ended_case_is_found_by_its_name_alone(
    client_for: SignIn, thea: User, tom: User, sunil: User, heron: Client
) -> None:
    people.end_client(client=heron, by=thea, reason="completed", on=TODAY())
    browser = client_for(thea)
    for word, is_there in (("hern", False), ("heron", True), (" ", False)):
        body = browser.post("/clients/find/", {"code_name": word}).content.decode()
        assert (f"/clients/{heron.pk}/" in body) is is_there, word
    ended = browser.get("/clients/", {"show": "ended"}).content.decode()
    assert "Ended 1" in ended
    assert f"/clients/{heron.pk}/" in ended
    for other in (tom, sunil):
        theirs = client_for(other).get("/clients/", {"show": "ended"}).content.decode()
        assert "Ended 0" in theirs
        assert f"/clients/{heron.pk}/" not in theirs


def test_a_stranger_is_asked_to_sign_in(client: Browser, db: None) -> None:
    assert client.post("/clients/find/")["Location"].startswith("/accounts/login/")


def test_an_administrator_is_refused(client_for: SignIn, ada: User) -> None:
    assert client_for(ada).post("/clients/find/").status_code == 403


def test_others_find_nothing(client_for: SignIn, tom: User, otto: User, heron: Client) -> None:
    for other in (tom, otto):
        answer = client_for(other).post("/clients/find/", {"code_name": "Heron"})
        assert "No client of that code name" in answer.content.decode()


def test_only_a_post_is_answered(client_for: SignIn, thea: User) -> None:
    assert client_for(thea).get("/clients/find/").status_code == 405
