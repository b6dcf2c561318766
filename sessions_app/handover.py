"""What the sessions of a case have to hand over to whoever takes it."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q

from people.models import Client, Visibility
from sessions_app.case_page import snapshot_of
from sessions_app.models import HELD, CaseSnapshot
from sessions_app.score_lines import ScoreLine, on_the_case, score_lines

PRIVATE = Visibility.PRIVATE


@dataclass(frozen=True)
class SessionsHandedOver:
    """Where the case stands, what was agreed, and how much stays with those who wrote it."""

    snapshot: CaseSnapshot
    not_held: int
    agreed_task: str
    agreed_on: date | None
    scores: tuple[ScoreLine, ...]
    left_behind: int


def sessions_to_hand_over(client: Client) -> SessionsHandedOver:
    """Nothing private is among it. Four queries."""
    sessions = client.therapy_sessions.filter(organisation=client.organisation_id)
    last = sessions.filter(attendance__in=HELD).newest_first().first()
    private = ~Q(note="") & Q(note_visibility=PRIVATE) | ~Q(process_note="")
    private |= Q(tags__visibility=PRIVATE) | Q(tags__private_forms__len__gt=0)
    counts = sessions.aggregate(
        not_held=Count("pk", filter=~Q(attendance__in=HELD), distinct=True),
        left_behind=Count("pk", filter=private, distinct=True),
    )
    return SessionsHandedOver(
        snapshot=snapshot_of(client),
        agreed_task=last.agreed_task if last else "",
        agreed_on=last.held_at.date() if last else None,
        scores=on_the_case(score_lines(client)),
        **counts,
    )
