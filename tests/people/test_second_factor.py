"""Second factors: asked of whom, set up how, sealed, and never lost by accident."""

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.core.management import call_command
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from audit.models import AuditEvent
from people.account_actions import end_all_sign_ins
from people.encryption import ring
from people.models import Client, Organisation, User
from people.permissions import may_wait
from people.second_factor import SealedAdapter
from tests.conftest import PASSWORD, person
from tests.house.test_views import PUBLIC
from tests.house.tree import arguments, patterns
from tests.people.letters import letters_to

SignIn = Callable[[User], Browser]
pytestmark = pytest.mark.usefixtures("inside")


def code_for(secret: str, later: int = 0) -> str:
    """What an app shows for a secret; `later` steps of half a minute on."""
    counter = next(iter(yield_hotp_counters_from_time())) + 1 + later
    return str(format_hotp_value(hotp_value(secret, counter)))


def set_up(browser: Browser) -> str:
    """Set up an app as a person does; its secret."""
    browser.post("/accounts/again/?next=/accounts/factors/app/", {"password": PASSWORD})
    page = browser.get("/accounts/factors/app/").content.decode()
    secret = re.search(r'key-text">(\w+)<', page)
    assert secret
    answer = browser.post("/accounts/factors/app/", {"code": code_for(secret[1])})
    assert answer["Location"] == "/accounts/factors/codes/"
    return secret[1]


def enter(email: str, code: str = "") -> Browser:
    """A browser after the password, and after a code where one is given."""
    browser = Browser()
    browser.post("/accounts/login/", {"login": email, "password": PASSWORD})
    if code:
        browser.post("/accounts/factors/sign-in/", {"code": code})
    return browser


def is_in(browser: Browser) -> bool:
    return browser.get("/accounts/me/").status_code == 200


@pytest.fixture
def real_ada(clinic: Organisation, ada: User) -> User:
    """An administrator whose address is not one of the demonstration's."""
    User.objects.filter(pk=ada.pk).update(email="ada@clinic.example")
    return User.objects.get(pk=ada.pk)


