"""Changing what is known of a client."""

from collections.abc import Callable

import pytest
from django.test import Client as Browser
from django.urls import reverse

from audit.models import AuditEvent
from people.models import Client, User

SignIn = Callable[[User], Browser]
pytestmark = pytest.mark.usefixtures("inside")
NEW = {"code_name": "Grebe", "rhythm": "monthly", "started_on": "2026-03-02", "goals": "To sleep."}


def address(client: Client) -> str:
    return reverse("people:client_edit", args=[client.pk])


def test_it_keeps_what_was_changed_and_names_the_fields_alone(
    heron: Client, thea: User, client_for: SignIn
) -> None:
    answer = client_for(thea).post(address(heron), NEW)
    assert answer["Location"] == reverse("sessions:case", args=[heron.pk])
    heron.refresh_from_db()
    assert (heron.code_name, heron.rhythm, heron.goals) == ("Grebe", "monthly", "To sleep.")
    event = AuditEvent.objects.get(kind="client changed")
    assert event.detail == {"fields": ["code_name", "rhythm", "started_on", "goals"]}


def test_it_shows_what_is_known(heron: Client, thea: User, client_for: SignIn) -> None:
    page = client_for(thea).get(address(heron)).content.decode()
    assert 'value="Heron"' in page
    assert 'value="Save changes"' in page


def test_a_stranger_signs_in(heron: Client) -> None:
    assert Browser().post(address(heron), NEW).status_code == 302
    heron.refresh_from_db()
    assert heron.code_name == "Heron"


def test_an_administrator_is_refused(heron: Client, ada: User, client_for: SignIn) -> None:
    assert client_for(ada).get(address(heron)).status_code == 403


def test_a_supervisor_reads_and_does_not_change(
    heron: Client, sunil: User, client_for: SignIn
) -> None:
    assert client_for(sunil).post(address(heron), NEW).status_code == 403


def test_another_therapist_and_another_organisation_find_nothing(
    heron: Client, tom: User, otto: User, client_for: SignIn
) -> None:
    assert client_for(tom).post(address(heron), NEW).status_code == 404
    assert client_for(otto).post(address(heron), NEW).status_code == 404


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("code_name", "", "Give the client a code name"),
        ("code_name", "x" * 41, "Keep the code name to 40 characters."),
        ("started_on", "yesterday", "Write the day as 2026-11-03"),
        ("started_on", "1066-10-14", "1066 cannot be right."),
    ],
)
def test_bad_input_is_named_and_the_rest_is_kept(
    heron: Client, thea: User, client_for: SignIn, field: str, value: str, sentence: str
) -> None:
    answer = client_for(thea).post(address(heron), NEW | {field: value})
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert "To sleep." in answer.content.decode()
    heron.refresh_from_db()
    assert heron.goals == ""


def test_other_methods_are_refused(heron: Client, thea: User, client_for: SignIn) -> None:
    assert client_for(thea).delete(address(heron)).status_code == 405
