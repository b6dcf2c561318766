"""A long past, made quickly: copies of rows as they would be after years."""

from typing import Any, TypeVar

from django.db import models

Row = TypeVar("Row", bound=models.Model)


def copies(row: Row, count: int, **changes: Any) -> list[Row]:
    """So many copies of a row; a change is for all of them, or a list with a value for each.

    They are saved at once, past the actions: nothing derived follows, nothing is put on record.
    """
    model, made = type(row), []
    fields = [f for f in model._meta.concrete_fields if not f.primary_key and not f.generated]
    same = {field.attname: getattr(row, field.attname) for field in fields}
    for place in range(count):
        own = {k: each[place] if isinstance(each, list) else each for k, each in changes.items()}
        made.append(model(**same | own))
    return model._base_manager.bulk_create(made, batch_size=500)
