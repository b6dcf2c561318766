"""Reads that span several tables, shaped for one page."""

from datetime import date

from people.models import Notice, Supervision, User


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
