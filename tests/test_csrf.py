"""Forms without a token do nothing, and the person is told in the house's own words."""

from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from people.models import Client, User
from tests.conftest import PASSWORD
from tests.house.tree import patterns

BY_THEMSELVES = {"sessions:session_log", "sessions:session_edit"}  # these keep what was typed


@pytest.fixture
def strict(thea: User) -> Browser:
    browser = Browser(enforce_csrf_checks=True)
    browser.force_login(thea)
    return browser


@pytest.mark.parametrize("name", sorted(set(patterns()) - BY_THEMSELVES))
def test_no_post_does_anything_without_a_token(strict: Browser, heron: Client, name: str) -> None:
    needs = "<" in patterns()[name][1]
    response = strict.post(reverse(name, args=[heron.pk] if needs else []))
    assert response.status_code == 403
    heron.refresh_from_db()
    assert heron.status == "active"


def test_the_page_says_what_happened_in_our_words(strict: Browser, heron: Client) -> None:
    response = strict.post(reverse("people:client_pause", args=[heron.pk]))
    body = response.content.decode()
    assert "CSRF" not in body
    assert "Forbidden" not in body
    assert "csrf.html" in [template.name for template in response.templates]


def test_signing_in_with_a_stale_token_is_refused_and_can_be_done_again(thea: User) -> None:
    browser = Browser(enforce_csrf_checks=True)
    where = reverse("account_login")
    browser.get(where)
    form = {"login": thea.email, "password": PASSWORD}
    assert browser.post(where, form | {"csrfmiddlewaretoken": "x" * 64}).status_code == 403
    token = browser.get(where).context["csrf_token"]
    answer = browser.post(where, form | {"csrfmiddlewaretoken": str(token)})
    assert answer.status_code == 302
    assert answer["Location"] == "/"


def test_a_post_from_another_site_is_refused(strict: Browser, heron: Client) -> None:
    page: Any = strict.get(reverse("sessions:session_log", args=[heron.pk]))
    answer = strict.post(
        reverse("people:client_pause", args=[heron.pk]),
        {"csrfmiddlewaretoken": str(page.context["csrf_token"])},
        headers={"Origin": "https://evil.example"},
    )
    assert answer.status_code == 403
    heron.refresh_from_db()
    assert heron.status == "active"
