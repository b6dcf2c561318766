"""The rows of an organisation as JSON lines and back, table by table, what others need first."""

import hashlib
import json
from collections.abc import Iterator
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import models

from audit.models import AuditEvent, AuditHead
from people.case_rows import plain
from people.models import Organisation
from people.second_factor import SECRETS, SealedAdapter

PACKAGES = ("audit", "people", "impasses", "sessions_app", "trends", "supervision")
STAYS = {AuditHead: "the database makes it again from the events"}
OF_ACCOUNTS = (EmailAddress, Authenticator)  # allauth's: without an organisation of their own
CHUNK = 500
Model = type[models.Model]


def tables() -> list[Model]:
    """Every table that goes along, the organisation first; a row comes after those it names."""
    ours = [m for m in apps.get_models() if m._meta.app_label in PACKAGES and m not in STAYS]
    waiting: list[Model] = sorted(
        [*ours, *OF_ACCOUNTS], key=lambda model: model is not Organisation
    )
    placed: list[Model] = []
    while waiting:
        ready = [m for m in waiting if not (_needs(m) & set(waiting)) - {m}]
        placed += ready
        waiting = [m for m in waiting if m not in ready]
    return placed


def _needs(model: Model) -> set[Any]:
    return {field.related_model for field in model._meta.concrete_fields if field.is_relation}


def rows_of(model: Model, organisation: Organisation) -> models.QuerySet[Any]:
    """The organisation's rows of a table, in the order they were made."""
    rows: models.QuerySet[Any] = model._base_manager.all()
    if model is Organisation:
        return rows.filter(pk=organisation.pk)
    if model in OF_ACCOUNTS:
        return rows.filter(user__organisation=organisation).order_by("pk")
    own = rows.filter(organisation_id=organisation.pk)
    return own.order_by("sequence" if model is AuditEvent else "pk")


def fields_of(model: Model) -> list[Any]:
    """All but what the database makes, numbers and parts of other fields: it makes them anew."""
    made = (models.AutoField, models.GeneratedField)
    return [f for f in model._meta.concrete_fields if not isinstance(f, made)]


def as_line(row: models.Model) -> str:
    """A row as JSON, the same for the same row; sealed texts are opened."""
    said = {field.attname: plain(getattr(row, field.attname)) for field in fields_of(type(row))}
    if isinstance(row, Authenticator):
        said["data"] = _secrets(row.data, SealedAdapter().decrypt)
    return json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def from_line(model: Model, said: dict[str, Any]) -> models.Model:
    """The reverse of `as_line`, unsaved: texts are sealed when it is saved."""
    row = model(**{field.attname: _read(field, said[field.attname]) for field in fields_of(model)})
    if isinstance(row, Authenticator):
        row.data = _secrets(row.data, SealedAdapter().encrypt)
    return row


def _read(field: Any, value: Any) -> Any:
    if isinstance(field, ArrayField) and value is not None:
        return [field.base_field.to_python(each) for each in value]
    return field.to_python(value)


def _secrets(data: dict[str, Any], turn: Any) -> dict[str, Any]:
    return data | {name: turn(data[name]) for name in SECRETS if name in data}


def lines_of(model: Model, organisation: Organisation) -> Iterator[str]:
    """Every row of a table."""
    for row in rows_of(model, organisation).iterator(chunk_size=CHUNK):
        yield as_line(row)


class Tally:
    """Counts lines and hashes them, in their order."""

    def __init__(self) -> None:
        self.rows, self.digest = 0, hashlib.sha256()

    def add(self, line: str) -> str:
        self.rows += 1
        self.digest.update(line.encode() + b"\n")
        return line

    @property
    def said(self) -> dict[str, Any]:
        return {"rows": self.rows, "sha256": self.digest.hexdigest()}


def manifest_of(organisation: Organisation) -> dict[str, Any]:
    """How many rows each table holds, and their hash."""
    found = {}
    for model in tables():
        tally = Tally()
        for line in lines_of(model, organisation):
            tally.add(line)
        found[model._meta.label] = tally.said
    return found


def is_here(organisation: Organisation) -> bool:
    """Whether there is an organisation of this id already."""
    return Organisation.objects.filter(pk=organisation.pk).exists()
