"""Taking a client's record away, which is itself on record."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from audit.record import record
from impasse_tracker.records import client_record
from people.models import Client, User


@dataclass(frozen=True)
class Taken:
    """A client's record, and the same as a file."""

    said: dict[str, Any]
    text: str


@transaction.atomic
def take_record(
    *, client: Client, by: User, reason: str, process_notes: bool, now: datetime
) -> Taken:
    """Everything about one client that its therapist may hand out."""
    said = client_record(client, process_notes=process_notes, by=by, now=now)
    text = json.dumps(said, ensure_ascii=False, indent=1)
    record(
        "client record taken",
        by=by,
        target_kind="client",
        target_id=client.id,
        detail={
            "reason": reason,
            "process_notes": process_notes,
            "rows": {name: len(rows) for name, rows in said["parts"].items() if rows},
            "sha256": hashlib.sha256(text.encode()).hexdigest(),
        },
    )
    return Taken(said, text)
