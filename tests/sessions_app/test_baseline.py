"""Usual for this client: which forms count for no rule."""

from collections.abc import Callable

import pytest
from django.test import Client as Browser
from django.urls import reverse

from audit.models import AuditEvent
from people.actions import set_baseline
from people.models import Client, User

pytestmark = pytest.mark.usefixtures("inside")
SignIn = Callable[[User], Browser]


def address(client: Client) -> str:
    return reverse("sessions:baseline", args=[client.pk])


def test_it_keeps_what_is_chosen(heron: Client, thea: User, client_for: SignIn) -> None:
    answer = client_for(thea).post(address(heron), {"baseline": ["M4b", "M1c"]})
    assert answer.status_code == 302
    assert answer["Location"] == reverse("sessions:case", args=[heron.pk])
    heron.refresh_from_db()
    assert heron.baseline == ["M1c", "M4b"]
    event = AuditEvent.objects.get(kind="client changed")
    assert event.detail == {"fields": ["baseline"]}


def test_it_shows_what_was_chosen_and_nothing_can_be_chosen_again(
    heron: Client, thea: User, client_for: SignIn
) -> None:
    set_baseline(client=heron, by=thea, baseline=("M4b",))
    browser = client_for(thea)
    page = browser.get(address(heron)).content.decode()
    assert page.count('name="baseline"') == 14
    assert page.count("checked") == 1
    assert browser.post(address(heron)).status_code == 302
    heron.refresh_from_db()
    assert heron.baseline == []


def test_anonymous(heron: Client) -> None:
    assert Browser().post(address(heron), {"baseline": ["M4b"]}).status_code == 302
    heron.refresh_from_db()
    assert heron.baseline == []


def test_wrong_role(heron: Client, ada: User, client_for: SignIn) -> None:
    assert client_for(ada).get(address(heron)).status_code == 403


def test_a_supervisor_may_not(heron: Client, sunil: User, client_for: SignIn) -> None:
    assert client_for(sunil).get(address(heron)).status_code == 403
    assert client_for(sunil).post(address(heron), {"baseline": ["M4b"]}).status_code == 403


def test_another_therapists_client(heron: Client, tom: User, client_for: SignIn) -> None:
    assert client_for(tom).get(address(heron)).status_code == 404


def test_another_organisation(heron: Client, otto: User, client_for: SignIn) -> None:
    assert client_for(otto).get(address(heron)).status_code == 404


@pytest.mark.parametrize("form", ["M5", "Y1a", "M9z", "<script>"])
def test_bad_input(heron: Client, thea: User, client_for: SignIn, form: str) -> None:
    answer = client_for(thea).post(address(heron), {"baseline": [form]})
    assert answer.status_code == 422
    assert "Choose from the forms listed here." in answer.content.decode()
    heron.refresh_from_db()
    assert heron.baseline == []


def test_wrong_method(heron: Client, thea: User, client_for: SignIn) -> None:
    assert client_for(thea).delete(address(heron)).status_code == 405
