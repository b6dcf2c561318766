"""What spans all packages about one client, composed from what each of them offers."""

from dataclasses import dataclass
from datetime import datetime

from audit.models import AuditEvent
from impasses.handover import ImpassesHandedOver, impasses_to_hand_over
from people.models import Client
from sessions_app.handover import SessionsHandedOver, sessions_to_hand_over


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
