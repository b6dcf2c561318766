"""Reads that span several tables, shaped for one page."""

from datetime import date

from django.utils import timezone

from people.models import Client, EmergencyAccess, Notice, Supervision, User


def supervisors_of(therapist: User, *, today: date) -> list[str]:
    """The names of those who see what the therapist shares."""
    return list(
        Supervision.objects.running(today)
        .filter(
            organisation=therapist.organisation_id, therapist=therapist, supervisor__is_active=True
        )
        .order_by("since")
        .values_list("supervisor__name", flat=True)
    )


MOST_NOTICES = 5


def unseen_notices(user: User) -> list[Notice]:
    """What the person has not yet said to have seen, the latest first."""
    notices = Notice.objects.filter(organisation=user.organisation_id, person=user, seen_at=None)
    return list(notices.order_by("-created_at")[:MOST_NOTICES])


def running_emergencies(user: User) -> list[EmergencyAccess]:
    """What the person holds open now. One query, two more while something is; or none at all.

    Asked by every page of a supervisor, so no other table is joined for what is hardly ever there.
    """
    if not user.supervises:
        return []
    rows = EmergencyAccess.objects.running(timezone.now()).filter(
        organisation=user.organisation_id, supervisor=user
    )
    return list(rows.order_by("ends_at").prefetch_related("client", "therapist"))


def emergency_access(user: User, client: Client) -> EmergencyAccess | None:
    """The access by which the person reads this case now, if it is one."""
    return next((each for each in running_emergencies(user) if each.client_id == client.pk), None)
