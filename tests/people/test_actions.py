"""What changes people, supervisions and clients: what is refused, and why."""

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from people import actions as people
from people import supervision_actions as supervisions
from people.actions import CodeNameTaken, NotAllowed
from people.models import Client, StalePeriod, Supervision, User
from tests.conftest import TODAY, person


def changed(client: Client, **what: Any) -> Client:
    known = {name: getattr(client, name) for name in ("code_name", "rhythm", "started_on", "focus",
                                                      "goals", "version")}  # fmt: skip
    return people.edit_client(client=client, by=client.therapist, **(known | what))


# --- accounts and supervision ----------------------------------------------------------------


def test_an_address_belongs_to_one_person_in_any_case(thea: User) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        person(thea.organisation, "THEA", "therapist")


def test_a_password_is_never_kept_as_it_is(thea: User) -> None:
    from tests.conftest import PASSWORD

    assert PASSWORD not in thea.password
    assert thea.check_password(PASSWORD)


@pytest.mark.parametrize("roles", [[], ["owner"], ["therapist", "root"]])
def test_roles_are_the_known_ones(clinic: Any, roles: list[str]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        person(clinic, "Nora", *roles)


def test_nobody_supervises_themselves(thea: User, inside: None) -> None:
    with pytest.raises(NotAllowed, match="Nobody supervises themselves"):
        supervisions.start_supervision(supervisor=thea, therapist=thea, since=TODAY(), by=thea)


def test_nobody_supervises_across_organisations(thea: User, otto: User, inside: None) -> None:
    with pytest.raises(NotAllowed, match="same organisation"):
        supervisions.start_supervision(supervisor=otto, therapist=thea, since=TODAY(), by=thea)


@pytest.mark.parametrize("days", [-60, -30, 0, 30])
def test_the_same_supervision_does_not_run_twice(
    sunil: User, thea: User, inside: None, days: int
) -> None:
    since = TODAY() + dt.timedelta(days=days)
    with pytest.raises(NotAllowed, match="already runs then"):
        supervisions.start_supervision(supervisor=sunil, therapist=thea, since=since, by=sunil)


def test_it_may_run_again_after_it_has_ended(sunil: User, thea: User, inside: None) -> None:
    yesterday = TODAY() - dt.timedelta(days=1)
    supervisions.end_supervision(supervision=Supervision.objects.get(), until=yesterday, by=sunil)
    supervisions.start_supervision(supervisor=sunil, therapist=thea, since=TODAY(), by=sunil)
    assert Supervision.objects.running(TODAY()).count() == 1


def test_it_does_not_end_before_it_began(sunil: User, inside: None) -> None:
    with pytest.raises(NotAllowed, match="choose that day or a later one"):
        supervisions.end_supervision(
            supervision=Supervision.objects.get(), until=TODAY() - dt.timedelta(days=31), by=sunil
        )


def test_of_eight_who_start_it_at_once_one_does(
    transactional_db: None, clinic: Any, thea: User, at_once: Any
) -> None:
    from people import walls

    petra = person(clinic, "Petra", "supervisor")

    def start(number: int) -> bool:
        with walls.inside(clinic.pk):
            try:
                supervisions.start_supervision(
                    supervisor=petra, therapist=thea, since=TODAY(), by=thea
                )
            except NotAllowed:
                return False
            return True

    assert sum(at_once(start, 8)) == 1


# --- clients ---------------------------------------------------------------------------------


def test_a_code_name_is_ones_own_once_in_any_case(heron: Client, tom: User) -> None:
    with pytest.raises(CodeNameTaken, match="You already have a client called hERON"):
        people.create_client(by=heron.therapist, code_name="  hERON ")
    assert people.create_client(by=tom, code_name="Heron").pk != heron.pk


def test_renaming_to_a_taken_name_changes_nothing(heron: Client) -> None:
    finch = people.create_client(by=heron.therapist, code_name="Finch")
    with pytest.raises(CodeNameTaken):
        changed(finch, code_name="Heron", focus="Another focus")
    finch = Client.objects.get(pk=finch.pk)
    assert (finch.code_name, finch.focus) == ("Finch", "")


def test_an_edit_does_not_undo_what_happened_meanwhile(heron: Client) -> None:
    """The page was open while the case was paused and goals were reviewed elsewhere."""
    opened = Client.objects.get(pk=heron.pk)
    people.pause_client(client=heron, by=heron.therapist)
    people.set_baseline(client=heron, by=heron.therapist, baseline=("M4b",))
    changed(opened, focus="Another focus")
    now = Client.objects.get(pk=heron.pk)
    assert (now.status, now.baseline, now.focus) == ("paused", ["M4b"], "Another focus")


MOVES = {
    "pause": people.pause_client,
    "resume": people.resume_client,
    "reopen": people.reopen_client,
}


def move(client: Client, verb: str) -> Client:
    if verb == "end":
        return people.end_client(client=client, by=client.therapist, reason="moved", on=TODAY())
    return MOVES[verb](client=client, by=client.therapist)


@pytest.mark.parametrize(
    ("ways", "status"),
    [
        (["pause"], "paused"),
        (["pause", "resume"], "active"),
        (["pause", "pause"], "paused"),
        (["end"], "ended"),
        (["pause", "end"], "ended"),
        (["end", "reopen"], "active"),
        (["resume"], "active"),
        (["end", "pause"], None),
        (["end", "resume"], None),
        (["pause", "reopen"], None),
    ],
)
def test_a_case_moves_between_its_states(
    heron: Client, ways: list[str], status: str | None
) -> None:
    for verb in ways[:-1]:
        move(heron, verb)
    if status is None:
        with pytest.raises(NotAllowed, match="Heron is"):
            move(heron, ways[-1])
        return
    after = move(heron, ways[-1])
    assert after.status == status
    assert (after.ended_on is None) == (after.ended_reason == "") == (status != "ended")


def test_a_therapy_does_not_end_before_it_began(heron: Client) -> None:
    with pytest.raises(NotAllowed, match="choose that day or later"):
        people.end_client(
            client=heron, by=heron.therapist, reason="moved",
            on=heron.started_on - dt.timedelta(days=1),
        )  # fmt: skip


def test_the_database_refuses_half_an_end(heron: Client) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Client.objects.filter(pk=heron.pk).update(status="ended")


def test_a_week_is_marked_stale_once_by_its_monday(clinic: Any, inside: None) -> None:
    for day in (dt.date(2026, 3, 2), dt.date(2026, 3, 5), dt.date(2026, 3, 8)):
        people.mark_stale(organisation_id=clinic.pk, day=day)
    people.mark_stale(organisation_id=clinic.pk, day=dt.date(2026, 3, 9))
    weeks = list(StalePeriod.objects.order_by("week").values_list("week", flat=True))
    assert weeks == [dt.date(2026, 3, 2), dt.date(2026, 3, 9)]
