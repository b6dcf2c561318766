"""Sealing again under the newest key: which texts are left under which key, and their new tokens.

Works in batches, each a transaction of its own, so that it can be stopped at any point and begun
again: what is done is no longer looked for.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from allauth.mfa.models import Authenticator
from django.apps import apps
from django.db import connection, models, transaction
from django.db.models import CharField, F, Func, QuerySet, Value
from psycopg2 import sql

from people import walls
from people.encryption import EncryptedTextField, SealBroken, ring, seal
from people.models import Organisation
from people.second_factor import SECRETS, SealedAdapter

BATCH = 500
FACTORS = "second factors"
UPDATE = """
UPDATE {table} AS row SET {column} = new.token
FROM unnest(%s::uuid[], %s::text[]) AS new (id, token) WHERE row.{key} = new.id
"""


def sealed_fields() -> list[tuple[type[models.Model], EncryptedTextField]]:
    """Every field of every model that holds sealed text."""
    return [
        (model, field)
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, EncryptedTextField)
    ]


def count_by_key() -> Counter[tuple[str, str]]:
    """How many texts each place holds under each key: of (place, key id)."""
    found: Counter[tuple[str, str]] = Counter()
    for organisation in Organisation.objects.values_list("pk", flat=True):
        with walls.inside(organisation):
            for model, field in sealed_fields():
                rows = _sealed(model, field, organisation).values_list("key_id")
                for key, count in rows.annotate(count=models.Count("pk")).order_by():
                    found[place_of(field), key] += count
    for data in Authenticator.objects.values_list("data", flat=True):
        found.update((FACTORS, _key_of(token)) for token in _secrets(data).values())
    return found


def reseal_everything() -> Iterator[tuple[str, int, int]]:
    """Of each batch: its place, how many texts were sealed anew, and how many do not open.

    Those that do not open stay as they are. Rows that somebody is changing are passed over.
    """
    newest = next(iter(ring()))
    for organisation in Organisation.objects.order_by("pk").values_list("pk", flat=True):
        with walls.inside(organisation):
            for model, field in sealed_fields():
                yield from _reseal(model, field, organisation, newest)
    for pk in Authenticator.objects.values_list("pk", flat=True):
        yield FACTORS, *_reseal_factor(pk, newest)


def places_under_lost_keys(database: str) -> list[str]:
    """Where a text is sealed under a key that the ring does not hold; for the tables' owner."""
    return [
        place_of(field)
        for model, field in sealed_fields()
        if _with_key(model._base_manager.using(database), field)
        .exclude(key_id__in=list(ring()))
        .exists()
    ]


def place_of(field: EncryptedTextField) -> str:
    """As in "people.client.goals"."""
    return f"{field.model._meta.label_lower}.{field.name}"


def _sealed(model: Any, field: EncryptedTextField, organisation: Any) -> QuerySet[Any]:
    """The rows of an organisation with a text there, and the id of the key that sealed it."""
    return _with_key(model._base_manager.filter(organisation=organisation), field)


def _with_key(rows: Any, field: EncryptedTextField) -> QuerySet[Any]:
    key = Func(F(field.name), Value("."), Value(2), function="split_part", output_field=CharField())
    found: QuerySet[Any] = rows.exclude(**{field.name: ""}).annotate(key_id=key)
    return found


def _reseal(
    model: Any, field: EncryptedTextField, organisation: Any, newest: str
) -> Iterator[tuple[str, int, int]]:
    old = _sealed(model, field, organisation).exclude(key_id=newest).order_by("pk")
    last = None
    while True:
        rows = old.filter(pk__gt=last) if last else old
        with transaction.atomic():
            found = list(
                rows.only("pk", field.name).select_for_update(of=("self",), skip_locked=True)[
                    :BATCH
                ]
            )
            tokens = {row.pk: token for row in found if (token := _new_token(row, field))}
            _put(model, field, tokens)
        if not found:
            return
        last = found[-1].pk
        yield place_of(field), len(tokens), len(found) - len(tokens)


def _new_token(row: Any, field: EncryptedTextField) -> str | None:
    """The same words under the newest key; None where no key opens them."""
    try:
        words = getattr(row, field.attname)
    except SealBroken:
        return None
    return seal(words, binding=field.binding(row))


def _put(model: Any, field: EncryptedTextField, tokens: dict[Any, str]) -> None:
    statement = sql.SQL(UPDATE).format(
        table=sql.Identifier(model._meta.db_table),
        column=sql.Identifier(field.column),
        key=sql.Identifier(model._meta.pk.column),
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [[str(pk) for pk in tokens], list(tokens.values())])


@transaction.atomic
def _reseal_factor(pk: int, newest: str) -> tuple[int, int]:
    """One person's second factor, which allauth keeps."""
    row = Authenticator.objects.select_for_update().filter(pk=pk).first()
    old = {k: t for k, t in _secrets(row.data if row else {}).items() if _key_of(t) != newest}
    if row is None or not old:
        return 0, 0
    adapter = SealedAdapter()
    try:
        row.data |= {name: adapter.encrypt(adapter.decrypt(token)) for name, token in old.items()}
    except SealBroken:
        return 0, len(old)
    row.save(update_fields=["data"])
    return len(old), 0


def _secrets(data: dict[str, Any]) -> dict[str, str]:
    return {name: data[name] for name in SECRETS if name in data}


def _key_of(token: str) -> str:
    return f"{token}..".split(".")[1]
