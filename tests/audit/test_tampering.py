"""Whatever is done to the rows of a chain is found, with its place and its kind."""

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, connections, transaction

from audit.models import AuditEvent
from people.models import User
from tests.audit.test_chain import faults, note

EVENTS = 12
OWNED = pytest.mark.django_db(transaction=True, databases=["default", "owner"])
DIGEST = "audit_digest(previous_hash, audit_auditevent)"


def as_owner(sql: str) -> None:
    """What somebody with the owner's password could do."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(sql)


@pytest.fixture
def twelve(thea: User) -> User:
    for number in range(EVENTS - 1):  # the first is Thea's account
        note(thea, number=number)
    assert faults(thea.organisation) == []
    return thea


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE audit_auditevent SET kind = 'harmless'",
        "DELETE FROM audit_auditevent",
        "TRUNCATE audit_auditevent",
        "TRUNCATE audit_audithead",
        "DROP TABLE audit_auditevent",
        "UPDATE audit_audithead SET sequence = 0",
        "INSERT INTO audit_audithead VALUES (gen_random_uuid(), 1, '')",
        "DELETE FROM audit_audithead",
        """INSERT INTO audit_auditevent SELECT * FROM audit_auditevent
           ON CONFLICT (id) DO UPDATE SET kind = 'harmless'""",
        "ALTER TABLE audit_auditevent DISABLE TRIGGER audit_chain",
        "ALTER TABLE audit_auditevent DISABLE ROW LEVEL SECURITY",
        "DROP TRIGGER audit_chain ON audit_auditevent",
        """CREATE OR REPLACE FUNCTION audit_chain() RETURNS trigger LANGUAGE plpgsql
           AS 'BEGIN RETURN NEW; END'""",
        "SET ROLE impasse_owner",
        "SET session_replication_role = replica",
    ],
)
def test_the_login_of_the_web_may_only_add_and_read(thea: User, inside: None, sql: str) -> None:
    before = list(AuditEvent.objects.values())
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    assert list(AuditEvent.objects.values()) == before
    assert faults(thea.organisation) == []


def test_it_was_granted_no_more_than_that(thea: User, inside: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT string_agg(privilege_type, ' ' ORDER BY privilege_type)"
            " FROM information_schema.role_table_grants"
            " WHERE grantee = 'impasse_web' AND table_name = 'audit_auditevent'"
        )
        assert cursor.fetchone() == ("INSERT SELECT",)


SET = "UPDATE audit_auditevent SET"
OFF, ON = (
    f"ALTER TABLE audit_auditevent {word} TRIGGER audit_chain" for word in ("DISABLE", "ENABLE")
)
FORGED = """
INSERT INTO audit_auditevent (organisation_id, sequence, at, kind, actor_label, target_kind,
  target_label, detail, previous_hash, hash)
SELECT organisation_id, sequence + 1, at, 'x', 'x', 'x', '', '{}', hash, 'x'
FROM audit_auditevent WHERE sequence = """
# fmt: off
TAMPERED = {
    "DELETE FROM audit_auditevent WHERE sequence = 1": ["missing: event 1"],
    "DELETE FROM audit_auditevent WHERE sequence = 5": ["missing: event 5"],
    "DELETE FROM audit_auditevent WHERE sequence IN (4, 5, 8)":
        ["missing: events 4 to 5", "missing: event 8"],
    "DELETE FROM audit_auditevent WHERE sequence = 12": ["cut off: event 12"],
    "DELETE FROM audit_auditevent WHERE sequence > 8": ["cut off: events 9 to 12"],
    "DELETE FROM audit_auditevent": ["cut off: events 1 to 12"],
    "DELETE FROM audit_audithead": ["head missing: event 12"],
    f"{SET} kind = 'harmless' WHERE sequence = 4": ["changed: event 4"],
    f"{SET} actor_label = 'Tom' WHERE sequence = 4": ["changed: event 4"],
    f"{SET} actor_id = gen_random_uuid() WHERE sequence = 4": ["changed: event 4"],
    f"{SET} at = at + interval '1 microsecond' WHERE sequence = 4": ["changed: event 4"],
    f"{SET} detail = '{{}}' WHERE sequence = 4": ["changed: event 4"],
    f"{SET} target_id = gen_random_uuid() WHERE sequence = 4": ["changed: event 4"],
    f"{SET} target_kind = 'x' WHERE sequence = 4": ["changed: event 4"],
    f"{SET} target_label = 'x' WHERE sequence = 4": ["changed: event 4"],
    f"{SET} hash = repeat('a', 64) WHERE sequence = 4": ["changed: event 4"],
    f"{SET} hash = repeat('a', 64) WHERE sequence = 12": ["changed: event 12"],
    f"{SET} previous_hash = '' WHERE sequence = 4": ["changed: event 4"],
    f"{SET} kind = 'harmless' WHERE sequence = 4; {SET} hash = {DIGEST} WHERE sequence = 4":
        ["changed: event 4"],
    f"{SET} sequence = 40 WHERE sequence = 4":
        ["missing: event 4", "re-ordered: event 40", "inserted: events 13 to 40"],
    f"{SET} sequence = 30 WHERE sequence = 5; {SET} sequence = 5 WHERE sequence = 6;"
    f"{SET} sequence = 6 WHERE sequence = 30": ["re-ordered: event 5", "re-ordered: event 6"],
    # at the end, past the head
    f"{OFF}; {FORGED} 12; {SET} hash = {DIGEST} WHERE sequence = 13; {ON}": ["inserted: event 13"],
    # between two others, which are moved along
    f"{OFF}; {SET} sequence = 13 WHERE sequence = 12; {FORGED} 11;"
    f"{SET} hash = {DIGEST} WHERE sequence = 12; {ON}":
        ["inserted: event 12", "inserted: event 13"],
}
# fmt: on
AS_IT_WAS = f"""{OFF}; DELETE FROM audit_auditevent; DELETE FROM audit_audithead;
INSERT INTO audit_auditevent SELECT * FROM kept;
INSERT INTO audit_audithead SELECT * FROM kept_head; {ON}"""


@OWNED
def test_whatever_the_owner_does_to_the_rows_is_found(twelve: User) -> None:
    """Each in turn, on the same chain; verify_audit says what and where, and does not exit 0."""
    as_owner("CREATE TEMP TABLE kept AS TABLE audit_auditevent")
    as_owner("CREATE TEMP TABLE kept_head AS TABLE audit_audithead")
    for sql, said in TAMPERED.items():
        as_owner(sql)
        output = StringIO()
        with pytest.raises(CommandError, match="1 chain"):
            call_command("verify_audit", stdout=output)
        first, *found = output.getvalue().splitlines()
        assert first.endswith("BROKEN"), sql
        assert (sql, [line.strip() for line in found]) == (sql, said)
        as_owner(AS_IT_WAS)
        call_command("verify_audit", stdout=output)


WRITTEN_ANEW = """
DO $$ DECLARE row audit_auditevent; before text := ''; BEGIN
  FOR row IN SELECT * FROM audit_auditevent ORDER BY sequence LOOP
    UPDATE audit_auditevent SET previous_hash = before WHERE id = row.id;
    UPDATE audit_auditevent SET hash = audit_digest(before, audit_auditevent)
      WHERE id = row.id RETURNING hash INTO before;
  END LOOP;
  UPDATE audit_audithead SET hash = before, sequence = (SELECT max(sequence) FROM audit_auditevent);
