"""Writing an audit event, in the transaction of what it records."""

import uuid
from dataclasses import dataclass
from typing import Any, Protocol

from django.db import DatabaseError

from audit.models import LONGEST_LABEL, AuditEvent


class NotRecorded(Exception):
    """An event could not be written: what it stands for must not happen, and was rolled back."""


class Actor(Protocol):
    """Somebody with an account, or the program itself."""

    @property
    def id(self) -> Any: ...
    @property
    def name(self) -> Any: ...
    @property
    def organisation_id(self) -> Any: ...


@dataclass(frozen=True)
class Program:
    """The program acting by itself, such as when it assesses a case."""

    organisation_id: uuid.UUID
    id: None = None
    name: str = "Impasse Tracker"


def record(
    kind: str,
    *,
    by: Actor,
    target_kind: str,
    target_id: uuid.UUID | None,
    target_label: str = "",
    case: uuid.UUID | None = None,
    detail: dict[str, Any] | None = None,
) -> None:
    """Add one event to the chain of the actor's organisation, or raise `NotRecorded`.

    Call it last in a transaction: it holds the organisation's head row until the commit.
    `case` is the client a thing belongs to, where it is not the client itself. `detail` holds ids,
    names of fields and plain short values, never clinical text; a change is [before, after].
    """
    if not _is_plain(detail or {}):
        raise TypeError(f"The detail of '{kind}' is not made of plain, short values.")
    event = AuditEvent(
        organisation_id=by.organisation_id,
        kind=kind,
        actor_id=by.id,
        actor_label=by.name,
        target_kind=target_kind,
        target_id=target_id,
        target_label=target_label,
        detail=(detail or {}) | ({"case": str(case)} if case else {}),
    )
    try:
        event.save(force_insert=True)
    except DatabaseError as error:
        raise NotRecorded(f"'{kind}' could not be put on record.") from error


def _is_plain(value: Any) -> bool:
    """One line of words no longer than a reason, numbers, and lists and tables of them."""
    if isinstance(value, dict):
        return all(_is_plain(key) and _is_plain(each) for key, each in value.items())
    if isinstance(value, list | tuple):
        return all(map(_is_plain, value))
    if isinstance(value, str):
        return len(value) <= LONGEST_LABEL and len(value.splitlines()) <= 1
    return value is None or isinstance(value, bool | int | float)
