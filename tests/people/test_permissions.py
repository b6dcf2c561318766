"""One table says who may what; `visible_to` says whose."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.test import RequestFactory

from people import actions as people
from people import supervision_actions as supervisions
from people.models import Client, User
from people.permissions import ROLES, Permission, Role, may, require
from sessions_app.models import TherapySession
from tests.conftest import TODAY, log, person

TABLE = {
    Permission.SIGNED_IN: {"therapist", "supervisor", "administrator"},
    Permission.READ_LIBRARY: {"therapist", "supervisor", "administrator"},
    Permission.SEE_TRENDS: {"therapist", "supervisor", "administrator"},
    Permission.TREAT: {"therapist"},
    Permission.READ_CASES: {"therapist", "supervisor"},
    Permission.SUPERVISE: {"supervisor"},
    Permission.SET_RULES: {"supervisor"},
    Permission.SEE_PEOPLE: {"administrator"},
    Permission.SEE_AUDIT: {"administrator"},
    Permission.SET_ORGANISATION: {"administrator"},
}


def test_the_table_is_this_one() -> None:
    assert {p: {r for r in Role if p in ROLES[r]} for p in Permission} == TABLE


@pytest.mark.parametrize("permission", Permission)
@pytest.mark.parametrize("roles", [{"therapist"}, {"supervisor"}, {"administrator"},
                                   {"therapist", "supervisor"}])  # fmt: skip
def test_roles_are_a_set_and_add_up(roles: set[str], permission: Permission) -> None:
    assert may(User(roles=sorted(roles)), permission) == bool(TABLE[permission] & roles)


def test_a_guarded_view_says_what_it_asks_and_turns_others_away(ada: User, thea: User) -> None:
    @require(Permission.TREAT)
    def view(request: Any) -> HttpResponse:
        return HttpResponse("in")

    assert view.permission is Permission.TREAT  # type: ignore[attr-defined]
    request = RequestFactory().get("/")
    request.user = thea
    assert view(request).content == b"in"
    request.user = ada
    with pytest.raises(PermissionDenied):
        view(request)


def test_an_unknown_role_opens_nothing() -> None:
    with pytest.raises(ValueError, match="owner"):
        may(User(roles=["owner"]), Permission.TREAT)


def seen_by(user: User, on: dt.date | None = None) -> list[str]:
    return sorted(Client.objects.visible_to(user, on).values_list("code_name", flat=True))


@pytest.fixture
def caseloads(heron: Client, tom: User, sunil: User) -> None:
    people.create_client(by=tom, code_name="Finch")
    people.create_client(by=sunil, code_name="Rook")


@pytest.mark.usefixtures("caseloads")
def test_each_sees_ones_own_and_a_supervisor_those_of_supervisees(
    thea: User, tom: User, sunil: User, ada: User, otto: User
) -> None:
    assert seen_by(thea) == ["Heron"]
    assert seen_by(tom) == ["Finch"]
    assert seen_by(sunil) == ["Heron", "Rook"]
    assert seen_by(ada) == []
    assert seen_by(otto) == []


@pytest.mark.usefixtures("caseloads")
def test_each_client_is_seen_once(sunil: User, thea: User) -> None:
    supervisions.start_supervision(
        supervisor=person(sunil.organisation, "Petra", "supervisor"), therapist=thea,
        since=TODAY(), by=thea,
    )  # fmt: skip
    assert seen_by(sunil) == ["Heron", "Rook"]


@pytest.mark.usefixtures("caseloads")
def test_a_supervision_opens_on_its_first_day_and_closes_after_its_last(
    clinic: Any, thea: User
) -> None:
    petra = person(clinic, "Petra", "supervisor")
    since, until = TODAY() + dt.timedelta(days=10), TODAY() + dt.timedelta(days=20)
    running = supervisions.start_supervision(supervisor=petra, therapist=thea, since=since, by=thea)
    supervisions.end_supervision(supervision=running, until=until, by=thea)
    day = dt.timedelta(days=1)
    assert seen_by(petra) == []
    assert [seen_by(petra, on) for on in (since - day, since, until, until + day)] == [
        [], ["Heron"], ["Heron"], [],
    ]  # fmt: skip


def test_somebody_who_no_longer_supervises_by_role_sees_nothing(heron: Client, sunil: User) -> None:
    User.objects.filter(pk=sunil.pk).update(roles=["therapist"])
    assert seen_by(User.objects.get(pk=sunil.pk)) == []


def test_somebody_who_no_longer_treats_sees_no_own_cases(heron: Client, thea: User) -> None:
    User.objects.filter(pk=thea.pk).update(roles=["administrator"])
    assert seen_by(User.objects.get(pk=thea.pk)) == []


def test_a_supervisors_supervisor_sees_no_further(heron: Client, sunil: User, clinic: Any) -> None:
    petra = person(clinic, "Petra", "supervisor")
    supervisions.start_supervision(supervisor=petra, therapist=sunil, since=TODAY(), by=sunil)
    assert seen_by(petra) == []


def test_sessions_are_seen_with_their_client(
    heron: Client, thea: User, tom: User, sunil: User, otto: User
) -> None:
    log(heron)
    seen: Callable[[User], int] = lambda user: TherapySession.objects.visible_to(user).count()  # noqa: E731
    assert [seen(user) for user in (thea, tom, sunil, otto)] == [1, 0, 1, 0]


def test_without_the_role_a_row_opens_nothing(sunil: User, heron: Client) -> None:
    """A supervision that still runs, and a caseload that is not yet handed over."""
    today = TODAY()
    assert list(Client.objects.supervised_by(sunil, today)) == [heron]
    assert list(Client.objects.treated_by(heron.therapist)) == [heron]
    for user in (sunil, heron.therapist):
        user.roles = ["administrator"]
        assert not Client.objects.supervised_by(user, today)
        assert not Client.objects.treated_by(user)
        assert not Client.objects.visible_to(user)
