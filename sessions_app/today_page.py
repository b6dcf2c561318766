"""What waits today, read with a fixed number of queries whatever the caseload."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.db.models import F, Q
from django.utils import timezone

from impasses.models import PlanStep
from people.models import Client, Notice, User
from people.queries import unseen_notices
from sessions_app.caseload import LATEST, UNREPAIRED_TOO_LONG, CaseRow, by_name, case_rows
from sessions_app.models import SessionDraft, TherapySession
from sessions_app.words import counted

MOST_ATTENTION = 3


@dataclass(frozen=True, kw_only=True)
class ToLog:
    """A session that waits: a draft to finish, one that should have been, one later today."""

    client: Client
    number: int
    at: datetime | None
    draft: SessionDraft | None = None
    is_later: bool = False
    is_today: bool = False
    asks: int = 0

    @property
    def asks_in_words(self) -> str:
        """As in "Two steps in play to ask about."."""
        return f"{counted(self.asks)} step{'' if self.asks == 1 else 's'} in play to ask about."


@dataclass(frozen=True)
class Agreed:
    """What was agreed with a client who is expected today."""

    client: Client
    at: datetime
    steps: tuple[PlanStep, ...]
    task: str


@dataclass(frozen=True)
class Today:
    """The whole page."""

    to_log: tuple[ToLog, ...]
    attention: tuple[CaseRow, ...]
    agreed: tuple[Agreed, ...]
    has_clients: bool
    notices: tuple[Notice, ...]
    held_back: int
    budget: int

    @property
    def held_back_in_words(self) -> str:
        """As in "Two more prompts wait"."""
        count = self.held_back
        return f"{counted(count)} more prompt{' waits' if count == 1 else 's wait'}"

    @property
    def lead(self) -> str:
        """As in "Two sessions to log, one of them begun. One more later today."."""
        waiting = [item for item in self.to_log if not item.is_later]
        begun = sum(1 for item in waiting if item.draft)
        later = len(self.to_log) - len(waiting)
        said = "Nothing to log."
        if waiting:
            said = f"{counted(len(waiting))} session{'' if len(waiting) == 1 else 's'} to log"
            said += f", {counted(begun).lower()} of them begun." if begun else "."
        return said + (f" {counted(later)} more later today." if later else "")


def today_page(user: User, *, now: datetime) -> Today:
    """What waits for one therapist at a moment. Six queries, whatever the caseload.

    Of cases that have ended, those alone whose session is half written.
    """
    today = timezone.localtime(now).date()
    drafts = list(
        SessionDraft.objects.filter(
            organisation=user.organisation_id, author=user, client__therapist=user
        )
        .defer("body")
        .select_related("therapy_session")
        .order_by("saved_at")
    )
    own = Client.objects.treated_by(user)
    waiting = Q(status__in=Client.NOT_ENDED) | Q(pk__in=[draft.client_id for draft in drafts])
    rows = case_rows(user, own.filter(waiting), today=today)
    active = [row for row in rows if row.client.is_active]
    agreed = _agreed([r for r in active if r.next_at and _day(r.next_at) == today])
    asks = {each.client.pk: len(each.steps) for each in agreed}
    to_log = (*_begun(rows, drafts), *_expected(active, drafts, now))
    return Today(
        to_log=tuple(replace(item, asks=asks.get(item.client.pk, 0)) for item in to_log),
        attention=_attention(active),
        agreed=agreed,
        has_clients=bool(rows) or own.exists(),
        held_back=sum(row.is_held_back for row in active),
        budget=user.organisation.alert_budget,
        notices=tuple(unseen_notices(user)),
    )


def _day(moment: datetime) -> date:
    return timezone.localtime(moment).date()


def _begun(rows: Iterable[CaseRow], drafts: Iterable[SessionDraft]) -> list[ToLog]:
    by_client = {row.client.pk: row for row in rows}
    return [
        ToLog(
            client=row.client,
            number=(draft.therapy_session.number or 0)
            if draft.therapy_session
            else row.snapshot.sessions_held + 1,
            at=draft.therapy_session.held_at if draft.therapy_session else row.next_at,
            draft=draft,
        )
        for draft in drafts
        if (row := by_client.get(draft.client_id))
    ]


def _expected(
    active: Iterable[CaseRow], drafts: Iterable[SessionDraft], now: datetime
) -> list[ToLog]:
    """Oldest first; first sessions of new clients after them, what is later today at the end."""
    begun = {draft.client_id for draft in drafts if draft.therapy_session_id is None}
    today = _day(now)
    found = [
        ToLog(
            client=row.client,
            number=row.snapshot.sessions_held + 1,
            at=row.next_at,
            is_later=row.next_at is not None and row.next_at > now,
            is_today=row.next_at is not None and _day(row.next_at) == today,
        )
        for row in active
        if row.client.pk not in begun and _waits(row, today)
    ]
    return sorted(found, key=lambda item: (item.is_later, item.at or now))


def _waits(row: CaseRow, today: date) -> bool:
    if row.snapshot.last_session_at is None:
        return row.client.started_on <= today
    return row.next_at is not None and _day(row.next_at) <= today


def _attention(active: Iterable[CaseRow]) -> tuple[CaseRow, ...]:
    """At most three: safety, then strain left unrepaired, then the longest without movement."""
    pressing = [
        row
        for row in active
        if row.safety_since
        or row.unrepaired >= UNREPAIRED_TOO_LONG
        or (row.has_urgent_prompt and not row.is_held_back)
    ]
    pressing.sort(
        key=lambda row: (
            not row.safety_since,
            row.unrepaired < UNREPAIRED_TOO_LONG,
            -row.since_movement,
            by_name(row),
        )
    )
    return tuple(pressing[:MOST_ATTENTION])


def _agreed(rows: Sequence[CaseRow]) -> tuple[Agreed, ...]:
    clients = [row.client.pk for row in rows]
    steps: dict[Any, list[PlanStep]] = {}
    for step in PlanStep.objects.filter(client__in=clients, ended_on=None).order_by("since", "pk"):
        steps.setdefault(step.client_id, []).append(step)
    tasks = {
        last.client_id: last.agreed_task
        for last in TherapySession.objects.filter(
            client__in=clients, held_at=F("client__snapshot__last_session_at")
        )
        .order_by("created_at")
        .only("client", "agreed_task")
    }
    return tuple(
        Agreed(client, row.next_at, tuple(steps.get(client.pk, ())), tasks.get(client.pk, ""))
        for row in sorted(rows, key=lambda row: row.next_at or LATEST)
        if (client := row.client) and row.next_at and (client.pk in steps or tasks.get(client.pk))
    )
