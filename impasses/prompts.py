"""The prompts of a caseload: the one suggestion of each case that asks for a decision first."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from impasses.models import Suggestion, SuggestionQuerySet
from people.models import User

SAFETY = "X4"
WORDS = (
    "title",
    "claim",
    "mark",
    "loosened",
    "absorbed_by",
    "dismissed",
    "waits_for_safety_check",
    "additions",
)
"""What is read of a trace; the whole of it would be long."""


@dataclass(frozen=True, kw_only=True)
class Prompt:
    """A suggestion that leads its case.

    `mark` is the manifestation it rests on, if any. What speaks of having loosened can wait.
    """

    suggestion: uuid.UUID
    title: str
    claim: str
    mark: str
    can_wait: bool
    is_safety: bool
    rank: int
    created_at: datetime
    announced_on: date | None

    @property
    def is_waiting(self) -> bool:
        """Whether it has still to pass the week's budget; what can wait needs none of it."""
        return self.announced_on is None and not self.can_wait

    @property
    def is_held_back(self) -> bool:
        return self.is_waiting and not self.is_safety


@dataclass(frozen=True)
class Prompts:
    """The prompt of each case, and the cases a pattern speaks of as stuck."""

    by_client: dict[uuid.UUID, Prompt]
    stuck: set[uuid.UUID]


def read_prompts(
    user: User, own: set[Any], today: date, *, therapist: User | None = None
) -> Prompts:
    """Of every case the person may see, or of one therapist's. One query.

    `own` are those read with their private items.
    """
    rows = Suggestion.objects.visible_to(user)
    return _read(rows.filter(client__therapist=therapist) if therapist else rows, own, today)


def shared_prompts(
    user: User, clients: Collection[uuid.UUID], today: date
) -> dict[uuid.UUID, Prompt]:
    """Of some visible cases, as others than their therapists see them. One query."""
    rows = Suggestion.objects.filter(
        organisation=user.organisation_id, client__in=clients, shared_trace__isnull=False
    )
    return _read(rows, set(), today).by_client


def prompts_of(therapist: User, today: date) -> list[Prompt]:
    """Of the therapist's own active cases, the most pressing first. One query."""
    rows = Suggestion.objects.filter(
        organisation=therapist.organisation_id,
        client__therapist=therapist,
        client__status="active",
    )
    found = _read(rows, None, today).by_client.values()
    return sorted(found, key=lambda prompt: (prompt.rank, prompt.created_at))


def _read(rows: SuggestionQuerySet, own: set[Any] | None, today: date) -> Prompts:
    state = Suggestion.State
    traces = ["trace"] if own is None or own else []
    if own is not None:
        traces.append("shared_trace")
    plain = ("pk", "client_id", "state", "snoozed_until", "rank", "created_at", "announced_on")
    found = (
        rows.live()
        .exclude(state=state.DISMISSED)
        .order_by("rank")
        .values(*plain, *(f"{trace}__{key}" for trace in traces for key in WORDS))
    )
    prompts = Prompts({}, set())
    for row in found:
        client = row["client_id"]
        trace = "trace" if own is None or client in own else "shared_trace"
        said = {key: row[f"{trace}__{key}"] for key in WORDS}
        if not said["loosened"]:
            prompts.stuck.add(client)
        is_due = row["state"] == state.SNOOZED and row["snoozed_until"] <= today
        is_quiet = said["absorbed_by"] or said["dismissed"]
        if (is_due or row["state"] == state.OFFERED) and not is_quiet:
            prompts.by_client.setdefault(client, _prompt(row, said))
    return prompts


def _prompt(row: dict[str, Any], said: dict[str, Any]) -> Prompt:
    return Prompt(
        suggestion=row["pk"],
        title=said["title"],
        claim=said["claim"],
        mark=said["mark"],
        can_wait=said["loosened"],
        is_safety=bool(said["waits_for_safety_check"]) or SAFETY in said["additions"],
        rank=row["rank"],
        created_at=row["created_at"],
        announced_on=row["announced_on"],
    )
