"""What spans all packages about one client, composed from what each of them offers."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from audit.models import AuditEvent
from impasses import case_rows as impasses
from impasses.handover import ImpassesHandedOver, impasses_to_hand_over
from people import case_rows as people
from people.case_rows import Part
from people.models import Client, User
from sessions_app import case_rows as sessions
from sessions_app.handover import SessionsHandedOver, sessions_to_hand_over
from supervision import case_rows as supervision
from trends import case_rows as trends

FORMAT = "impasse-tracker-client-record"


@dataclass(frozen=True)
class Hands:
    """When the case changed hands, from whom to whom."""

    at: datetime
    before: str
    after: str


@dataclass(frozen=True)
class HandoverPacket:
    """All a successor needs to go on, and nothing that was kept private."""

    client: Client
    impasses: ImpassesHandedOver
    sessions: SessionsHandedOver
    hands: tuple[Hands, ...]


def handover_packet(client: Client) -> HandoverPacket:
    """The packet of one case, the same for whoever hands over and whoever takes."""
    events = AuditEvent.objects.filter(
        organisation_id=client.organisation_id, target_id=client.pk, kind="case handed over"
    ).order_by("sequence")
    return HandoverPacket(
        client=client,
        impasses=impasses_to_hand_over(client),
        sessions=sessions_to_hand_over(client),
        hands=tuple(Hands(event.at, *event.detail["therapist"]) for event in events),
    )


def parts_of(client: Client, *, process_notes: bool = False) -> list[Part]:
    """Every row of every package that belongs to a client, what hangs on others first."""
    return [
        *supervision.parts_of(client),
        *trends.parts_of(client),
        *sessions.parts_of(client, process_notes=process_notes),
        *impasses.parts_of(client),
        *people.parts_of(client),
    ]


def client_record(
    client: Client, *, process_notes: bool, by: User, now: datetime
) -> dict[str, Any]:
    """Everything the case's therapist may hand out about a client, as JSON has it."""
    parts = parts_of(client, process_notes=process_notes)[::-1]
    kept = {part.name: part.rows.count() - part.told.count() for part in parts}
    kept["process notes"] = sessions.hidden_process_notes(client, process_notes=process_notes)
    events = AuditEvent.objects.filter(
        organisation_id=client.organisation_id, target_id=client.pk, kind="case read"
    ).order_by("sequence")
    return {
        "format": FORMAT,
        "version": 1,
        "organisation": by.organisation.name,
        "written_at": now.isoformat(),
        "written_by": by.name,
        "left_out": {name: count for name, count in kept.items() if count},
        "parts": {part.name: [part.tell(row) for row in part.told] for part in parts},
        "read_by_others": [
            {
                "at": event.at.isoformat(),
                "who": event.actor_label,
                "in_an_emergency": "emergency" in event.detail,
            }
            for event in events
        ],
    }
