"""What an administrator decides about one account, and what happens at once."""

from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client as Browser
from django.urls import reverse

from audit.models import AuditEvent
from people import account_actions as actions
from people.actions import NotAllowed
from people.models import Client, Organisation, User
from tests.conftest import PASSWORD, person

SignIn = Callable[[User], Browser]
pytestmark = pytest.mark.usefixtures("inside")


def to(verb: str, row: User) -> str:
    return reverse(f"people:{verb}", args=[row.pk])


def signed_in(user: User) -> Browser:
    browser = Browser()
    browser.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    return browser


def is_in(browser: Browser) -> bool:
    return browser.get("/accounts/me/").status_code == 200


def test_one_person_with_cases_by_code_name_and_nothing_written(
    ada: User, sunil: User, stuck_heron: Client, client_for: SignIn
) -> None:
    page = client_for(ada).get(to("person", stuck_heron.therapist)).content.decode()
    for words in ("Thea", "thea@example.test", "Heron", "supervised by", "Sunil"):
        assert words in page
    assert "A note of" not in page


def test_roles_hold_at_the_next_click(ada: User, thea: User, client_for: SignIn) -> None:
    hers = client_for(thea)
    assert hers.get("/today/").status_code == 200
    answer = client_for(ada).post(
        to("person", thea), {"roles": ["administrator"], "password": PASSWORD}
    )
    assert answer.status_code == 302
    assert hers.get("/today/").status_code == 403
    event = AuditEvent.objects.get(kind="person changed")
    assert event.detail == {"roles": [["therapist"], ["administrator"]]}
    assert (event.actor_label, event.target_label) == ("Ada", "Thea")


def test_the_password_is_asked_for_and_not_again_for_a_while(
    ada: User, thea: User, client_for: SignIn
) -> None:
    browser = client_for(ada)
    roles = {"roles": ["therapist", "supervisor"]}
    answer = browser.post(to("person", thea), roles)
    assert (answer.status_code, "Give your password" in answer.content.decode()) == (422, True)
    answer = browser.post(to("person", thea), roles | {"password": "not this one"})
    assert "That is not your password" in answer.content.decode()
    thea.refresh_from_db()
    assert thea.roles == ["therapist"]
    refused = AuditEvent.objects.get(kind="sign-in refused")
    assert refused.detail == {"because": "wrong password, asked for again"}
    assert browser.post(to("person", thea), roles | {"password": PASSWORD}).status_code == 302
    assert browser.post(to("person", thea), {"roles": ["therapist"]}).status_code == 302


def test_closing_ends_every_sign_in_at_once_and_keeps_the_cases(
    ada: User, heron: Client, client_for: SignIn
) -> None:
    thea = heron.therapist
    laptop, phone, forced = signed_in(thea), signed_in(thea), client_for(thea)
    client_for(ada).post(to("person_close", thea), {"password": PASSWORD})
    assert [is_in(browser) for browser in (laptop, phone, forced)] == [False] * 3
    assert not is_in(signed_in(thea))
    heron.refresh_from_db()
    assert heron.therapist == thea
    page = client_for(ada).get("/people/").content.decode()
    assert "1 case of Thea waits for a new therapist." in " ".join(page.split())


def test_opening_again_brings_no_old_sign_in_back(
    ada: User, thea: User, client_for: SignIn
) -> None:
    old = signed_in(thea)
    actions.deactivate_person(person=thea, by=ada)
    client_for(ada).post(to("person_open", thea))
    assert not is_in(old)
    assert is_in(signed_in(User.objects.get(pk=thea.pk)))


def test_the_last_administrator_stays(ada: User, clinic: Organisation, client_for: SignIn) -> None:
    answer = client_for(ada).post(to("person", ada), {"roles": ["therapist"], "password": PASSWORD})
    assert answer.status_code == 422
    assert "last administrator" in answer.content.decode()
    other = person(clinic, "Otis", "administrator")
    actions.change_person(person=ada, by=ada, roles=["therapist"], in_training=False)
    with pytest.raises(NotAllowed, match="last administrator"):
        actions.deactivate_person(person=other, by=ada)


def test_nobody_closes_their_own_account(ada: User, clinic: Organisation) -> None:
    person(clinic, "Otis", "administrator")
    with pytest.raises(NotAllowed, match="your own account"):
        actions.deactivate_person(person=ada, by=ada)


def test_two_administrators_cannot_unmake_each_other(
    transactional_db: None,
    clinic: Organisation,
    ada: User,
    at_once: Callable[..., list[Any]],
) -> None:
    from people import walls

    pair = [ada, person(clinic, "Otis", "administrator")]

    def unmake(number: int) -> bool:
        with walls.inside(clinic.pk):
            try:
                actions.change_person(
                    person=pair[1 - number], by=pair[number], roles=["therapist"], in_training=False
                )
            except NotAllowed:
                return False
        return True

    assert sorted(at_once(unmake, 2)) == [False, True]


def test_lost_factors_are_taken_away_with_a_reason(
    ada: User, thea: User, client_for: SignIn
) -> None:
    Authenticator.objects.create(user=thea, type="totp", data={"secret": "sealed"})
    hers = client_for(thea)
    answer = client_for(ada).post(to("person_factors", thea), {"password": PASSWORD})
    assert "Say why" in answer.content.decode()
    client_for(ada).post(
        to("person_factors", thea), {"password": PASSWORD, "reason": "Lost the phone."}
    )
    assert not Authenticator.objects.filter(user=thea).exists()
    assert not is_in(hers)
    assert AuditEvent.objects.get(kind="second factor reset").detail == {
        "reason": "Lost the phone."
    }
    assert is_in(signed_in(thea)), "the password stays the person's own"


def test_signing_somebody_out_everywhere(ada: User, thea: User, client_for: SignIn) -> None:
    laptop, phone = signed_in(thea), signed_in(thea)
    client_for(ada).post(to("person_sign_out", thea))
    assert not is_in(laptop)
    assert not is_in(phone)


def test_people_are_found_by_name_and_address(
    ada: User, thea: User, tom: User, client_for: SignIn
) -> None:
    page = client_for(ada).post("/people/find/", {"name": "THEA"}).content.decode()
    assert "thea@example.test" in page
    assert "tom@example.test" not in page
    page = client_for(ada).post("/people/find/", {"name": "nobody"}).content.decode()
    assert "Nobody of that name" in page


def test_a_therapist_in_training_without_supervisor_is_pointed_out(
    ada: User, thea: User, client_for: SignIn
) -> None:
    actions.change_person(person=thea, by=ada, roles=["therapist"], in_training=True)
    assert "in training and has no supervisor" in client_for(ada).get("/people/").content.decode()
