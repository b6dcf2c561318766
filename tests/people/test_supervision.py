"""Who supervises whom: from, until, stand-ins, and what is pointed out."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from people import account_actions as accounts
from people import supervision_actions as actions
from people.actions import NotAllowed
from people.models import Client, Organisation, Supervision, User
from people.queries import supervisors_of
from people.roster import roster
from people.supervision_page import supervision_page
from tests.conftest import PASSWORD, TODAY, person

SignIn = Callable[[User], Browser]
ADDRESS = "/people/supervision/"
DAY = dt.timedelta(days=1)
pytestmark = pytest.mark.usefixtures("inside")


def body(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


@pytest.fixture
def petra(clinic: Organisation) -> User:
    return person(clinic, "Petra", "supervisor")


def start(browser: Browser, by: User, therapist: User, **more: Any) -> Any:
    known = {
        "password": PASSWORD,
        "supervisor": by.pk,
        "therapist": therapist.pk,
        "since": f"{TODAY()}",
    }
    return browser.post(ADDRESS, known | more)


def test_one_is_started_and_the_supervisor_sees_the_cases(
    heron: Client, ada: User, petra: User, client_for: SignIn
) -> None:
    his = client_for(petra)
    assert his.get(f"/clients/{heron.pk}/").status_code == 404
    assert start(client_for(ada), petra, heron.therapist)["Location"] == ADDRESS
    assert his.get(f"/clients/{heron.pk}/").status_code == 200
    assert "Petra" in body(client_for(ada).get(ADDRESS))


def test_a_stand_in_sees_as_long_as_it_lasts(
    heron: Client, sunil: User, ada: User, petra: User, client_for: SignIn
) -> None:
    answer = start(client_for(ada), petra, heron.therapist, stands_in_for=sunil.pk)
    assert answer.status_code == 422
    assert "A stand-in needs a last day." in body(answer)
    week = TODAY() + 7 * DAY
    start(client_for(ada), petra, heron.therapist, stands_in_for=sunil.pk, until=f"{week}")
    page = body(client_for(ada).get(ADDRESS))
    assert "stands in for Sunil" in page
    assert "who__line--for-now" in page
    visible = Client.objects.visible_to
    assert visible(petra, week).exists()
    assert not visible(petra, week + DAY).exists()


def test_it_is_ended_with_a_day_and_stays_in_the_history(
    heron: Client, sunil: User, ada: User, client_for: SignIn
) -> None:
    row = Supervision.objects.get(supervisor=sunil)
    address = reverse("people:supervision_end", args=[row.pk])
    sure = {"password": PASSWORD}
    hers = client_for(ada)
    answer = hers.post(address, sure | {"until": f"{row.since - DAY}"})
    assert answer.status_code == 422
    assert "choose that day or a later one" in body(answer)
    hers.post(address, {"until": f"{TODAY() - DAY}"})
    assert client_for(sunil).get(f"/clients/{heron.pk}/").status_code == 404
    page = body(client_for(ada).get(ADDRESS))
    assert "Before" in page
    assert "Nobody supervises anybody today." in page


def test_one_that_has_not_begun_is_taken_back(
    ada: User, thea: User, petra: User, client_for: SignIn
) -> None:
    start(client_for(ada), petra, thea, since=f"{TODAY() + 3 * DAY}")
    row = Supervision.objects.get()
    assert "Planned" in body(client_for(ada).get(ADDRESS))
    client_for(ada).post(reverse("people:supervision_withdraw", args=[row.pk]))
    assert not Supervision.objects.exists()


def test_one_that_has_begun_is_not_taken_back(sunil: User, ada: User) -> None:
    with pytest.raises(NotAllowed, match="has begun"):
        actions.withdraw_supervision(supervision=Supervision.objects.get(), today=TODAY(), by=ada)


@pytest.mark.parametrize(
    ("since", "until", "runs"),
    [(-60, -31, True), (-60, -30, False), (0, None, False), (5, 9, False)],
)
def test_two_of_one_pair_never_overlap(
    sunil: User, thea: User, ada: User, since: int, until: int | None, runs: bool
) -> None:
    def begin() -> Supervision:
        return actions.start_supervision(
            supervisor=sunil, therapist=thea, by=ada, since=TODAY() + since * DAY,
            until=None if until is None else TODAY() + until * DAY,
        )  # fmt: skip

    if runs:
        assert begin().pk
    else:
        with pytest.raises(NotAllowed, match="already runs then"):
            begin()


def test_the_picture_draws_every_pair_once(
    clinic: Organisation, sunil: User, thea: User, tom: User, petra: User, ada: User
) -> None:
    for therapist in (tom, sunil):
        actions.start_supervision(supervisor=petra, therapist=therapist, since=TODAY(), by=ada)
    picture = supervision_page(ada).picture
    assert [name.text for name in picture.supervisors] == ["Petra", "Sunil"]
    assert {name.text for name in picture.therapists} == {"Thea", "Tom", "Sunil"}
    assert len(picture.lines) == 3
    assert len({name.y for name in picture.therapists}) == 3


def test_what_is_over_or_to_come_names_no_supervisor(thea: User, sunil: User, ada: User) -> None:
    def named() -> list[list[str]]:
        people = {person.row.pk: person.supervisors for person in roster(ada, today=TODAY()).people}
        return [supervisors_of(thea, today=TODAY()), people[thea.pk]]

    assert named() == [["Sunil"], ["Sunil"]]
    day = dt.timedelta(days=1)
    for since, until in ((TODAY() - 30 * day, TODAY() - day), (TODAY() + day, None)):
        Supervision.objects.filter(therapist=thea).update(since=since, until=until)
        assert named() == [[], []]


def test_somebody_in_training_whose_supervisor_has_left_is_pointed_out(
    thea: User, sunil: User, ada: User, client_for: SignIn
) -> None:
    accounts.change_person(person=thea, by=ada, roles=["therapist"], in_training=True)
    warning = "Thea is in training and has no supervisor."
    assert warning not in body(client_for(ada).get(ADDRESS))
    accounts.deactivate_person(person=sunil, by=ada)
    assert warning in body(client_for(ada).get(ADDRESS))
    assert supervisors_of(thea, today=TODAY()) == []


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"supervisor": ""}, "Choose somebody."),
        ({"since": ""}, "Give the first day."),
        ({"since": "soon"}, "Write it as 2026-11-03."),
        ({"until": "2020-01-01"}, "end before it begins"),
        ({"until": "9999-12-31"}, "9999 cannot be right."),
        ({"supervisor": "x"}, "Choose one of the people shown."),
        ({"password": ""}, "Give your password"),
    ],
)
def test_bad_input(
    ada: User,
    thea: User,
    petra: User,
    client_for: SignIn,
    changed: dict[str, str],
    sentence: str,
) -> None:
    answer = start(client_for(ada), petra, thea, **changed)
    assert answer.status_code == 422
    assert sentence in body(answer)
    assert not Supervision.objects.exists()


def test_only_people_of_the_right_role_of_this_organisation_are_offered(
    ada: User, thea: User, tom: User, otto: User, petra: User, client_for: SignIn
) -> None:
    for wrong in (tom, otto):
        answer = start(client_for(ada), wrong, thea)
        assert "Choose one of the people shown." in body(answer)
    with pytest.raises(NotAllowed, match="look at their roles"):
        actions.start_supervision(supervisor=tom, therapist=thea, since=TODAY(), by=ada)


def test_what_is_over_is_not_revived_and_ending_asks_who_it_is(
    sunil: User, ada: User, heron: Client, client_for: SignIn
) -> None:
    row = Supervision.objects.get(supervisor=sunil)
    hers, address = client_for(ada), f"/supervisions/{row.pk}/end/"
    yesterday = {"until": f"{TODAY() - DAY}"}
    assert "Give your password" in body(hers.post(address, yesterday))
    assert hers.post(address, yesterday | {"password": PASSWORD}).status_code == 302
    answer = hers.post(address, {"until": f"{TODAY() + DAY}"})
    assert answer.status_code == 422
    assert "It is over already" in body(answer)
    assert client_for(sunil).get(f"/clients/{heron.pk}/").status_code == 404


def test_nobody_stands_in_for_themselves(
    heron: Client, ada: User, petra: User, client_for: SignIn
) -> None:
    until = f"{TODAY() + DAY}"
    answer = start(client_for(ada), petra, heron.therapist, stands_in_for=petra.pk, until=until)
    assert "stands in for themselves" in body(answer)
