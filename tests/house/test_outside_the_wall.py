"""What another organisation's administrator gets out of the tables outside the wall: nothing.

People, invitations, changes of address, organisations and sign-ins have no policy. Here somebody
who holds every role elsewhere names the clinic's people and rows wherever a page takes a name or
an id. That an address has an account somewhere is all there is to learn: one address, one account.
"""

from typing import Any

import pytest
from django.core import mail
from django.urls import reverse

from tests.conftest import PASSWORD, TODAY
from tests.house.matrix import words
from tests.house.world import HOUSE, World, undone

pytestmark = pytest.mark.django_db


def asked(world: World) -> dict[str, tuple[str, str, dict[str, Any]]]:
    """Everything that is tried: where, how, and with what."""
    thea, otto = world.users["therapist"], world.users["elsewhere"]
    since = {"since": f"{TODAY()}", "password": PASSWORD}
    own = reverse("sessions:transfer", args=[otto.pk])
    audit, people = reverse("people:audit_list"), reverse("people:supervision_list")
    return {
        "a search by name": ("post", reverse("people:person_find"), {"q": "Thea"}),
        "the list of people": ("get", reverse("people:person_list"), {"show": "all"}),
        "the audit of a person": ("get", audit, {"person": str(thea.pk)}),
        "the audit of a case": ("get", audit, {"case": str(world.client)}),
        "trends of a person": ("get", reverse("trends:trends"), {"of": str(thea.pk)}),
        "cases to a person": ("post", own, {"to": str(thea.pk), "cases": [], "password": PASSWORD}),
        "to supervise": ("post", people, since | {"supervisor": otto.pk, "therapist": thea.pk}),
        "to be supervised": ("post", people, since | {"supervisor": thea.pk, "therapist": otto.pk}),
        "to meet": ("post", reverse("supervision:meeting_new"),
                    {"therapists": [str(thea.pk)], "at": f"{TODAY()}T10:00", "minutes": "60"}),
        "to invite an account": ("post", reverse("people:invitation_new"),
                                 {"email": thea.email.upper(), "roles": ["therapist"],
                                  "password": PASSWORD}),
    }  # fmt: skip


def test_nothing_of_the_clinic_is_told_or_taken(world: World) -> None:
    for what, (method, path, data) in asked(world).items():
        with undone():
            mail.outbox.clear()
            answer = getattr(world.browser("elsewhere"), method)(path, data)
        repeats = {HOUSE} if HOUSE in str(data).lower() else set()  # what was typed comes back
        assert words(answer) <= repeats, what
        assert world.users["therapist"].name not in answer.content.decode(), what
        if what.startswith("to "):
            assert (what, answer.status_code) == (what, 422)
            assert mail.outbox == [], what


def test_whoever_is_invited_by_one_may_be_invited_by_another(world: World) -> None:
    """Who invites first does not hold an address, nor does anybody learn that it was invited."""
    data = {"email": f"nora@{HOUSE}.test", "roles": ["therapist"], "password": PASSWORD}
    with undone():
        answer = world.browser("elsewhere").post(reverse("people:invitation_new"), data)
    assert answer.status_code == 302
