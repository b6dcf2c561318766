"""What every draft has in common: what of a form is kept, and whose page goes on with it."""

import json
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from django import forms
from django.http import QueryDict
from django.utils import timezone

NOT_TYPED = {"csrfmiddlewaretoken", "draft_version"}
Typed = dict[str, list[str]]


class DraftTaken(Exception):
    """The draft was changed on another device, or what it was for has been saved already."""


class Draft(Protocol):
    """A row that keeps a form as typed so far."""

    id: UUID
    body: str
    version: int
    saved_at: datetime


def typed_in(posted: QueryDict) -> Typed:
    """What somebody typed, by the field's name."""
    return {name: values for name, values in posted.lists() if name not in NOT_TYPED}


def typed_of(draft: Draft) -> Typed:
    typed: Typed = json.loads(draft.body)
    return typed


def first_of(typed: Typed, name: str) -> str:
    """The one value of a field; empty where it has none."""
    return next(iter(typed.get(name) or ()), "")


def is_known(draft: Draft, *, version: int, page: str) -> bool:
    """Whether a page has seen the draft as it stands, or wrote it itself.

    A page that missed the answer to its own autosave is known by the name it sends along.
    """
    return version == draft.version or (bool(page) and page == first_of(typed_of(draft), "page"))


def fill(draft: Draft, body: dict[str, Any]) -> None:
    """Put what is typed into a draft, not yet saved, as its next version."""
    draft.body = json.dumps(body, ensure_ascii=False)
    draft.version += 1
    draft.saved_at = timezone.now()


def initial_of_draft(form: forms.Form, typed: Typed) -> dict[str, Any]:
    """What a form shows for a draft: exactly what was typed, not yet judged."""
    data = QueryDict(mutable=True)
    for name, values in typed.items():
        data.setlist(name, values)
    return {
        name: field.widget.value_from_datadict(data, {}, name)
        for name, field in form.fields.items()
        if name in data or isinstance(field.widget, forms.CheckboxInput)
    }
