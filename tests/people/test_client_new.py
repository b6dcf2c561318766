"""A new client."""

from collections.abc import Callable

from django.test import Client as Browser

from people.models import Client, User

SignIn = Callable[[User], Browser]


def test_a_code_name_is_enough(client_for: SignIn, thea: User, inside: None) -> None:
    answer = client_for(thea).post("/clients/new/", {"code_name": "Heron"})
    assert answer["Location"] == f"/clients/{Client.objects.get().pk}/"


def test_the_page_names_its_field_and_button(client_for: SignIn, thea: User) -> None:
    body = client_for(thea).get("/clients/new/").content.decode()
    assert "Code name" in body
    assert 'value="Create client"' in body


def test_a_stranger_is_asked_to_sign_in(client: Browser, db: None) -> None:
    assert client.get("/clients/new/")["Location"].startswith("/accounts/login/")


def test_an_administrator_is_refused(client_for: SignIn, ada: User) -> None:
    assert client_for(ada).post("/clients/new/", {"code_name": "Heron"}).status_code == 403


def test_without_a_code_name_nothing_is_made(client_for: SignIn, thea: User, inside: None) -> None:
    answer = client_for(thea).post("/clients/new/", {"code_name": " ", "focus": "kept"})
    assert answer.status_code == 422
    assert "Give the client a code name" in answer.content.decode()
    assert "kept" in answer.content.decode()
    assert not Client.objects.exists()


def test_a_code_name_is_taken_once(client_for: SignIn, thea: User, heron: Client) -> None:
    assert client_for(thea).post("/clients/new/", {"code_name": "heron"}).status_code == 422
