"""What is refused, and what is tried too often, is on record."""

import json
import uuid
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client as Browser
from django.urls import reverse

from audit.models import AuditEvent
from people.audit_page import KINDS
from people.models import Client, User
from people.refusals import KINDS_OF
from tests.conftest import PASSWORD

pytestmark = pytest.mark.usefixtures("inside")


def last() -> AuditEvent:
    event = AuditEvent.objects.order_by("sequence").last()
    assert event is not None
    return event


def test_somebody_elses_case_is_refused_and_on_record(
    tom: User, heron: Client, client_for: Any
) -> None:
    browser = client_for(tom)
    for method in ("get", "head"):
        assert (
            getattr(browser, method)(reverse("sessions:case", args=[heron.pk])).status_code == 404
        )
        event = last()
        assert (event.kind, event.actor_id, event.target_id) == ("refused", tom.pk, heron.pk)
        assert (event.target_kind, event.target_label) == ("page", "sessions:case")
        assert event.detail == {"status": 404, "method": method.upper()}


def test_what_is_visible_and_not_ones_own_to_change_is_refused_and_on_record(
    sunil: User, heron: Client, client_for: Any
) -> None:
    answer = client_for(sunil).post(reverse("people:client_pause", args=[heron.pk]))
    assert answer.status_code == 403
    assert last().detail == {"status": 403, "method": "POST"}
    assert last().target_label == "people:client_pause"


def test_a_page_that_the_roles_do_not_open_is_refused_and_on_record(
    thea: User, client_for: Any
) -> None:
    assert client_for(thea).get("/audit/").status_code == 403
    assert (last().kind, last().target_label, last().target_id) == (
        "refused", "people:audit_list", None,
    )  # fmt: skip


def test_a_form_whose_token_is_refused_is_on_record(thea: User, heron: Client) -> None:
    browser = Browser(enforce_csrf_checks=True)
    browser.force_login(thea)
    browser.post(reverse("people:client_pause", args=[heron.pk]))
    assert (last().kind, last().target_label) == ("refused", "people:client_pause")


def test_what_is_nobodys_looks_the_same_in_the_record(tom: User, client_for: Any) -> None:
    pk = uuid.uuid4()
    client_for(tom).get(reverse("sessions:case", args=[pk]))
    assert (last().kind, last().target_id) == ("refused", pk)


@pytest.mark.parametrize("address", ["/nowhere/", "/clients/not-an-id/", "/favicon.ico"])
def test_an_address_that_is_none_of_ours_is_no_refusal(
    thea: User, client_for: Any, address: str
) -> None:
    before = AuditEvent.objects.count()
    assert client_for(thea).get(address).status_code == 404
    assert AuditEvent.objects.count() == before


def test_a_page_that_opens_is_no_refusal(thea: User, heron: Client, client_for: Any) -> None:
    before = AuditEvent.objects.count()
    assert client_for(thea).get(reverse("sessions:case", args=[heron.pk])).status_code == 200
    assert AuditEvent.objects.count() == before


def test_a_limit_that_is_reached_is_on_record(thea: User, client_for: Any) -> None:
    browser = client_for(thea)
    form = {"email": "other@example.test", "password": PASSWORD}
    statuses = [
        browser.post("/profile/email/", form | {"email": f"other{number}@example.test"}).status_code
        for number in range(6)
    ]
    assert statuses[-1] == 429
    assert (last().kind, last().target_label) == ("limit reached", "people:email_change")


def test_too_many_wrong_passwords_inside_are_on_record(thea: User, client_for: Any) -> None:
    browser = client_for(thea)
    for _ in range(12):
        browser.post("/profile/email/", {"email": "other@example.test", "password": "wrong"})
    kinds = list(AuditEvent.objects.values_list("kind", flat=True))
    assert "sign-in refused" in kinds
    assert (last().kind, last().detail["at"]) == ("limit reached", "password asked for again")


@pytest.mark.parametrize(
    ("address", "form"),
    [
        ("/accounts/password/", {"oldpassword": "wrong", "password1": "seven quiet herons"}),
        ("/accounts/again/", {"password": "wrong"}),
        ("/profile/email/", {"email": "other@example.test", "password": "wrong"}),
    ],
)
def test_a_wrong_password_of_somebody_signed_in_is_on_record(
    thea: User, client_for: Any, address: str, form: dict[str, str]
) -> None:
    client_for(thea).post(address, form)
    assert (last().kind, last().target_id) == ("sign-in refused", thea.pk)


def credential(user: User) -> str:
    """What a browser hands over, with a signature of nobody's."""
    from allauth.account.utils import user_pk_to_url_str
    from fido2.utils import websafe_encode

    client = {"type": "webauthn.get", "challenge": "AA", "origin": "http://x"}
    response = {
        "userHandle": websafe_encode(user_pk_to_url_str(user).encode()),
        "authenticatorData": websafe_encode(b"\0" * 37),
        "clientDataJSON": websafe_encode(json.dumps(client).encode()),
        "signature": "AA",
    }
    return json.dumps({"id": "AA", "rawId": "AA", "type": "public-key", "response": response})


def test_a_passkey_that_is_refused_is_on_record(thea: User) -> None:
    Authenticator.objects.create(user=thea, type="webauthn", data={"name": "K", "credential": {}})
    Browser().post("/accounts/factors/passkeys/sign-in/", {"credential": credential(thea)})
    assert (last().kind, last().target_id) == ("second factor refused", thea.pk)
    assert last().detail == {"factor": "passkey"}


def test_a_passkey_of_nobody_is_refused_without_a_trace_of_anybody(thea: User) -> None:
    before = AuditEvent.objects.count()
    for text in ("[]", '"x"', "{}", credential(User(pk=uuid.uuid4()))):
        answer = Browser().post("/accounts/factors/passkeys/sign-in/", {"credential": text})
        assert answer.status_code in (200, 302)
    assert AuditEvent.objects.count() == before


def test_every_kind_of_refusal_can_be_looked_for() -> None:
    assert set(KINDS_OF.values()) == set(KINDS["Refusals"])
