"""Reads that span several tables, shaped for one page."""

from dataclasses import dataclass, field
from datetime import date, datetime

from django.db.models import Count

from audit.models import AuditEvent
from people.forms import SettingsForm
from people.models import Client, Notice, ScoreProfile, Supervision, User


@dataclass(frozen=True)
class Person:
    """One row of the roster."""

    name: str
    email: str
    roles: str
    is_active: bool
    last_sign_in: datetime | None
    caseload: int | None
    supervisors: list[str] = field(default_factory=list)


def roster(user: User, *, today: date) -> list[Person]:
    """The accounts of the person's organisation, by name. Three queries, whatever its size."""
    people = User.objects.filter(organisation=user.organisation_id).order_by("name")
    sizes = dict(
        Client.objects.filter(organisation=user.organisation_id)
        .exclude(status=Client.Status.ENDED)
        .values_list("therapist")
        .annotate(Count("id"))
    )
    supervisors: dict[object, list[str]] = {}
    for therapist, supervisor in (
        Supervision.objects.running(today)
        .filter(organisation=user.organisation_id)
        .order_by("since")
        .values_list("therapist", "supervisor__name")
    ):
        supervisors.setdefault(therapist, []).append(supervisor)
    return [
        Person(
            name=person.name,
            email=person.email,
            roles=person.roles_in_words,
            is_active=person.is_active,
            last_sign_in=person.last_login,
            caseload=sizes.get(person.pk, 0) if person.treats else None,
            supervisors=supervisors.get(person.pk, []),
        )
        for person in people
    ]


def supervisors_of(therapist: User, *, today: date) -> list[str]:
    """The names of those who see what the therapist shares."""
    return list(
        Supervision.objects.running(today)
        .filter(organisation=therapist.organisation_id, therapist=therapist)
        .order_by("since")
        .values_list("supervisor__name", flat=True)
    )


MOST_NOTICES = 5


def unseen_notices(user: User) -> list[Notice]:
    """What the person has not yet said to have seen, the latest first."""
    notices = Notice.objects.filter(organisation=user.organisation_id, person=user, seen_at=None)
    return list(notices.order_by("-created_at")[:MOST_NOTICES])


@dataclass(frozen=True)
class SettingsChange:
    """Who changed which setting, when, from what to what."""

    at: datetime
    by: str
    said: tuple[str, ...]


LATEST_CHANGES = 20


def settings_history(user: User) -> list[SettingsChange]:
    """The latest changes of the organisation's settings, from the audit. One query."""
    events = AuditEvent.objects.filter(
        organisation_id=user.organisation_id,
        target_id=user.organisation_id,
        kind="settings changed",
    ).order_by("-sequence")[:LATEST_CHANGES]
    return [
        SettingsChange(
            at=event.at,
            by=event.actor_label,
            said=tuple(
                f"{SettingsForm.base_fields[name].label}: {_said(before)} to {_said(after)}"
                for name, (before, after) in event.detail.items()
            ),
        )
        for event in events
    ]


def _said(value: object) -> str:
    return str(dict(ScoreProfile.choices).get(str(value), value))
