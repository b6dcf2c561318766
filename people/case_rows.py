"""Which rows belong to a client, package by package, and what of them the therapist may hand out.

Each package offers `parts_of(client)`. An erasure takes all `rows` of every part, in their order; a
client's record tells the `told` ones. A table with a link to a client that is in no part fails a
test.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Model, QuerySet

from people.models import Client, EmergencyAccess, Handover, User

OF_THE_HOUSE = {"organisation", "key", "fingerprint", "inputs"}  # says nothing about the client


def plain(value: Any) -> Any:
    """A value as JSON has it."""
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, UUID | Decimal):
        return str(value)
    return [plain(each) for each in value] if isinstance(value, list | tuple) else value


def told_whole(row: Model) -> dict[str, Any]:
    """A row in words: people by name, other rows by id, choices as they are shown."""
    said: dict[str, Any] = {}
    for each in row._meta.concrete_fields:
        if each.name in OF_THE_HOUSE or each.generated:
            continue
        if each.related_model is User:
            person = getattr(row, each.name)
            said[each.name] = person.name if person else None
        elif each.choices:
            said[each.name] = getattr(row, f"get_{each.name}_display")()
        else:
            said[each.name] = plain(getattr(row, each.attname))
    return said


@dataclass(frozen=True)
class Part:
    """The rows of one table that belong to a client.

    `told` are those the case's therapist may read, all of them unless given otherwise.
    """

    rows: QuerySet[Any]
    told: Any = None
    tell: Callable[[Any], dict[str, Any]] = told_whole

    def __post_init__(self) -> None:
        if self.told is None:
            object.__setattr__(self, "told", self.rows)

    @property
    def name(self) -> str:
        """As in "therapy sessions"."""
        one = str(self.rows.model._meta.verbose_name)
        if one.endswith("sis"):
            return f"{one[:-2]}es"
        return f"{one}es" if one.endswith("ss") else f"{one}s"


def parts_of(client: Client) -> list[Part]:
    """Of this package, the client last."""
    own = {"organisation": client.organisation_id, "client": client}
    return [
        Part(EmergencyAccess.objects.filter(**own).order_by("opened_at")),
        Part(Handover.objects.filter(**own).order_by("pk")),
        Part(Client.objects.filter(organisation=client.organisation_id, pk=client.pk)),
    ]
