"""Checking a chain of audit events, from the rows alone and against anchors kept elsewhere."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from audit.models import AuditEvent, AuditHead

# What does not fit: a number, a link or a digest. `home` is the event that a link points at.
ODD_ROWS = """
WITH rows AS (
  SELECT e.sequence, e.previous_hash, e.hash = audit_digest(previous_hash, e::audit_auditevent)
           AS is_unchanged,
         lag(sequence, 1, 0) OVER w AS before, lag(hash, 1, '') OVER w AS link,
         lag(hash, 2, '') OVER w AS link_before
  FROM audit_auditevent e WHERE organisation_id = %s WINDOW w AS (ORDER BY sequence)
), chain AS (
  SELECT *, previous_hash = link AS is_linked,
         lag(previous_hash = link AND is_unchanged, 1, true) OVER (ORDER BY sequence) AS stands
  FROM rows
)
SELECT sequence, before, is_unchanged, is_linked, stands,
       before > 0 AND previous_hash = link_before AS skips,
       (SELECT max(h.sequence) FROM audit_auditevent h
        WHERE h.organisation_id = %s AND h.hash = chain.previous_hash) AS home
FROM chain WHERE sequence <> before + 1 OR NOT is_linked OR NOT is_unchanged
ORDER BY sequence LIMIT %s
"""
MOST_FAULTS = 20


@dataclass(frozen=True)
class Fault:
    """One place where a chain does not fit, and what was done there."""

    kind: str  # changed, missing, re-ordered, inserted, cut off, rewritten, head missing
    at: int
    until: int

    def __str__(self) -> str:
        if self.until > self.at:
            return f"{self.kind}: events {self.at} to {self.until}"
        return f"{self.kind}: event {self.at}"


@dataclass(frozen=True)
class ChainState:
    """How many events a chain holds, and where it does not fit: at most MOST_FAULTS places."""

    events: int
    faults: tuple[Fault, ...]


@dataclass(frozen=True)
class Anchor:
    """The end of an organisation's chain at one moment, to be kept outside the database."""

    organisation: uuid.UUID
    sequence: int
    hash: str
    at: datetime

    def __str__(self) -> str:
        return f"{self.organisation} {self.sequence} {self.hash} {self.at.isoformat()}"

    @classmethod
    def read(cls, line: str) -> "Anchor | None":
        """The anchor a line of text holds, if it is one: letters hold other lines as well."""
        try:
            organisation, sequence, digest, at = line.split()[:4]
            return cls(uuid.UUID(organisation), int(sequence), digest, datetime.fromisoformat(at))
        except ValueError:
            return None


def anchor_of(organisation: uuid.UUID) -> Anchor | None:
    """The end of the chain now; to be called behind the organisation's wall."""
    events = AuditEvent.objects.filter(organisation_id=organisation)
    last = events.order_by("-sequence").first()
    return Anchor(organisation, last.sequence, last.hash, last.at) if last else None


def check_chain(organisation: uuid.UUID, anchors: Iterable[Anchor] = ()) -> ChainState:
    """Find what was changed, taken out, put in, moved, cut off or written anew.

    To be called behind the organisation's wall. Of the anchors, those of other organisations are
    left out. Whoever writes the whole chain anew with its head is found by an anchor alone.
    """
    with connection.cursor() as cursor:
        cursor.execute(ODD_ROWS, [organisation, organisation, MOST_FAULTS])
        odd = [_Odd(*row) for row in cursor.fetchall()]
    faults = [row.fault for row in odd if row.fault]
    events = AuditEvent.objects.filter(organisation_id=organisation)
    last: Any = events.order_by("-sequence").values_list("sequence", "hash").first() or (0, "")
    faults += _at_the_end(organisation, *last)
    for anchor in anchors:
        if anchor.organisation == organisation:
            faults += _against(anchor, last[0])
    return ChainState(events.count(), tuple(dict.fromkeys(faults))[:MOST_FAULTS])


@dataclass(frozen=True)
class _Odd:
    """An event that does not fit, as ODD_ROWS finds it."""

    sequence: int
    before: int  # the number of the event before it
    is_unchanged: bool
    is_linked: bool
    stands: bool  # whether the event before it is unchanged and linked
    skips: bool  # whether its link passes over the event before it
    home: int | None

    @property
    def fault(self) -> Fault | None:
        """What was done there; None where the event before it tells already."""
        if self.sequence != self.before + 1 and (self.is_unchanged or self.home is None):
            return Fault("missing", self.before + 1, self.sequence - 1)
        if self.is_linked:
            return Fault("changed", self.sequence, self.sequence)
        if self.skips and self.stands:
            return Fault("inserted", self.before, self.before)
        if not self.is_unchanged:
            kind = "changed" if self.home is None else "re-ordered"
            return Fault(kind, self.sequence, self.sequence)
        # Its link fits nowhere: the event before it was changed and hashed anew.
        return Fault("changed", self.before, self.before) if self.stands else None


def _at_the_end(organisation: uuid.UUID, last: int, digest: str) -> list[Fault]:
    head = AuditHead.objects.filter(organisation_id=organisation).first()
    if head is None:
        return [Fault("head missing", last, last)] if last else []
    end, expected = head.sequence, head.hash
    if end > last:
        return [Fault("cut off", last + 1, end)]
    if end < last:
        return [Fault("inserted", end + 1, last)]
    return [] if digest == expected else [Fault("changed", last, last)]


def _against(anchor: Anchor, last: int) -> list[Fault]:
    if anchor.sequence > last:
        return [Fault("cut off", last + 1, anchor.sequence)]
    row = AuditEvent.objects.filter(
        organisation_id=anchor.organisation, sequence=anchor.sequence, hash=anchor.hash
    )
    return [] if row.exists() else [Fault("rewritten", 1, anchor.sequence)]
