"""The actions of emergencies and of clients' rights, as `acts` has the others."""

from django.utils import timezone

from impasse_tracker.rights import erasure_actions as erasures
from impasse_tracker.rights import record_actions as records
from people import emergency_actions as emergencies
from people.models import Client, EmergencyAccess, Erasure, User
from tests.audit.acts import CANARY, Act, Prepare, ended, nothing, petra


def opened(heron: Client, by: User | None = None) -> EmergencyAccess:
    return emergencies.open_in_emergency(
        client=heron, by=by or petra(heron), occasion="safety", reason=CANARY, now=timezone.now()
    )


def asked(heron: Client) -> Erasure:
    return erasure_of(ended(heron))


def erasure_of(heron: Client) -> Erasure:
    return erasures.ask_erasure(
        client=heron, by=heron.therapist, reason="She asked.", now=timezone.now()
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
    "impasse_tracker.rights.record_actions.take_record": (
        nothing,
        lambda heron, _: records.take_record(
            client=heron, by=heron.therapist, reason="She asked.", process_notes=True,
            now=timezone.now(),
        ),
        "client record taken",
    ),
    "impasse_tracker.rights.erasure_actions.ask_erasure": (
        ended, lambda heron, client: erasure_of(client), "erasure asked for",
    ),
    "impasse_tracker.rights.erasure_actions.schedule_erasure": (
        ended,
        lambda heron, client: erasures.schedule_erasure(
            client=client, by=heron.therapist, reason="It is time.", now=timezone.now()
        ),
        "erasure scheduled",
    ),
    "impasse_tracker.rights.erasure_actions.withdraw_erasure": (
        asked,
        lambda heron, row: erasures.withdraw_erasure(erasure=row, by=heron.therapist),
        "erasure taken back",
    ),
    "impasse_tracker.rights.erasure_actions.erase_client": (
        asked,
        lambda heron, row: erasures.erase_client(
            erasure=row, by=heron.therapist, now=timezone.now()
        ),
        "client erased",
    ),
}  # fmt: skip
