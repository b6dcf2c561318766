"""Changing what is known of a client."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from audit.models import AuditEvent
from people.models import Client, User

SignIn = Callable[[User], Browser]
pytestmark = pytest.mark.usefixtures("inside")
NEW = {"code_name": "Grebe", "rhythm": "monthly", "started_on": "2026-03-02", "goals": "To sleep.",
       "version": "1"}  # fmt: skip


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
    assert event.detail.pop("fields") == ["code_name", "rhythm", "started_on", "goals"]
    assert event.detail["code_name"] == ["Heron", "Grebe"]
    assert set(event.detail) == {"code_name", "rhythm", "started_on"}, "no clinical text"


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
        ("code_name", "\u3164", "Use letters and digits for the code name."),
        ("code_name", "\u2800\u2800", "Use letters and digits for the code name."),
        ("code_name", "...", "Use letters and digits for the code name."),
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


def test_a_later_edit_sees_both_texts_and_loses_neither(
    heron: Client, thea: User, client_for: SignIn
) -> None:
    hers = client_for(thea)
    hers.post(address(heron), NEW)
    answer = hers.post(address(heron), NEW | {"goals": "To rest.", "rhythm": "weekly"})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert answer.context["conflict"] == [
        ("Rhythm", "Weekly", "Monthly"), ("Goals", "To rest.", "To sleep.")
    ]  # fmt: skip
    assert page.count("To rest.") == 2  # beside the saved one, and in the form
    heron.refresh_from_db()
    assert heron.goals == "To sleep."
    hers.post(address(heron), as_posted(answer))
    heron.refresh_from_db()
    assert (heron.goals, heron.rhythm) == ("To rest.", "weekly")


def as_posted(page: Any) -> dict[str, Any]:
    """What the browser would send of the form on the page."""
    return {field.name: field.value() or "" for field in page.context["form"]}


def test_an_edit_that_changes_nothing_meets_no_other(
    heron: Client, thea: User, client_for: SignIn
) -> None:
    hers = client_for(thea)
    hers.post(address(heron), NEW)
    assert hers.post(address(heron), NEW).status_code == 302


@pytest.mark.parametrize("version", ["", "x", "99", "-1", "9" * 30])
def test_a_lost_version_never_overwrites(
    heron: Client, thea: User, client_for: SignIn, version: str
) -> None:
    answer = client_for(thea).post(address(heron), NEW | {"version": version})
    assert answer.status_code == 409
    heron.refresh_from_db()
    assert heron.goals == ""


def test_of_two_edits_at_once_one_is_kept(
    transactional_db: None, heron: Client, thea: User, client_for: SignIn, at_once: Any
) -> None:
    browsers = [client_for(thea) for _ in range(6)]
    answers = at_once(
        lambda n: browsers[n].post(address(heron), NEW | {"goals": f"Goal {n}"}).status_code, 6
    )
    assert sorted(answers) == [302, 409, 409, 409, 409, 409]


def test_other_methods_are_refused(heron: Client, thea: User, client_for: SignIn) -> None:
    assert client_for(thea).delete(address(heron)).status_code == 405
