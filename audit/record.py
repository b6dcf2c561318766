"""Writing an audit event, in the transaction of what it records."""

import uuid
from dataclasses import dataclass
from typing import Any, Protocol

from audit.models import AuditEvent


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
    """Add one event to the chain of the actor's organisation.

    Call it last in a transaction: it holds the organisation's head row until the commit.
    `case` is the client a thing belongs to, where it is not the client itself. `detail` holds ids,
    names of fields and plain values, never clinical text; a change is [before, after].
    """
    AuditEvent(
        organisation_id=by.organisation_id,
        kind=kind,
        actor_id=by.id,
        actor_label=by.name,
        target_kind=target_kind,
        target_id=target_id,
        target_label=target_label,
        detail=(detail or {}) | ({"case": str(case)} if case else {}),
    ).save(force_insert=True)