END $$
"""


def whole_or_not(anchors: Path) -> list[str]:
    """What verify_audit says below the organisation's name."""
    output = StringIO()
    try:
        call_command("verify_audit", anchors=str(anchors), stdout=output)
    except CommandError:
        assert len(output.getvalue().splitlines()) > 1
    return [line.strip() for line in output.getvalue().splitlines()[1:]]


def anchored(folder: Path) -> Path:
    """A file with the anchors of now, among other lines, as in a forwarded letter."""
    output = StringIO()
    call_command("audit_anchor", stdout=output)
    file = folder / "anchors.txt"
    file.write_text(f"Dear keeper,\n\n{output.getvalue()}\n-- \nAda\n", encoding="utf-8")
    return file


@OWNED
def test_a_chain_written_anew_with_its_head_is_found_by_an_anchor(
    twelve: User, tmp_path: Path
) -> None:
    anchors = anchored(tmp_path)
    note(twelve)
    assert whole_or_not(anchors) == []
    as_owner("UPDATE audit_auditevent SET kind = 'harmless' WHERE sequence = 4")
    as_owner(WRITTEN_ANEW)
    assert faults(twelve.organisation) == [], "the chain alone cannot tell"
    assert whole_or_not(anchors) == ["rewritten: events 1 to 12"]


@OWNED
def test_an_end_cut_off_with_its_head_is_found_by_an_anchor(twelve: User, tmp_path: Path) -> None:
    anchors = anchored(tmp_path)
    as_owner("DELETE FROM audit_auditevent WHERE sequence > 9")
    as_owner(WRITTEN_ANEW)
    assert faults(twelve.organisation) == []
    assert whole_or_not(anchors) == ["cut off: events 10 to 12"]


@OWNED
def test_an_organisation_that_is_gone_is_found_by_its_anchor(
    twelve: User, otto: User, tmp_path: Path
) -> None:
    anchors = anchored(tmp_path)
    gone = otto.organisation_id
    as_owner(f"DELETE FROM people_user WHERE id = '{otto.pk}'")
    as_owner(f"DELETE FROM people_organisation WHERE id = '{gone}'")
    assert whole_or_not(anchors) == [f"{gone}: the anchors name it, and it is not there"]


def test_anchors_are_mailed(twelve: User, otto: User) -> None:
    output = StringIO()
    call_command("audit_anchor", mail="keeper@elsewhere.example", stdout=output)
    (letter,) = mail.outbox
    assert letter.to == ["keeper@elsewhere.example"]
    lines = output.getvalue().splitlines()
    assert len(lines) == 2
    assert all(line in letter.body for line in lines)


@pytest.mark.parametrize("text", [None, "", "nothing that is an anchor\n"])
def test_without_an_anchor_nothing_is_called_whole(
    thea: User, tmp_path: Path, text: str | None
) -> None:
    file = tmp_path / "anchors.txt"
    if text is not None:
        file.write_text(text, encoding="utf-8")
    with pytest.raises(CommandError, match="anchor"):
        call_command("verify_audit", anchors=str(file), stdout=StringIO())


def test_anchors_can_be_typed(thea: User, monkeypatch: Any) -> None:
    output, said = StringIO(), StringIO()
    call_command("audit_anchor", stdout=output)
    monkeypatch.setattr("sys.stdin", StringIO(output.getvalue()))
    call_command("verify_audit", anchors="-", stdout=said)
    assert "whole" in said.getvalue()
