"""Who has an account here, and what there is to know of each."""

import uuid
from dataclasses import dataclass, field
from datetime import date, datetime

from allauth.mfa.models import Authenticator
from django.db.models import Count, F, Q, QuerySet

from people.models import Client, Invitation, Supervision, User
from people.second_factor import FACTORS, must_have_one

ENDED_LAST = F("ended_on").asc(nulls_first=True)


@dataclass(frozen=True)
class Person:
    """One row of the roster. `caseload` counts what is not ended; None for who does not treat."""

    row: User
    caseload: int | None
    has_factor: bool
    supervisors: list[str] = field(default_factory=list)

    @property
    def lacks_supervisor(self) -> bool:
        """In training, and nobody supervises now."""
        return self.row.in_training and self.row.treats and not self.supervisors

    @property
    def lacks_factor(self) -> bool:
        return must_have_one(self.row) and not self.has_factor

    @property
    def waiting(self) -> int:
        """Cases whose therapist no longer treats here."""
        is_there = self.row.is_active and self.row.treats
        return 0 if is_there else self.caseload or 0


@dataclass(frozen=True)
class Roster:
    """The accounts of an organisation, by name, and what asks for a decision."""

    people: tuple[Person, ...]
    invitations: tuple[Invitation, ...]
    looked_for: str | None

    @property
    def waiting(self) -> list[Person]:
        """Those whose cases wait for a new therapist."""
        return [person for person in self.people if person.waiting]

    @property
    def unsupervised(self) -> list[Person]:
        """Therapists in training without a supervisor."""
        return [each for each in self.people if each.row.is_active and each.lacks_supervisor]

    @property
    def shown(self) -> list[Person]:
        """Those whose name or address holds what was looked for."""
        if self.looked_for is None:
            return list(self.people)
        word = self.looked_for.casefold()
        return [
            each
            for each in self.people
            if word in each.row.name.casefold() or word in each.row.email.casefold()
        ]


def roster(user: User, *, today: date, looked_for: str | None = None) -> Roster:
    """The person's organisation. Five queries, whatever its size."""
    people = User.objects.filter(organisation=user.organisation_id).order_by("-is_active", "name")
    sizes = dict(
        Client.objects.filter(organisation=user.organisation_id, status__in=Client.NOT_ENDED)
        .values_list("therapist")
        .annotate(Count("id"))
    )
    factors = set(
        Authenticator.objects.filter(
            user__organisation=user.organisation_id, type__in=FACTORS
        ).values_list("user", flat=True)
    )
    supervisors = _supervisors(user, today)
    return Roster(
        people=tuple(
            Person(
                row=person,
                caseload=sizes.get(person.pk, 0) if person.treats else sizes.get(person.pk),
                has_factor=person.pk in factors,
                supervisors=supervisors.get(person.pk, []),
            )
            for person in people
        ),
        invitations=tuple(
            Invitation.objects.filter(
                organisation=user.organisation_id, accepted_at=None, revoked_at=None
            ).order_by("-sent_at")
        ),
        looked_for=looked_for,
    )


def _supervisors(user: User, today: date) -> dict[uuid.UUID, list[str]]:
    found: dict[uuid.UUID, list[str]] = {}
    running = Supervision.objects.running(today).filter(
        organisation=user.organisation_id, supervisor__is_active=True
    )
    for therapist, name in running.order_by("since").values_list("therapist", "supervisor__name"):
        found.setdefault(therapist, []).append(name)
    return found


@dataclass(frozen=True)
class PersonPage:
    """Everything an administrator may know of one person: no clinical text is among it."""

    person: User
    cases: tuple[Client, ...]
    factors: tuple[Authenticator, ...]
    sign_ins: int
    last_sign_in: datetime | None
    has: tuple[Supervision, ...]
    gives: tuple[Supervision, ...]

    @property
    def must_have_factor(self) -> bool:
        return must_have_one(self.person) and not self.factors

    @property
    def is_unsupervised(self) -> bool:
        running = any(each.is_running for each in self.has)
        return self.person.in_training and self.person.treats and not running


def cases_of(person: User) -> QuerySet[Client]:
    """Somebody's cases as an administrator may know them: code name, status, nothing written."""
    cases = Client.objects.filter(organisation=person.organisation_id, therapist=person)
    return cases.defer("focus", "goals").order_by(ENDED_LAST, "code_name")


def person_page(person: User) -> PersonPage:
    """Read one person. Five queries."""
    supervisions = list(
        Supervision.objects.filter(Q(therapist=person) | Q(supervisor=person))
        .filter(organisation=person.organisation_id)
        .select_related("supervisor", "therapist", "stands_in_for")
        .order_by("-since")
    )
    return PersonPage(
        person=person,
        cases=tuple(cases_of(person).filter(status__in=Client.NOT_ENDED)),
        factors=tuple(Authenticator.objects.filter(user=person, type__in=FACTORS)),
        sign_ins=person.usersession_set.count(),  # type: ignore[attr-defined]
        last_sign_in=person.last_login,
        has=tuple(each for each in supervisions if each.therapist_id == person.pk),
        gives=tuple(each for each in supervisions if each.supervisor_id == person.pk),
    )
