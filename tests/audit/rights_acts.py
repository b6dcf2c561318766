"""The actions of emergencies and of clients' rights, as `acts` has the others."""

from django.utils import timezone

from people import emergency_actions as emergencies
from people.models import Client, EmergencyAccess, User
from tests.audit.acts import CANARY, Act, Prepare, petra


def opened(heron: Client, by: User | None = None) -> EmergencyAccess:
    return emergencies.open_in_emergency(
        client=heron, by=by or petra(heron), occasion="safety", reason=CANARY, now=timezone.now()
    )


RIGHTS_ACTS: dict[str, tuple[Prepare, Act, str]] = {
    "people.emergency_actions.look_up_cases": (
        petra,
        lambda heron, by: emergencies.look_up_cases(
            therapist=heron.therapist, by=by, occasion="safety"
        ),
        "cases looked up in an emergency",
    ),
    "people.emergency_actions.open_in_emergency": (
        petra,
        opened,
        "case opened in an emergency",
    ),
    "people.emergency_actions.end_emergency": (
        opened,
        lambda heron, access: emergencies.end_emergency(
            access=access, by=heron.therapist, now=timezone.now()
        ),
        "emergency access ended",
    ),
}
