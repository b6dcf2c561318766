"""Everything about one client: to its therapist, with a reason, and nothing of anybody else's."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client as Browser
from django.utils import timezone

from audit.models import AuditEvent
from impasse_tracker.records import client_record, parts_of
from people.actions import create_client
from people.models import Client, User
from sessions_app.entries import TagEntry
from sessions_app.transfer_actions import transfer_cases
from tests.conftest import PASSWORD, TODAY, log
from tests.rights.conftest import PROCESS, TEXT

SignIn = Callable[[User], Browser]
pytestmark = pytest.mark.usefixtures("inside")
GIVEN = {"reason": "She asked for a copy.", "format": "page", "password": PASSWORD}


def told(client: Client, by: User, **choice: Any) -> dict[str, Any]:
    client = Client.objects.select_related("therapist", "organisation").get(pk=client.pk)
    known = {"process_notes": False} | choice
    return client_record(client, by=by, now=timezone.now(), **known)


def test_everything_is_in_it(whole_heron: Client, client_for: SignIn) -> None:
    browser = client_for(whole_heron.therapist)
    browser.get(f"/clients/{whole_heron.pk}/readings/")
    response = browser.post(f"/clients/{whole_heron.pk}/record/", GIVEN | {"format": "json"})
    assert response["Content-Type"] == "application/json"
    assert "Heron" not in response["Content-Disposition"]
    said = json.loads(response.content)
    assert set(said["parts"]) == {part.name for part in parts_of(whole_heron)}
    assert all(said["parts"].values())
    assert said["parts"]["session revisions"][0]["content"]["note"] == TEXT
    assert said["parts"]["agenda items"][0]["question"] == TEXT
    assert PROCESS not in response.content.decode()
    assert said["left_out"] == {"process notes": 5}
    page = browser.post(f"/clients/{whole_heron.pk}/record/", GIVEN).content.decode()
    relation = "Changes in the therapeutic relationship"
    for words in ("Plan steps", TEXT, "left out", "process notes (5)", relation, "Tom"):
        assert words in page


def test_process_notes_are_in_it_when_asked_for(whole_heron: Client, client_for: SignIn) -> None:
    address = f"/clients/{whole_heron.pk}/record/"
    page = client_for(whole_heron.therapist).post(address, GIVEN | {"process_notes": "on"})
    assert PROCESS in page.content.decode()
    event = AuditEvent.objects.filter(kind="client record taken").get()
    assert event.detail["process_notes"] is True
    assert event.detail["reason"] == "She asked for a copy."
    assert "Heron" not in str(event.detail) + event.target_label
    assert TEXT not in str(event.detail)


def test_what_a_predecessor_kept_private_stays_with_them(
    heron: Client, tom: User, ada: User
) -> None:
    hidden = TagEntry(code="M2", sub_forms=("M2b",), visibility="private")
    partly = TagEntry(code="M5", sub_forms=("M5a", "M5c"), private_forms=("M5c",))
    log(heron, hidden, partly, note=TEXT, note_visibility="private", process_note=PROCESS)
    transfer_cases(clients=[heron], to=tom, by=ada, reason="Leave.", today=TODAY())
    said = told(heron, tom, process_notes=True)
    text = json.dumps(said)
    assert TEXT not in text
    assert [tag["code"] for tag in said["parts"]["tags"]] == ["M5"]
    assert said["parts"]["tags"][0]["sub_forms"] == ["M5a"]
    assert "M5c" not in text
    assert said["left_out"] == {"process notes": 1, "tags": 1}


def test_another_clients_rows_are_not_in_it(whole_heron: Client, thea: User) -> None:
    plum = create_client(by=thea, code_name="Plover", focus="nightjar")
    log(plum, note="nightjar")
    assert "nightjar" not in json.dumps(told(whole_heron, thea))
    assert "Plover" not in json.dumps(told(whole_heron, thea))


def test_who_may(
    heron: Client, tom: User, sunil: User, ada: User, otto: User, client_for: SignIn
) -> None:
    address = f"/clients/{heron.pk}/record/"
    assert Browser().post(address, GIVEN).status_code == 302
    for user, status in ((tom, 404), (sunil, 403), (ada, 403), (otto, 404)):
        assert client_for(user).post(address, GIVEN).status_code == status, user
    assert not AuditEvent.objects.filter(kind="client record taken").exists()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"reason": ""}, "Say why"),
        ({"format": "pdf"}, "Choose one of the answers"),
        ({"password": "not it"}, "That is not your password"),
    ],
)
def test_bad_input(heron: Client, client_for: SignIn, wrong: dict[str, str], said: str) -> None:
    browser = client_for(heron.therapist)
    response = browser.post(f"/clients/{heron.pk}/record/", GIVEN | wrong)
    assert response.status_code == 422
    assert said in response.content.decode()
