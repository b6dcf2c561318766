"""Row-level security with the application out of the way: SQL by the web's login, every table.

What is foreign here is the clinic's; whoever asks works for the other organisation.
"""

import json
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import psycopg2
import pytest
from django.apps import apps
from django.db import DatabaseError, connection, connections, transaction
from django.utils.module_loading import import_string

from impasse_tracker.celery import app
from people import walls
from tests.house.every_table import fill
from tests.house.test_models import OUTSIDE_THE_WALL, belongs
from tests.house.world import World, undone

TABLES = {
    model._meta.db_table: model
    for model in apps.get_models()
    if belongs(model) and model._meta.db_table not in OUTSIDE_THE_WALL
}
READ_ONLY = {"audit_auditevent", "audit_audithead"}  # the chain's: nobody changes or deletes
WRITTEN_BY_THE_DATABASE = {"audit_audithead"}
pytestmark = pytest.mark.django_db
Row = dict[str, Any]


def as_owner(sql: str, *values: Any) -> list[tuple[Any, ...]]:
    """What the owner of the tables is answered: policies do not bind it."""
    params = connections["owner"].get_connection_params()
    with closing(psycopg2.connect(**params)) as owner, owner, owner.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall()) if cursor.description else []


@pytest.fixture(scope="module")
def rows(world: World, django_db_blocker: Any) -> dict[str, Row]:
    """One row of the clinic from every table behind the wall."""
    with django_db_blocker.unblock():
        fill(world)
        connection.close()
    clinic = world.users["therapist"].organisation_id
    asked = 'SELECT to_jsonb(t) FROM "{}" t WHERE organisation_id = %s LIMIT 1'
    found = {table: as_owner(asked.format(table), str(clinic)) for table in TABLES}
    assert [table for table in TABLES if not found[table]] == [], "the world needs a row of these"
    return {table: answer[0][0] for table, answer in found.items()}


