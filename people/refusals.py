"""Refusals on record: who asked for what is not theirs, or too often."""

import uuid

from django.http import HttpResponse

from audit.record import record
from people.requests import Request

KINDS_OF = {403: "refused", 404: "refused", 429: "limit reached"}


def note_refusal(request: Request, response: HttpResponse) -> None:
    """Put a page's refusal on record: what is not there looks like somebody else's, and is one.

    An address that is none of ours is no refusal.
    """
    match, kind = request.resolver_match, KINDS_OF.get(response.status_code)
    if not match or not kind:
        return
    thing = match.kwargs.get("pk")
    record(
        kind,
        by=request.user,
        target_kind="page",
        target_id=thing if isinstance(thing, uuid.UUID) else None,
        target_label=match.view_name,
        detail={"status": response.status_code, "method": str(request.method)},
    )
