"""What a period asks for: newly stuck, still stuck, loosened, closed, each with one line to act on.

The lists are of the period; the line beside a case says how it stands now.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Q

from impasses.models import PlanStep, Trial
from people.models import Client, User
from trends.models import TrendSummary
from trends.periods import Period
from trends.series import Whose

FIRST = 3
FAILED = 2  # answers of "no" or "worse" after which something else is tried


@dataclass(frozen=True)
class Asked:
    """A case and what to do about it; `line` is one sentence."""

    client: Client
    line: str


@dataclass(frozen=True)
class Decision:
    """One of the four lists."""

    word: str
    cases: tuple[Asked, ...]

    @property
    def first(self) -> tuple[Asked, ...]:
        return self.cases[:FIRST]

    @property
    def rest(self) -> tuple[Asked, ...]:
        return self.cases[FIRST:]


@dataclass(frozen=True)
class Plan:
    """What is tried with a case now, and how often it was answered that it did not help."""

    in_play: int = 0
    failed: int = 0


LISTS = (
    (("opened",), "newly stuck"),
    (("stuck",), "stuck for 4 sessions or more"),
    (("loosened",), "loosened"),
    (("resolved", "ended"), "closed"),
)


def client_rows(user: User, about: Whose, period: Period) -> dict[uuid.UUID, dict[str, list[int]]]:
    """What was counted of each case the reader may open, by the case. One query."""
    variant = "own" if about.is_own else "shared"
    rows = TrendSummary.objects.visible_to(user).filter(
        scope=TrendSummary.Scope.CLIENT, kind=period.kind, starts_on=period.starts_on
    )
    if about.scope == TrendSummary.Scope.THERAPIST:
        rows = rows.filter(therapist=about.subject, client__therapist=about.subject)
    else:
        rows = rows.exclude(client__therapist=user)
    return {client: found["counts"] for client, found in rows.values_list("client", variant)}


def decisions(
    about: Whose, counted: dict[uuid.UUID, dict[str, list[int]]], user: User
) -> list[Decision]:
    """The four lists. Two queries."""
    wanted = {key for keys, _ in LISTS for key in keys}
    listed = [pk for pk, counts in counted.items() if wanted & counts.keys()]
    clients = {
        client.pk: client
        for client in Client.objects.filter(organisation=user.organisation_id, pk__in=listed)
        .select_related("therapist", "snapshot")
        .order_by("code_name")
    }
    plans = _plans(user, list(clients), own=about.is_own)
    found = []
    for keys, word in LISTS:
        cases = [
            Asked(client, _line(keys[0], client, plans.get(pk, Plan()), own=about.is_own))
            for pk, client in clients.items()
            if counted[pk].keys() & set(keys)
        ]
        found.append(Decision(word, tuple(cases)))
    return found


def _plans(user: User, clients: Sequence[uuid.UUID], *, own: bool) -> dict[uuid.UUID, Plan]:
    steps = PlanStep.objects.read_by(own=own).filter(
        organisation=user.organisation_id, client__in=clients, ended_on=None
    )
    failed = Count("trials", filter=Q(trials__outcome__in=(Trial.Outcome.NO, Trial.Outcome.WORSE)))
    rows = steps.order_by().values("client").annotate(steps=Count("pk", distinct=True), no=failed)
    return {row["client"]: Plan(row["steps"], row["no"]) for row in rows}


def _line(key: str, client: Client, plan: Plan, *, own: bool) -> str:
    if key == "resolved":
        return "Read what was learned."
    if key == "loosened":
        return "Stay with what helped."
    snapshot = client.snapshot
    unrepaired = snapshot.own_unrepaired if own else snapshot.shared_unrepaired
    if unrepaired:
        return "Repair the strain before anything else."
    if not plan.in_play:
        return "No step is planned yet."
    if plan.failed >= FAILED:
        return f"{plan.failed} times a step did not help: change course."
    return "Ask whether the step helps." if own else "Look at it together."