def run(sql: str, *values: Any) -> Any:
    """The number of rows that one statement reaches, or the error it is refused with."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, values)
            return cursor.rowcount
    except DatabaseError as refused:
        return str(refused)


def homes(world: World) -> tuple[uuid.UUID, uuid.UUID]:
    """The clinic, and the other organisation."""
    return world.users["therapist"].organisation_id, world.users["elsewhere"].organisation_id


def statements(table: str, row: Row) -> dict[str, tuple[str, tuple[Any, ...]]]:
    """Everything one can do to a row; an insert is of its copy."""
    key = TABLES[table]._meta.pk.column
    one = f"WHERE {key}::text = %s"
    pk = (str(row[key]),)
    fields = TABLES[table]._meta.concrete_fields
    given = ", ".join(f'"{field.column}"' for field in fields if not field.generated)
    source = f'jsonb_populate_record(NULL::"{table}", %s)'
    insert = f'INSERT INTO "{table}" ({given}) SELECT {given} FROM {source}'
    return {
        "select": (f'SELECT * FROM "{table}" {one}', pk),
        "select all of it": (f'SELECT * FROM "{table}" WHERE organisation_id = %s',
                             (row["organisation_id"],)),
        "lock": (f'SELECT * FROM "{table}" {one} FOR UPDATE', pk),
        "update": (f'UPDATE "{table}" SET organisation_id = organisation_id {one}', pk),
        "delete": (f'DELETE FROM "{table}" {one}', pk),
        "insert": (insert, (json.dumps(row),)),
    }  # fmt: skip


@pytest.mark.parametrize("table", sorted(TABLES))
def test_foreign_rows_are_none_and_take_nothing(
    world: World, rows: dict[str, Row], table: str
) -> None:
    clinic, other = homes(world)
    asked = statements(table, rows[table])
    with walls.inside(clinic):
        assert run(*flat(asked["select"])) == 1, "one's own is there"
        moved = run(f'UPDATE "{table}" SET organisation_id = %s', str(other))
        assert is_refused(moved), moved
    with walls.inside(other):
        answers = {verb: run(*flat(asked[verb])) for verb in asked}
    for verb in ("select", "select all of it"):
        assert answers[verb] == 0, verb
    for verb in ("lock", "update", "delete"):
        barred = table in READ_ONLY and "permission denied" in str(answers[verb])
        assert answers[verb] == 0 or barred, (verb, answers[verb])
    assert is_refused(answers["insert"]), answers["insert"]


def flat(asked: tuple[str, tuple[Any, ...]]) -> tuple[Any, ...]:
    return (asked[0], *asked[1])


def is_refused(answer: Any) -> bool:
    return any(why in str(answer) for why in ("row-level security", "permission denied"))


@pytest.mark.parametrize("table", sorted(TABLES))
def test_while_no_organisation_is_set_everything_is_an_error(
    rows: dict[str, Row], table: str
) -> None:
    assert walls.current() == ""
    asked = statements(table, rows[table]) | {"count": (f'SELECT count(*) FROM "{table}"', ())}
    for verb, statement in asked.items():
        assert isinstance(run(*flat(statement)), str), verb


@pytest.mark.parametrize("table", sorted(TABLES))
def test_the_models_meet_the_wall_too(world: World, rows: dict[str, Row], table: str) -> None:
    clinic, other = homes(world)
    every = TABLES[table]._base_manager.filter(organisation_id=clinic)
    with walls.inside(clinic):
        assert every.exists()
    with walls.inside(other):
        assert not every.exists()


# --- what the web's login would have to do to get round it ------------------------------------

ON_A_TABLE = (
    "ALTER TABLE {} DISABLE ROW LEVEL SECURITY",
    "ALTER TABLE {} NO FORCE ROW LEVEL SECURITY",
    "ALTER TABLE {} DISABLE TRIGGER ALL",
    "ALTER TABLE {} OWNER TO impasse_web",
    "ALTER TABLE {} ADD COLUMN mine text",
    "ALTER TABLE {} RENAME TO other",
    "DROP POLICY organisation_wall ON {}",
    "ALTER POLICY organisation_wall ON {} USING (true)",
    "CREATE POLICY open ON {} USING (true)",
    "CREATE RULE round AS ON INSERT TO {} DO INSTEAD NOTHING",
    "CREATE TRIGGER mine BEFORE INSERT ON {} FOR EACH ROW EXECUTE FUNCTION audit_chain()",
    "CREATE INDEX ON {} (organisation_id)",
    "TRUNCATE {} CASCADE",
    "DROP TABLE {} CASCADE",
    "COPY {} TO '/dev/null'",
    "COPY {} TO PROGRAM 'cat'",
)
ANYWHERE = (
    "SET ROLE impasse_owner",
    "SET SESSION AUTHORIZATION impasse_owner",
    "SET session_replication_role = replica",
    "ALTER ROLE impasse_web BYPASSRLS",
    "ALTER ROLE impasse_web SUPERUSER",
    "ALTER ROLE impasse_owner PASSWORD 'mine'",
    "CREATE ROLE mine",
    "GRANT impasse_owner TO impasse_web",
    "CREATE TABLE mine (a int)",
    "CREATE VIEW mine AS SELECT 1",
    "CREATE SCHEMA mine",
    "CREATE FUNCTION mine() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'",
    "CREATE EXTENSION postgres_fdw",
    "DROP FUNCTION audit_chain() CASCADE",
    "ALTER FUNCTION audit_chain() SECURITY INVOKER",
    "ALTER DATABASE postgres SET row_security = off",
    "ALTER SYSTEM SET row_security = off",
    "SELECT pg_read_file('/etc/hostname')",
    "SELECT lo_import('/etc/hostname')",
    "REASSIGN OWNED BY impasse_owner TO impasse_web",
    "DROP OWNED BY impasse_owner",
)


@pytest.mark.parametrize("table", sorted(TABLES))
def test_the_webs_login_cannot_take_the_wall_from_a_table(world: World, table: str) -> None:
    with walls.inside(homes(world)[1]):
        run(f'GRANT ALL ON "{table}" TO impasse_web')  # a warning, and nothing is granted
        done = [sql for sql in ON_A_TABLE if not isinstance(run(sql.format(f'"{table}"')), str)]
    assert done == []


@pytest.mark.parametrize("sql", ANYWHERE)
def test_the_webs_login_cannot_become_more_than_it_is(world: World, sql: str) -> None:
    with walls.inside(homes(world)[1]):
        answer = run(sql)
    assert isinstance(answer, str), sql
    assert "syntax" not in answer


def test_switching_row_security_off_is_answered_with_an_error(
    world: World, rows: dict[str, Row]
) -> None:
    with walls.inside(homes(world)[1]), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL row_security = off")
        answers = {table: run(f'SELECT * FROM "{table}"') for table in TABLES}
        transaction.set_rollback(True)
    assert {table for table, answer in answers.items() if not is_refused(answer)} == set()


def test_a_function_in_a_condition_is_shown_no_foreign_row(world: World) -> None:
    """A condition that tells what it sees is asked about rows that have passed the policy alone."""
    clinic, other = homes(world)
    seen = (
        "CREATE FUNCTION pg_temp.seen(uuid) RETURNS boolean LANGUAGE plpgsql COST 0.0001 AS "
        "$$ BEGIN PERFORM nextval('pg_temp.looks'); RETURN true; END $$"
    )
    for home, is_own in ((clinic, True), (other, False)):
        with walls.inside(home), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("CREATE TEMP SEQUENCE looks")
            cursor.execute(seen)
            cursor.execute("SELECT count(*) FROM people_client WHERE pg_temp.seen(id)")
            cursor.execute("SELECT is_called FROM pg_temp.looks")
            assert cursor.fetchone() == (is_own,)
            transaction.set_rollback(True)


def test_the_planners_statistics_tell_nothing_of_a_walled_table(world: World) -> None:
    as_owner("ANALYZE people_client")
    known = "SELECT count(*) FROM pg_stats WHERE tablename = 'people_client'"
    assert as_owner(known)[0][0] > 0
    with connection.cursor() as cursor:
        cursor.execute(known)
        assert cursor.fetchone() == (0,)


def test_a_temporary_table_does_not_stand_in_for_the_chains_own(world: World) -> None:
    """The trigger works as the owner: it must not be led to a table that the web's login made."""
    clinic, _ = homes(world)
    with walls.inside(clinic), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE audit_audithead (LIKE public.audit_audithead)")
        cursor.execute("GRANT ALL ON pg_temp.audit_audithead TO PUBLIC")
        cursor.execute(
            "INSERT INTO public.audit_auditevent (organisation_id, kind, actor_label, target_kind,"
            " target_label, detail, sequence, previous_hash, hash)"
            " VALUES (%s, 'x', 'x', 'x', '', '{}', 0, '', '')",
            [str(clinic)],
        )
        cursor.execute("SELECT count(*) FROM pg_temp.audit_audithead")
        assert cursor.fetchone() == (0,)
        transaction.set_rollback(True)


