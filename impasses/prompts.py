"""The prompts of a caseload: the one suggestion of each case that asks for a decision first."""

import json
import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db.models import TextField
from django.db.models.functions import Cast

from impasses.models import Suggestion, SuggestionQuerySet
from impasses.models.suggestion import asks
from people.models import Client, User

SAFETY = "X4"
NONE: frozenset[str] = frozenset()


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


class SharedPrompts(NamedTuple):
    """What patterns say of many cases to others than their therapists; ids are their text."""

    claims: dict[str, str]  # of each case's prompt
    types: dict[str, frozenset[str]]
    stuck: set[str]


def read_prompts(user: User, clients: Collection[uuid.UUID], own: set[Any], today: date) -> Prompts:
    """Of some cases the person may see; `own` are read with their private items. One query."""
    return _read(Suggestion.objects.visible_to(user).filter(client__in=clients), own, today)


def shared_prompts(user: User, therapists: Collection[uuid.UUID], today: date) -> SharedPrompts:
    """Of the cases of some therapists one supervises that have not ended. One query."""
    rows = Suggestion.objects.filter(
        organisation=user.organisation_id,
        client__therapist__in=therapists,
        client__status__in=Client.NOT_ENDED,
        shared_trace__isnull=False,
    )
    text = TextField()  # read here at once: of many rows, a field's own reading takes as long again
    columns = (Cast("client_id", text), "state", "snoozed_until", Cast("shared_gist", text))
    claims: dict[str, str] = {}
    types: dict[str, frozenset[str]] = {}
    stuck = set()
    for client, state, until, gist in _undismissed(rows).values_list(*columns):
        said = json.loads(gist)
        types[client] = types.get(client, NONE).union(said["types"])
        if not said["loosened"]:
            stuck.add(client)
        if client not in claims and _leads(state, until, said, today):
            claims[client] = said["claim"]
    return SharedPrompts(claims, types, stuck)


def prompts_of(therapist: User, today: date) -> list[Prompt]:
    """Of the therapist's own active cases, the most pressing first. One query."""
    rows = Suggestion.objects.filter(
        organisation=therapist.organisation_id,
        client__therapist=therapist,
        client__status="active",
    )
    found = _read(rows, None, today).by_client.values()
    return sorted(found, key=lambda prompt: (prompt.rank, prompt.created_at))


def _undismissed(rows: SuggestionQuerySet) -> SuggestionQuerySet:
    """The most pressing first."""
    return rows.live().exclude(state=Suggestion.State.DISMISSED).order_by("rank")


def _leads(state: str, until: date | None, said: Mapping[str, Any], today: date) -> bool:
    """Whether a suggestion asks for a decision, and no other speaks for it."""
    return asks(state, until, today) and not said["absorbed_by"] and not said["dismissed"]


def _read(rows: SuggestionQuerySet, own: set[Any] | None, today: date) -> Prompts:
    gists = ["gist"] if own is None or own else []
    if own is not None:
        gists.append("shared_gist")
    plain = ("pk", "client_id", "state", "snoozed_until", "rank", "created_at", "announced_on")
    prompts = Prompts({}, set())
    for row in _undismissed(rows).values(*plain, *gists):
        client = row["client_id"]
        said = row["gist" if own is None or client in own else "shared_gist"]
        if not said["loosened"]:
            prompts.stuck.add(client)
        if _leads(row["state"], row["snoozed_until"], said, today):
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
