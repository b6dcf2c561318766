"""What a visitor tries from outside: methods, folders, headers, fields that no form has."""

import json
import logging
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client as Browser
from django.urls import reverse

from impasse_tracker.logs import configure_logs
from people.models import Client, User
from tests.people.test_sign_in import is_in, sign_in


@pytest.mark.parametrize("path", ["/static/", "/static/js/", "/.git/config", "/.env", "/tests/"])
def test_no_folder_is_listed(db: None, path: str) -> None:
    answer = Browser().get(path)
    assert answer.status_code == 404
    assert "shell.js" not in answer.content.decode()


@pytest.mark.parametrize("path", ["/accounts/login/", "/livez", "/today/"])
def test_no_page_knows_trace(thea: User, client_for: Any, path: str) -> None:
    browser = client_for(thea) if path == "/today/" else Browser()
    answer = browser.generic("TRACE", path, headers={"X-Said": "kingfisher"})
    assert answer.status_code == 405
    assert "kingfisher" not in answer.content.decode()


def test_a_form_takes_no_field_it_does_not_have(heron: Client, tom: User, client_for: Any) -> None:
    """Nobody gives a case away, or themselves a role, by adding a field to what a page sends."""
    thea = heron.therapist
    added = {
        "therapist": str(tom.pk), "therapist_id": str(tom.pk), "organisation": str(tom.pk),
        "id": str(tom.pk), "pk": str(tom.pk), "status": "ended", "is_active": "",
        "roles": "administrator", "is_staff": "on", "is_superuser": "on", "password": "x",
    }  # fmt: skip
    sent = {"code_name": "Heron", "started_on": f"{heron.started_on}", "version": "1"}
    answer = client_for(thea).post(reverse("people:client_edit", args=[heron.pk]), sent | added)
    assert answer.status_code == 302
    sent = {"name": "Thea B.", "appearance": "dark", "date_style": "day", "spelling": "en-GB"}
    answer = client_for(thea).post("/accounts/profile/", sent | {"digest": "never"} | added)
    kept = User.objects.get(pk=thea.pk)
    heron.refresh_from_db()
    assert (heron.therapist_id, heron.status) == (thea.pk, "active")
    assert (kept.roles, kept.is_active, kept.organisation_id) == (
        thea.roles, True, thea.organisation_id,
    )  # fmt: skip
    assert kept.check_password("a-long-test-password")


def test_an_address_in_a_header_is_not_believed(thea: User) -> None:
    """The limit of an address holds, whatever address the visitor writes into a header."""
    for number in range(21):
        browser = Browser(headers={"X-Forwarded-For": f"203.0.113.{number}"})
        sign_in(browser, f"guess{number}@example.test", "wrong")
    browser = Browser(headers={"X-Forwarded-For": "203.0.113.99", "X-Real-IP": "203.0.113.98"})
    sign_in(browser, thea.email)
    assert not is_in(browser)
    cache.clear()


def test_no_line_of_the_log_can_be_made_by_a_visitor(capsys: pytest.CaptureFixture[str]) -> None:
    """Ends of lines in what is logged stay inside one line of JSON."""
    made = configure_logs(plain=False)
    formatter: Any = made["formatters"]["lines"]
    kept = formatter["()"](
        processors=formatter["processors"], foreign_pre_chain=formatter["foreign_pre_chain"]
    )
    said = 'GET /a\r\n{"level": "info", "event": "signed in"}\u2028\x1b[2J'
    line = kept.format(logging.LogRecord("x", logging.INFO, "", 0, said, (), None))
    assert len(line.splitlines()) == 1
    assert json.loads(line)["event"] == said
    assert "\x1b" not in line
    configure_logs(plain=True)