# --- and without the wall ----------------------------------------------------------------------

QUIET = "organisation_id = nullif(current_setting('impasse.organisation', true), '')::uuid"
WEAKER = {
    "switched off": 'ALTER TABLE "{}" DISABLE ROW LEVEL SECURITY',
    "open to readers": 'ALTER POLICY organisation_wall ON "{}" USING (true)',
    "open to writers": 'ALTER POLICY organisation_wall ON "{}" WITH CHECK (true)',
    "silent when unset": f'ALTER POLICY organisation_wall ON "{{}}" USING ({QUIET})',
}


@contextmanager
def weaker(table: str, sql: str) -> Iterator[None]:
    """The owner takes something from the policy of a table, and puts it back."""
    whole = "organisation_id = current_setting('impasse.organisation')::uuid"
    as_owner(sql.format(table))
    try:
        yield
    finally:
        as_owner(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY')
        check = "" if table in WRITTEN_BY_THE_DATABASE else f"WITH CHECK ({whole})"
        as_owner(f'ALTER POLICY organisation_wall ON "{table}" USING ({whole}) {check}')


@pytest.mark.prove
@pytest.mark.parametrize("table", sorted(TABLES))
def test_a_weaker_wall_is_missed(world: World, rows: dict[str, Row], table: str) -> None:
    for what, sql in WEAKER.items():
        if table in WRITTEN_BY_THE_DATABASE and what == "open to writers":
            continue  # the web's login may not write there at all
        with weaker(table, sql):
            assert is_missed(world, rows, table), what


def is_missed(world: World, rows: dict[str, Row], table: str) -> bool:
    """Whether one of the tests above fails."""
    try:
        with undone():
            test_foreign_rows_are_none_and_take_nothing(world, rows, table)
            test_while_no_organisation_is_set_everything_is_an_error(rows, table)
    except AssertionError:
        return True
    return False


# --- work behind the pages --------------------------------------------------------------------


@pytest.mark.parametrize("entry", sorted(app.conf.beat_schedule))
def test_every_sweep_goes_organisation_by_organisation(world: World, entry: str) -> None:
    """Each statement about a walled table is made inside one organisation, and both have a turn."""
    task = app.conf.beat_schedule[entry]["task"]
    inside: set[str] = set()

    def note(execute: Any, sql: str, *args: Any) -> Any:
        if any(f'"{table}"' in sql for table in TABLES):
            inside.add(walls.current())
        return execute(sql, *args)

    with connection.execute_wrapper(note):
        import_string(task)()
    assert walls.current() == ""
    assert inside in ({str(home) for home in homes(world)}, set())
    assert inside or entry in {"forget old sign-ins", "say that beat is alive"}
