"""The fragment with the suggestions, asked for while they are being prepared."""

import time
from collections.abc import Callable

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from people.models import Client, User
from sessions_app.actions import assess_case
from tests.conftest import log

pytestmark = pytest.mark.usefixtures("inside")
SignIn = Callable[[User], Browser]


def address(client: Client) -> str:
    return reverse("sessions:case_suggestions", args=[client.pk])


def test_it_asks_again_until_the_suggestions_are_there(
    heron: Client, thea: User, client_for: SignIn
) -> None:
    for days in (21, 14, 7):
        log(heron, "M5b", days=days)
    waiting = client_for(thea).get(address(heron)).content.decode()
    assert f'hx-get="{address(heron)}" hx-trigger="load delay:2s"' in waiting
    assert "Suggestions are being prepared." in waiting
    assert f'<a href="/clients/{heron.pk}/">Look again</a>' in waiting
    assess_case(client=heron, today=timezone.localdate())
    ready = client_for(thea).get(address(heron)).content.decode()
    assert "hx-get" not in ready
    assert "Rule R1" in ready


def test_it_is_a_part_of_a_page_only(stuck_heron: Client, thea: User, client_for: SignIn) -> None:
    page = client_for(thea).get(address(stuck_heron)).content.decode()
    assert "<html" not in page
    assert page.strip().startswith("<section")


def test_it_keeps_no_idle_sign_in_alive(
    stuck_heron: Client, thea: User, client_for: SignIn
) -> None:
    browser = client_for(thea)
    kept = browser.session
    kept["seen_at"] = a_minute_ago = int(time.time()) - 60
    kept.save()
    browser.get(address(stuck_heron))
    assert browser.session["seen_at"] == a_minute_ago
    browser.get(reverse("sessions:case", args=[stuck_heron.pk]))
    assert browser.session["seen_at"] > a_minute_ago


def test_a_supervisor_gets_no_verbs(stuck_heron: Client, sunil: User, client_for: SignIn) -> None:
    page = client_for(sunil).get(address(stuck_heron)).content.decode()
    assert "Rule R1" in page
    assert "Plan it" not in page


def test_anonymous(stuck_heron: Client) -> None:
    assert Browser().get(address(stuck_heron)).status_code == 302
    answer = Browser().get(address(stuck_heron), headers={"HX-Request": "true"})
    assert answer["HX-Redirect"] == reverse("account_login")


def test_wrong_role(stuck_heron: Client, ada: User, client_for: SignIn) -> None:
    assert client_for(ada).get(address(stuck_heron)).status_code == 403


def test_another_therapists_client(stuck_heron: Client, tom: User, client_for: SignIn) -> None:
    assert client_for(tom).get(address(stuck_heron)).status_code == 404


def test_another_organisation(stuck_heron: Client, otto: User, client_for: SignIn) -> None:
    assert client_for(otto).get(address(stuck_heron)).status_code == 404


def test_wrong_method(stuck_heron: Client, thea: User, client_for: SignIn) -> None:
    assert client_for(thea).post(address(stuck_heron)).status_code == 405