def test_after_the_password_a_code_is_asked_for(
    thea: User, client_for: SignIn, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        secret = set_up(client_for(thea))
    half = enter(thea.email)
    assert not is_in(half)
    assert "Code from your app" in half.get("/accounts/factors/sign-in/").content.decode()
    answer = half.post("/accounts/factors/sign-in/", {"code": "000000"})
    assert "does not match" in answer.content.decode()
    assert not is_in(half)
    assert is_in(enter(thea.email, code_for(secret, later=1)))
    kinds = set(AuditEvent.objects.values_list("kind", flat=True))
    assert {"second factor added", "second factor refused", "recovery codes made"} <= kinds
    assert "An authenticator app was added" in "".join(letters_to(thea.email))


def test_a_code_works_once(thea: User, client_for: SignIn) -> None:
    secret = set_up(client_for(thea))
    with time_machine.travel(timezone.now(), tick=False):
        code = code_for(secret, later=1)
        assert is_in(enter(thea.email, code))
        assert not is_in(enter(thea.email, code))


def test_a_recovery_code_opens_once(thea: User, client_for: SignIn) -> None:
    browser = client_for(thea)
    set_up(browser)
    page = browser.get("/accounts/factors/codes/").content.decode()
    code = re.findall(r"<li>(\d{8})</li>", page)[0]
    assert is_in(enter(thea.email, code))
    assert not is_in(enter(thea.email, code))
    file = browser.get("/accounts/factors/codes/file/").content.decode()
    assert code not in file
    assert len(re.findall(r"\d{8}", file)) == 9


def test_guessing_codes_is_locked(thea: User, client_for: SignIn) -> None:
    secret = set_up(client_for(thea))
    half = enter(thea.email)
    for number in range(6):
        answer = half.post("/accounts/factors/sign-in/", {"code": f"{number:06}"})
    assert "Too many" in answer.content.decode()
    half.post("/accounts/factors/sign-in/", {"code": code_for(secret, later=1)})
    assert not is_in(half)


def test_secrets_are_sealed_and_open_under_a_new_key(
    thea: User, client_for: SignIn, settings: Any
) -> None:
    secret = set_up(client_for(thea))
    kept = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert secret not in kept
    old = next(iter(ring()))
    assert kept.count(f"1.{old}.") == 2
    settings.FIELD_KEYS = ["A" * 42 + "E=", *settings.FIELD_KEYS]
    call_command("rotate_keys")
    call_command("rotate_keys")  # again: harmless
    settings.FIELD_KEYS = settings.FIELD_KEYS[:1]
    assert old not in str(list(Authenticator.objects.values_list("data", flat=True)))
    assert is_in(enter(thea.email, code_for(secret, later=1)))


@pytest.mark.parametrize("roles", [["administrator"], ["supervisor"], ["therapist", "supervisor"]])
def test_supervisors_and_administrators_set_one_up_before_anything_else(
    clinic: Organisation, client_for: SignIn, roles: list[str]
) -> None:
    user = person(clinic, "Nora", *roles)
    User.objects.filter(pk=user.pk).update(email="nora@clinic.example")
    browser = client_for(User.objects.get(pk=user.pk))
    for page in ("/", "/people/", "/clients/", "/profile/", "/library/"):
        assert browser.get(page)["Location"] == "/accounts/factors/", page
    assert browser.get("/livez").status_code == 200, "what strangers see stays open"
    page = browser.get("/accounts/factors/").content.decode()
    assert "Set up one of these to go on" in page
    assert ">Not now</a>" not in page
    assert browser.post("/clients/new/", {"code_name": "Heron"})["Location"] == "/accounts/factors/"
    set_up(browser)
    assert browser.get("/library/").status_code == 200


def test_a_therapist_may_go_without(clinic: Organisation, client_for: SignIn, thea: User) -> None:
    User.objects.filter(pk=thea.pk).update(email="thea@clinic.example")
    browser = client_for(User.objects.get(pk=thea.pk))
    assert browser.get("/today/").status_code == 200
    assert ">Not now</a>" in browser.get("/accounts/factors/").content.decode()


def test_the_last_factor_a_role_asks_for_stays(real_ada: User, client_for: SignIn) -> None:
    browser = client_for(real_ada)
    set_up(browser)
    answer = browser.post("/accounts/factors/app/remove/", {})
    assert "this is your last" in answer.content.decode()
    assert Authenticator.objects.filter(user=real_ada, type="totp").exists()
    key = Authenticator.objects.create(user=real_ada, type="webauthn", data={"name": "Key"})
    Authenticator.objects.filter(user=real_ada, type="totp").delete()
    browser.post(f"/accounts/factors/passkeys/{key.pk}/remove/")
    assert Authenticator.objects.filter(pk=key.pk).exists()
    assert not SealedAdapter().can_delete_authenticator(key)


def test_a_reset_asks_for_a_new_one(real_ada: User, thea: User, client_for: SignIn) -> None:
    User.objects.filter(pk=thea.pk).update(
        email="thea@clinic.example", roles=["supervisor", "therapist"]
    )
    browser = client_for(User.objects.get(pk=thea.pk))
    set_up(browser)
    from people.account_actions import reset_second_factors

    reset_second_factors(person=thea, by=real_ada, reason="Lost the phone.")
    assert not is_in(browser)
    again = enter("thea@clinic.example")
    assert again.get("/today/")["Location"] == "/accounts/factors/"


@pytest.fixture
def factorless(clinic: Organisation, thea: User, heron: Client) -> Browser:
    """Thea, who supervises by now too, at an address that asks for a factor she has not set up."""
    User.objects.filter(pk=thea.pk).update(
        email="thea@clinic.example", roles=["therapist", "supervisor", "administrator"]
    )
    browser = Browser(enforce_csrf_checks=True)
    browser.force_login(User.objects.get(pk=thea.pk))
    return browser


KEPT = {  # what is being typed
    "people:me", "sessions:draft_save", "sessions:edit_draft_save",
    "supervision:meeting_draft_save",
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(patterns()))
def test_no_page_opens_without_the_factor_that_is_asked_for(
    factorless: Browser, heron: Client, name: str
) -> None:
    """Neither to a look, nor to a form whose token is refused."""
    is_open = may_wait(patterns()[name][0].callback)
    address = reverse(name, args=arguments(patterns()[name][1], uuid=heron.pk))
    for answer in (factorless.get(address), factorless.post(address, {"name": "Thea"})):
        if not is_open:
            assert (answer.status_code, answer["Location"]) == (302, "/accounts/factors/")
    if is_open:
        assert (
            name in PUBLIC | KEPT | {"account_logout", "account_reauthenticate"} or "mfa_" in name
        )


def test_a_code_works_once_however_long_it_is_valid(thea: User, client_for: SignIn) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        secret = set_up(client_for(thea))
        assert not is_in(enter(thea.email, code_for(secret))), "the one that set it up"
        code = code_for(secret, later=1)
        assert is_in(enter(thea.email, code))
        for _ in range(3):
            clock.shift(dt.timedelta(seconds=32))
            assert not is_in(enter(thea.email, code))


def test_a_code_written_otherwise_is_the_same_code(sunil: User, client_for: SignIn) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        secret = set_up(client_for(sunil))
        used = code_for(secret)
        for again in (f"{used[:3]}-{used[3:]}", f"{used[:3]}.{used[3:]}"):
            assert "_auth_user_id" not in enter(sunil.email, again).session
        clock.shift(dt.timedelta(minutes=1))
        fresh = code_for(secret)
        assert "_auth_user_id" in enter(sunil.email, f"{fresh[:3]}-{fresh[3:]}").session
        clock.shift(dt.timedelta(seconds=31))  # allauth has forgotten it, and it is still valid
        assert "_auth_user_id" not in enter(sunil.email, fresh).session


@pytest.mark.parametrize("end", ["password", "sign-ins"])
def test_waiting_for_the_code_ends_with_the_password_that_was_given(
    sunil: User, ada: User, client_for: SignIn, end: str
) -> None:
    secret = set_up(client_for(sunil))
    waiting = enter(sunil.email)
    if end == "password":
        sunil.set_password("quite another phrase")
        sunil.save()
    else:
        end_all_sign_ins(person=sunil, by=ada)
    answer = waiting.post("/accounts/factors/sign-in/", {"code": code_for(secret, later=1)})
    assert answer["Location"] == "/accounts/login/"
    assert "_auth_user_id" not in waiting.session
