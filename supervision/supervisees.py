"""Who supervises whom today, as people."""

from datetime import date

from people.models import Supervision, User
from people.permissions import Role


def supervisees(user: User, *, today: date) -> list[User]:
    """The therapists one supervises on that day, by name; nobody twice."""
    running = Supervision.objects.running(today).filter(
        organisation=user.organisation_id, supervisor=user
    )
    people = User.objects.filter(
        organisation=user.organisation_id,
        pk__in=running.values("therapist"),
        is_active=True,
        roles__contains=[Role.THERAPIST],
    )
    return list(people.order_by("name", "pk")) if user.supervises else []


def supervisors(user: User, *, today: date) -> list[User]:
    """Those who supervise the therapist on that day, the longest first."""
    running = (
        Supervision.objects.running(today)
        .filter(organisation=user.organisation_id, therapist=user, supervisor__is_active=True)
        .select_related("supervisor")
        .order_by("since", "pk")
    )
    return list({row.supervisor_id: row.supervisor for row in running}.values())


def stand_ins(user: User, *, today: date) -> list[Supervision]:
    """Who supervises the therapist in place of another on that day. One query."""
    running = Supervision.objects.running(today).filter(
        organisation=user.organisation_id, therapist=user, stands_in_for__isnull=False
    )
    return list(running.select_related("supervisor", "stands_in_for").order_by("until"))
