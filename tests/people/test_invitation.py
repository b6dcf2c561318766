"""From an invitation to an account: once, in time, by the right person."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
import structlog
import time_machine
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.test import Client as Browser
from django.utils import timezone

from audit.models import AuditEvent
from impasse_tracker.logs import configure_logs, hide_tokens
from people.account_actions import (
    accept_invitation,
    change_person,
    deactivate_person,
    revoke_invitation,
)
from people.actions import NotAllowed
from people.models import Invitation, Organisation, User
from tests.conftest import PASSWORD, person
from tests.people.letters import letters_to, link_to

SignIn = Callable[[User], Browser]
NORA = "nora@example.test"
PHRASE = "seven quiet herons wading"
pytestmark = pytest.mark.usefixtures("inside")


def invite(browser: Browser, **more: Any) -> Any:
    return browser.post(
        "/people/invitations/new/",
        {"email": NORA, "roles": ["therapist"], "password": PASSWORD} | more,
    )


def accept(browser: Browser, link: str, **more: str) -> Any:
    return browser.post(link, {"name": "Nora Berg", "password1": PHRASE} | more)


@pytest.fixture
def link(ada: User, client_for: SignIn) -> str:
    invite(client_for(ada), name="Nora", in_training="on")
    return link_to(NORA)


def test_a_letter_leads_to_an_account_and_on_to_the_second_factor(
    ada: User, link: str, client_for: SignIn
) -> None:
    assert "Ada invites you to the Impasse Tracker of Northside" in " ".join(
        letters_to(NORA)[0].split()
    )
    browser = Browser()
    page = browser.get(link).content.decode()
    assert "Welcome to Northside" in page
    assert 'value="Nora"' in page
    answer = accept(browser, link)
    assert answer["Location"] == "/accounts/factors/"
    assert browser.get("/today/").status_code == 200
    nora = User.objects.get(email=NORA)
    assert (nora.name, nora.roles, nora.in_training) == ("Nora Berg", ["therapist"], True)
    assert nora.check_password(PHRASE)
    kinds = list(AuditEvent.objects.order_by("sequence").values_list("kind", flat=True))
    assert kinds[-3:] == ["person invited", "account created", "signed in"]


def test_the_token_itself_is_kept_nowhere(link: str) -> None:
    token = link.split("/")[2]
    row = Invitation.objects.get()
    assert token not in str(Invitation.objects.values())
    assert len(row.token_hash) == 64
    assert token not in str(list(AuditEvent.objects.values()))


def test_a_link_works_once(link: str) -> None:
    accept(Browser(), link)
    for answer in (Browser().get(link), accept(Browser(), link, name="Mallory")):
        assert answer.status_code == 410
        assert "no longer works" in answer.content.decode()
    assert User.objects.filter(email=NORA).count() == 1


def test_two_answers_at_once_make_one_account(
    transactional_db: None, ada: User, link: str, at_once: Callable[..., list[Any]]
) -> None:
    found = at_once(lambda _: accept(Browser(), link).status_code, 4)
    assert sorted(found) == [302, 410, 410, 410]
    assert User.objects.filter(email=NORA).count() == 1


def test_a_late_link_opens_nothing_and_can_be_sent_again(
    ada: User, link: str, client_for: SignIn
) -> None:
    with time_machine.travel(timezone.now() + dt.timedelta(days=7, minutes=1)):
        assert Browser().get(link).status_code == 410
        browser = client_for(ada)
        assert "ran out" in browser.get("/people/").content.decode()
        browser.post(f"/invitations/{Invitation.objects.get().pk}/resend/")
        again = link_to(NORA)
        assert again != link
        assert Browser().get(link).status_code == 410, "the old one stays shut"
        assert accept(Browser(), again).status_code == 302


def test_a_revoked_link_opens_nothing(ada: User, link: str, client_for: SignIn) -> None:
    client_for(ada).post(f"/invitations/{Invitation.objects.get().pk}/revoke/")
    assert accept(Browser(), link).status_code == 410
    assert not User.objects.filter(email=NORA).exists()


def test_what_is_shut_is_not_accepted_by_the_action_either(link: str, ada: User) -> None:
    row = Invitation.objects.get()
    revoke_invitation(invitation=row, by=ada)
    with pytest.raises(NotAllowed, match="used already, or has run out"):
        accept_invitation(invitation=row, name="Nora", password=PHRASE)


@pytest.mark.parametrize("change", [str.swapcase, lambda token: token[:-1], lambda t: t + "a"])
def test_an_altered_link_opens_nothing(link: str, change: Callable[[str], str]) -> None:
    token = link.split("/")[2]
    assert Browser().get(f"/invitation/{change(token)}/").status_code == 410


def test_somebody_who_is_signed_in_cannot_take_it(
    thea: User, link: str, client_for: SignIn
) -> None:
    browser = client_for(thea)
    for answer in (browser.get(link), accept(browser, link)):
        assert answer.status_code == 409
        assert "Thea is signed in" in answer.content.decode()
    assert accept(Browser(), link).status_code == 302, "it still works for the right person"


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"name": ""}, "Give the name your colleagues know you by."),
        ({"name": "\u3164"}, "Use letters for your name."),
        ({"password1": ""}, "Choose a password."),
        ({"password1": "short"}, "at least 12 characters"),
        ({"password1": "password1234"}, "too common"),
        ({"password1": "nora@example.test"}, "too similar"),
    ],
)
def test_bad_input_makes_no_account(link: str, typed: dict[str, str], sentence: str) -> None:
    answer = accept(Browser(), link, **typed)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not User.objects.filter(email=NORA).exists()


def test_who_has_an_account_or_is_invited_is_not_invited_again(
    ada: User, thea: User, link: str, client_for: SignIn
) -> None:
    browser = client_for(ada)
    answer = invite(browser, email=thea.email.upper())
    assert (answer.status_code, "account at this address" in answer.content.decode()) == (422, True)
    answer = invite(browser, email=NORA.upper())
    assert (answer.status_code, "invited already" in answer.content.decode()) == (422, True)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"email": ""}, "Give the address"),
        ({"email": "nora"}, "Write an address such as"),
        ({"email": "a@" + "\u0130." * 86 + "com"}, "That is too long for an address."),
        ({"roles": []}, "Choose at least one role."),
        ({"roles": ["owner"]}, "Choose among the roles shown."),
    ],
)
def test_bad_input_invites_nobody(
    ada: User, client_for: SignIn, typed: dict[str, Any], sentence: str
) -> None:
    answer = invite(client_for(ada), **typed)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not Invitation.objects.exists()


def test_a_dead_mail_server_is_said_and_loses_nothing(
    ada: User, client_for: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dead(*args: Any) -> int:
        raise ConnectionRefusedError

    monkeypatch.setattr(EmailBackend, "send_messages", dead)
    browser = client_for(ada)
    invite(browser)
    page = browser.get("/people/").content.decode()
    assert "could not be sent" in page
    assert NORA in page
    monkeypatch.undo()
    browser.post(f"/invitations/{Invitation.objects.get().pk}/resend/")
    assert len(mail.outbox) == 1


@pytest.mark.parametrize(
    "path", ["/invitation/{}/", "/address/confirm/{}/", "/address/stop/{}/",
             "/accounts/password/reset/key/{}/"]
)  # fmt: skip
def test_no_link_gets_into_a_log(path: str) -> None:
    line = {"event": "request_started", "request": "GET " + path.format("s3cret-token")}
    assert hide_tokens(None, "", line) == line | {"request": "GET " + path.format("...")}
    assert hide_tokens in logs_processors()


def logs_processors() -> list[Any]:
    """What every line of a log goes through, ours and other packages'."""
    chain = configure_logs(plain=True)["formatters"]["lines"]["foreign_pre_chain"]
    return [each for each in chain if each in structlog.get_config()["processors"]]


@pytest.mark.parametrize("end", ["closed", "no administrator"])
def test_what_somebody_left_open_who_administers_no_more_invites_nobody(
    ada: User, clinic: Organisation, client_for: SignIn, end: str
) -> None:
    rogue = person(clinic, "Rogue", "administrator")
    invite(client_for(rogue), roles=["administrator"])
    link = link_to(NORA)
    if end == "closed":
        deactivate_person(person=rogue, by=ada)
    else:
        change_person(person=rogue, by=ada, roles={"therapist"}, in_training=False)
    assert accept(Browser(), link).status_code == 410
    assert not User.objects.filter(email=NORA).exists()


@pytest.mark.parametrize("address", [f"a@{chr(0xD55C) * 63}.com", "a@\u200d.com"])
def test_an_address_no_letter_can_carry_is_refused(
    ada: User, client_for: SignIn, address: str
) -> None:
    answer = invite(client_for(ada), email=address)
    assert answer.status_code == 422
    asked = Browser().post("/accounts/password/reset/", {"email": address})
    assert asked.status_code < 500
