"""The chain of audit events: whole after any work, and every way to break it is found."""

import threading
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from audit.chain import check_chain
from audit.models import AuditEvent, AuditHead
from audit.record import NotRecorded, record
from people import walls
from people.models import Client, Organisation, User
from tests.conftest import log

EVENTS = 12


def note(by: User, kind: str = "looked at something", **detail: Any) -> None:
    with walls.inside(by.organisation_id):
        record(kind, by=by, target_kind="nothing", target_id=None, detail=detail)


def faults(clinic: Organisation) -> list[str]:
    with walls.inside(clinic.pk):
        return [str(fault) for fault in check_chain(clinic.pk).faults]


def test_a_chain_is_numbered_and_linked_from_the_first_event(thea: User, inside: None) -> None:
    for number in range(3):
        note(thea, number=number)
    events = list(AuditEvent.objects.order_by("sequence"))
    assert [event.sequence for event in events] == [1, 2, 3, 4]  # the first is Thea's account
    assert [e.previous_hash for e in events] == ["", *(e.hash for e in events[:-1])]
    assert len({event.hash for event in events}) == 4
    assert all(len(event.hash) == 64 for event in events)
    head = AuditHead.objects.get()
    assert (head.sequence, head.hash) == (4, events[-1].hash)


def test_it_is_whole_after_real_work(stuck_heron: Client, sunil: User, tom: User) -> None:
    state = check_chain(stuck_heron.organisation_id)
    assert state.faults == ()
    assert state.events == AuditEvent.objects.count() > 8


def test_an_organisation_without_events_has_a_whole_chain(clinic: Organisation) -> None:
    with walls.inside(clinic.pk):
        assert check_chain(clinic.pk).events == 0
    assert faults(clinic) == []


def test_what_is_rolled_back_leaves_no_gap(thea: User, inside: None) -> None:
    with transaction.atomic():
        note(thea)
        transaction.set_rollback(True)
    note(thea)
    assert faults(thea.organisation) == []
    assert AuditEvent.objects.count() == 2


def test_two_organisations_have_a_chain_each(thea: User, otto: User) -> None:
    note(thea)
    note(otto)
    for user in (thea, otto):
        with walls.inside(user.organisation_id):
            assert list(
                AuditEvent.objects.order_by("sequence").values_list("sequence", flat=True)
            ) == [1, 2]


def test_an_event_cannot_be_written_into_another_organisation(thea: User, otto: User) -> None:
    with walls.inside(thea.organisation_id), pytest.raises(NotRecorded), transaction.atomic():
        record("forged", by=otto, target_kind="nothing", target_id=None)


def test_number_and_hash_are_the_databases_own(thea: User, inside: None) -> None:
    """Nobody can hand in an event with a number or a hash of their own."""
    AuditEvent(
        organisation_id=thea.organisation_id, kind="forged", actor_label="x", target_kind="x",
        sequence=99, hash="f" * 64, previous_hash="e" * 64,
    ).save(force_insert=True)  # fmt: skip
    forged = AuditEvent.objects.get(kind="forged")
    assert forged.sequence == 2
    assert forged.hash != "f" * 64
    assert faults(thea.organisation) == []


def test_the_command_says_how_many_events_each_organisation_has(thea: User, otto: User) -> None:
    note(thea)
    output = StringIO()
    call_command("verify_audit", stdout=output)
    assert output.getvalue().splitlines() == [
        "Elsewhere: 1 events, whole",
        "Northside: 2 events, whole",
    ]


def test_the_hash_does_not_depend_on_the_readers_settings(thea: User, inside: None) -> None:
    note(thea, words="ünïcode", number=1.50)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL TIME ZONE 'Pacific/Apia'")
        cursor.execute("SET LOCAL DateStyle = 'SQL, DMY'")
        cursor.execute("SET LOCAL extra_float_digits = 0")
    assert faults(thea.organisation) == []


def test_writers_of_two_organisations_do_not_wait_for_each_other(
    transactional_db: None, thea: User, otto: User
) -> None:
    with walls.inside(thea.organisation_id), transaction.atomic():
        record("held open", by=thea, target_kind="nothing", target_id=None)
        done = threading.Event()

        def other() -> None:
            note(otto)
            connection.close()
            done.set()

        thread = threading.Thread(target=other)
        thread.start()
        assert done.wait(timeout=4)
        thread.join()


def test_a_logged_session_is_in_the_chain_with_who_and_what(heron: Client) -> None:
    session = log(heron)
    event = AuditEvent.objects.order_by("sequence").last()
    assert event is not None
    assert (event.kind, event.actor_label, event.target_id, event.target_label) == (
        "session logged", "Thea", session.pk, "Heron",
    )  # fmt: skip
