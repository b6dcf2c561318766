"""Opening a case in an emergency and ending it; its therapist and the administrators are told."""

from datetime import datetime

from django.db import transaction

from audit.record import record
from people.actions import NotAllowed, tell
from people.emergency_page import MOST_A_DAY, alerted_by, left_today
from people.models import Client, EmergencyAccess, User
from people.models.emergency import LASTS


@transaction.atomic
def look_up_cases(*, therapist: User, by: User, occasion: str) -> None:
    """Somebody is about to see the code names of a colleague's cases: it is on record first."""
    record(
        "cases looked up in an emergency",
        by=by,
        target_kind="user",
        target_id=therapist.id,
        target_label=therapist.name,
        detail={"occasion": occasion},
    )


@transaction.atomic
def open_in_emergency(
    *, client: Client, by: User, occasion: str, reason: str, now: datetime
) -> EmergencyAccess:
    """Let a supervisor of the organisation read a colleague's case for three hours.

    Nothing can be changed in it. The reason is sealed; the occasion alone is on record.
    """
    if not by.supervises or by.organisation_id != client.organisation_id:
        raise NotAllowed("A supervisor of the organisation opens a case in an emergency.")
    if client.therapist_id == by.pk:
        raise NotAllowed(f"{client.code_name} is your own case: it is in your caseload.")
    list(User.objects.select_for_update(of=("self",)).filter(pk=by.pk))
    own = EmergencyAccess.objects.filter(organisation=by.organisation_id, supervisor=by)
    if own.running(now).filter(client=client).exists():
        raise NotAllowed(f"{client.code_name} is open to you already: see the line at the top.")
    if not left_today(by, now=now):
        raise NotAllowed(
            f"You opened {MOST_A_DAY} cases in the last 24 hours, and that is the most. An "
            "administrator can hand the case over, or connect you with its therapist."
        )
    access = EmergencyAccess.objects.create(
        organisation_id=by.organisation_id,
        client=client,
        supervisor=by,
        therapist_id=client.therapist_id,
        occasion=occasion,
        reason=reason,
        opened_at=now,
        ends_at=now + LASTS,
    )
    _alert(access, by)
    _note("case opened in an emergency", access, by, occasion=occasion, until=str(access.ends_at))
    return access


@transaction.atomic
def end_emergency(*, access: EmergencyAccess, by: User, now: datetime) -> EmergencyAccess:
    """Close the case again before its time."""
    row = EmergencyAccess.objects.select_for_update(of=("self",)).get(pk=access.pk)
    if row.over_at <= now:
        return row
    row.ended_at, row.ended_by = now, by
    row.save(update_fields=["ended_at", "ended_by"])
    _note("emergency access ended", row, by)
    return row


def _alert(access: EmergencyAccess, by: User) -> None:
    said = f"opened in an emergency by {by.name}, for three hours."
    for person in alerted_by(access):
        own = person.pk == access.therapist_id
        whose = "A case of yours was" if own else f"A case of {access.therapist.name} was"
        path = f"/clients/{access.client_id}/readings/" if own else "/people/emergencies/"
        tell(people=[person], text=f"{whose} {said}", path=path)


def _note(kind: str, access: EmergencyAccess, by: User, **detail: str) -> None:
    record(
        kind,
        by=by,
        target_kind="client",
        target_id=access.client_id,
        target_label=access.client.code_name,
        detail={"emergency": str(access.pk), **detail},
    )
