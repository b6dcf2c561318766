"""How often one person may ask in a minute. Counted in the database: holds without the broker."""

import time
import uuid
from collections.abc import Callable
from typing import Any, TypeVar

from django.conf import settings
from django.core.cache import cache
from django.http import HttpResponse

View = TypeVar("View", bound=Callable[..., HttpResponse])
MINUTE = 60  # seconds
POST, SEARCH, EXPORT = "post", "search", "export"


def limited(kind: str) -> Callable[[View], View]:
    """Mark a view that looks through much, or lets much be carried away (`settings.LIMITS`)."""

    def mark(view: View) -> View:
        view.limit = kind  # type: ignore[attr-defined]
        return view

    return mark


def kind_of(view: Any, method: str | None) -> str:
    """What a request counts as; empty for one that only reads a page."""
    return getattr(view, "limit", POST if method == "POST" else "")


def seconds_to_wait(person: uuid.UUID, kind: str) -> int:
    """0 for one more of its kind, which is counted; else the seconds until the minute is over.

    Requests in the same instant may count as one: it is a limit on floods, not a lock.
    """
    now, key = time.time(), f"limit-{kind}-{person}"
    began, count = cache.get(key, (now, 0))
    left = began + MINUTE - now
    if left <= 0:
        began, count, left = now, 0, MINUTE
    if count >= settings.LIMITS[kind]:
        return int(left) + 1
    cache.set(key, (began, count + 1), timeout=left)
    return 0
