"""The wall between organisations: which one this connection works for.

Every table that belongs to an organisation has a row-level security policy comparing its
`organisation_id` with the connection's setting `impasse.organisation`. While that is unset the
database answers with an error, not with rows.
"""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DatabaseError, connection

SETTING = "impasse.organisation"


def current() -> str:
    """The organisation this connection works for; empty outside `inside()`."""
    return getattr(connection, "_impasse_organisation", "")


@contextmanager
def inside(organisation: uuid.UUID | str) -> Iterator[None]:
    """Work for one organisation; what was before holds again at the end."""
    before = current()
    _set(str(organisation))
    try:
        yield
    finally:
        _restore(before)


def _set(value: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config(%s, %s, false)", [SETTING, value])
    connection._impasse_organisation = value  # type: ignore[attr-defined]


def _restore(value: str) -> None:
    """Put the setting back, or drop a connection that can no longer be told."""
    if connection.connection is None:
        connection._impasse_organisation = ""  # type: ignore[attr-defined]
        return
    try:
        _set(value)
    except DatabaseError:
        connection._impasse_organisation = ""  # type: ignore[attr-defined]
        if not connection.in_atomic_block:
            connection.close()


def policy_sql(table: str) -> str:
    """SQL that puts one table behind the wall; used by migrations."""
    rule = f"organisation_id = current_setting('{SETTING}')::uuid"
    return (
        f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY; '
        f'CREATE POLICY organisation_wall ON "{table}" USING ({rule}) WITH CHECK ({rule});'
    )


def no_policy_sql(table: str) -> str:
    """The reverse of `policy_sql`."""
    return (
        f'DROP POLICY organisation_wall ON "{table}"; '
        f'ALTER TABLE "{table}" DISABLE ROW LEVEL SECURITY;'
    )
