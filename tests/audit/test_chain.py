"""The chain of audit events: whole after any work, and every way to break it is found."""

import threading
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, connections, transaction

from audit.chain import check_chain
from audit.models import AuditEvent, AuditHead
from audit.record import record
from people import walls
from people.models import Client, Organisation, User
from tests.conftest import log

EVENTS = 12


def note(by: User, kind: str = "looked at something", **detail: Any) -> None:
    with walls.inside(by.organisation_id):
        record(kind, by=by, target_kind="nothing", target_id=None, detail=detail)


def broken_at(clinic: Organisation) -> int | None:
    with walls.inside(clinic.pk):
        return check_chain(clinic.pk).broken_at


def as_owner(sql: str, *values: Any) -> int:
    """What somebody with the owner's password could do; the number of rows it changed."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(sql, values)
        return int(cursor.rowcount)


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
    assert state.broken_at is None
    assert state.events == AuditEvent.objects.count() > 8


def test_an_organisation_without_events_has_a_whole_chain(clinic: Organisation) -> None:
    with walls.inside(clinic.pk):
        assert check_chain(clinic.pk).events == 0
    assert broken_at(clinic) is None


def test_what_is_rolled_back_leaves_no_gap(thea: User, inside: None) -> None:
    with transaction.atomic():
        note(thea)
        transaction.set_rollback(True)
    note(thea)
    assert check_chain(thea.organisation_id).broken_at is None
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
    with walls.inside(thea.organisation_id), pytest.raises(DatabaseError), transaction.atomic():
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
    assert check_chain(thea.organisation_id).broken_at is None


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE audit_auditevent SET kind = 'harmless'",
        "DELETE FROM audit_auditevent",
        "TRUNCATE audit_auditevent",
        "UPDATE audit_audithead SET sequence = 0",
        "INSERT INTO audit_audithead VALUES (gen_random_uuid(), 1, '')",
        "DELETE FROM audit_audithead",
        "ALTER TABLE audit_auditevent DISABLE TRIGGER audit_chain",
        "ALTER TABLE audit_auditevent DISABLE ROW LEVEL SECURITY",
        "DROP TRIGGER audit_chain ON audit_auditevent",
        "SET ROLE impasse_owner",
        "SET session_replication_role = replica",
    ],
)
def test_the_login_of_the_web_may_only_add_and_read(thea: User, inside: None, sql: str) -> None:
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    assert AuditEvent.objects.count() == 1


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
@pytest.mark.parametrize(
    ("sql", "place"),
    [
        ("DELETE FROM audit_auditevent WHERE sequence = 1", 2),
        ("DELETE FROM audit_auditevent WHERE sequence = 5", 6),
        (f"DELETE FROM audit_auditevent WHERE sequence = {EVENTS}", EVENTS),
        ("DELETE FROM audit_auditevent WHERE sequence > 8", 9),
        ("DELETE FROM audit_auditevent", 1),
        ("DELETE FROM audit_audithead", EVENTS + 1),
        ("UPDATE audit_auditevent SET kind = 'harmless' WHERE sequence = 4", 4),
        ("UPDATE audit_auditevent SET actor_label = 'Tom' WHERE sequence = 4", 4),
        ("UPDATE audit_auditevent SET actor_id = gen_random_uuid() WHERE sequence = 4", 4),
        ("UPDATE audit_auditevent SET at = at + interval '1 microsecond' WHERE sequence = 4", 4),
        ("UPDATE audit_auditevent SET detail = '{}' WHERE sequence = 4", 4),
        ("UPDATE audit_auditevent SET target_id = gen_random_uuid() WHERE sequence = 4", 4),
        ("UPDATE audit_auditevent SET target_kind = 'client' WHERE sequence = 4", 4),
        ("UPDATE audit_auditevent SET target_label = 'x' WHERE sequence = 4", 4),
        ("UPDATE audit_auditevent SET hash = repeat('a', 64) WHERE sequence = 4", 4),
        ("UPDATE audit_auditevent SET previous_hash = '' WHERE sequence = 4", 4),
        ("UPDATE audit_auditevent SET sequence = 40 WHERE sequence = 4", 5),
    ],
)
def test_whatever_the_owner_does_to_the_rows_is_found(thea: User, sql: str, place: int) -> None:
    clinic = thea.organisation
    for number in range(EVENTS - 1):
        note(thea, number=number)
    assert broken_at(clinic) is None
    assert as_owner(sql) >= 1
    assert broken_at(clinic) == place
    output = StringIO()
    with pytest.raises(CommandError, match="1 chain"):
        call_command("verify_audit", stdout=output)
    assert f"BROKEN at event {place}" in output.getvalue()


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_a_changed_event_with_its_hash_made_new_breaks_at_the_next(thea: User) -> None:
    for number in range(3):
        note(thea, number=number)
    as_owner("UPDATE audit_auditevent SET kind = 'harmless' WHERE sequence = 2")
    as_owner(
        "UPDATE audit_auditevent SET hash = audit_digest(previous_hash, audit_auditevent) "
        "WHERE sequence = 2"
    )
    assert broken_at(thea.organisation) == 3


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_two_events_in_exchanged_order_are_found(thea: User) -> None:
    for number in range(4):
        note(thea, number=number)
    as_owner("UPDATE audit_auditevent SET sequence = 30 WHERE sequence = 3")
    as_owner("UPDATE audit_auditevent SET sequence = 3 WHERE sequence = 4")
    as_owner("UPDATE audit_auditevent SET sequence = 4 WHERE sequence = 30")
    assert broken_at(thea.organisation) == 3


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
    assert check_chain(thea.organisation_id).broken_at is None


def test_eight_writers_at_once_break_no_link(
    transactional_db: None, thea: User, at_once: Any
) -> None:
    def write(number: int) -> None:
        for turn in range(25):
            note(thea, writer=number, turn=turn)

    at_once(write, 8)
    assert broken_at(thea.organisation) is None
    with walls.inside(thea.organisation_id):
        assert AuditEvent.objects.count() == 1 + 8 * 25
        assert AuditHead.objects.get().sequence == 1 + 8 * 25


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
