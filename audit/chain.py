"""Checking a chain of audit events, from the rows alone."""

import uuid
from dataclasses import dataclass

from django.db import connection

from audit.models import AuditHead

FIRST_BREAK = """
SELECT sequence FROM (
  SELECT e.*, row_number() OVER w AS place, lag(hash, 1, '') OVER w AS before,
         audit_digest(previous_hash, e::audit_auditevent) AS digest
  FROM audit_auditevent e WHERE organisation_id = %s WINDOW w AS (ORDER BY sequence)
) AS chain
WHERE sequence <> place OR previous_hash <> before OR hash <> digest
ORDER BY sequence LIMIT 1
"""
LAST = """
SELECT sequence, hash FROM audit_auditevent
WHERE organisation_id = %s ORDER BY sequence DESC LIMIT 1
"""


@dataclass(frozen=True)
class ChainState:
    """How many events a chain holds, and the number of the first one that does not fit."""

    events: int
    broken_at: int | None


def check_chain(organisation: uuid.UUID) -> ChainState:
    """Find a changed, missing or cut-off event; to be called behind the organisation's wall."""
    with connection.cursor() as cursor:
        cursor.execute(FIRST_BREAK, [organisation])
        broken = cursor.fetchone()
        cursor.execute(LAST, [organisation])
        last = cursor.fetchone() or (0, "")
    head = AuditHead.objects.filter(organisation_id=organisation).first()
    expected = (head.sequence, head.hash) if head else (0, "")
    if broken:
        return ChainState(last[0], broken[0])
    return ChainState(last[0], None if last == expected else last[0] + 1)
