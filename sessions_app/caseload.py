"""The caseload and what waits today, read with a fixed number of queries whatever their size."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.utils import timezone

from impasses.models import PlanStep, Suggestion
from people.models import Client, User
from sessions_app.models import CaseSnapshot, SessionDraft, TherapySession

DAYS = {Client.Rhythm.WEEKLY: 7, Client.Rhythm.FORTNIGHTLY: 14, Client.Rhythm.MONTHLY: 28}
FIRST_ROWS = 20
MOST_ATTENTION = 3
UNREPAIRED_TOO_LONG = 2
NUMBERS = {1: "One", 2: "Two", 3: "Three", 4: "Four", 5: "Five", 6: "Six"}


@dataclass(frozen=True)
class Prompt:
    """The suggestion of a case that asks for a decision first."""

    title: str
    claim: str
    mark: str


@dataclass(frozen=True, kw_only=True)
class CaseRow:
    """One client as one reader may see the case from outside."""

    client: Client
    own: bool
    snapshot: CaseSnapshot
    prompt: Prompt | None
    is_suggested: bool
    next_at: datetime | None

    @property
    def strip(self) -> Any:
        return self.snapshot.strip(own=self.own)

    @property
    def focus(self) -> str:
        """The therapist's own text: nobody else reads it."""
        return self.client.focus if self.own else ""

    @property
    def unrepaired(self) -> int:
        return self.snapshot.unrepaired(own=self.own)

    @property
    def since_movement(self) -> int:
        """Held sessions since something moved or a step helped."""
        return self.snapshot.since_movement(own=self.own)

    @property
    def stuck(self) -> int:
        """Held sessions without movement, while something is suggested."""
        return self.since_movement if self.is_suggested else 0

    @property
    def is_pressing(self) -> bool:
        """Whether strain stands unrepaired or a suggestion asks for a decision."""
        return bool(self.unrepaired or self.prompt)

    @property
    def reason(self) -> str:
        """Why the case needs attention, in one sentence."""
        if self.unrepaired >= UNREPAIRED_TOO_LONG or not self.prompt:
            return f"Strain left unrepaired for {self.unrepaired} sessions."
        return self.prompt.claim


def expected_after(last: datetime, rhythm: str) -> datetime | None:
    """The next session by the rhythm: the same weekday and hour on the wall; None as needed."""
    days = DAYS.get(Client.Rhythm(rhythm))
    if days is None:
        return None
    zone = timezone.get_current_timezone()
    wall = last.astimezone(zone).replace(tzinfo=None) + timedelta(days=days)
    return wall.replace(tzinfo=zone)


def case_rows(user: User, *, today: date) -> list[CaseRow]:
    """Every case the person may see, own and supervised. Two queries."""
    clients = list(
        Client.objects.visible_to(user, today)
        .select_related("therapist", "snapshot")
        .order_by("code_name", "pk")
    )
    own = {client.pk for client in clients if client.therapist_id == user.pk}
    suggested, prompts = _suggestions(user, own, today)
    return [
        _row(client, client.pk in own, client.pk in suggested, prompts.get(client.pk))
        for client in clients
    ]


def _row(client: Client, own: bool, is_suggested: bool, prompt: Prompt | None) -> CaseRow:
    snapshot: CaseSnapshot = getattr(client, "snapshot", None) or CaseSnapshot(client=client)
    last = snapshot.last_session_at
    return CaseRow(
        client=client,
        own=own,
        snapshot=snapshot,
        prompt=prompt,
        is_suggested=is_suggested,
        next_at=expected_after(last, client.rhythm) if last and client.is_active else None,
    )


def _suggestions(user: User, own: set[Any], today: date) -> tuple[set[Any], dict[Any, Prompt]]:
    """The clients something is suggested for, and the prompt of each; only words are read."""
    state = Suggestion.State
    keys = ("title", "claim", "hue", "absorbed_by")
    found = (
        Suggestion.objects.visible_to(user)
        .live()
        .exclude(state=state.DISMISSED)
        .order_by("rank")
        .values(
            "client_id",
            "state",
            "snoozed_until",
            *(f"{trace}__{key}" for trace in ("trace", "shared_trace") for key in keys),
        )
    )
    suggested: set[Any] = set()
    prompts: dict[Any, Prompt] = {}
    for row in found:
        client = row["client_id"]
        title, claim, hue, absorbed = (
            row[f"{'trace' if client in own else 'shared_trace'}__{key}"] for key in keys
        )
        suggested.add(client)
        is_due = row["state"] == state.SNOOZED and row["snoozed_until"] <= today
        if (is_due or row["state"] == state.OFFERED) and not absorbed:
            prompts.setdefault(client, Prompt(title, claim, hue.upper()))
    return suggested, prompts


# --- the caseload --------------------------------------------------------------------------------

SHOWS: dict[str, tuple[str, Callable[[CaseRow], bool]]] = {
    "active": ("All active", lambda row: row.own and row.client.is_active),
    "look": ("Needs a look", lambda row: row.own and row.client.is_active and row.is_pressing),
    "strain": (
        "Strain unrepaired",
        lambda row: row.own and row.client.is_active and row.unrepaired > 0,
    ),
    "paused": ("Paused", lambda row: row.own and row.client.status == Client.Status.PAUSED),
    "ended": ("Ended", lambda row: row.own and row.client.is_ended),
    "supervised": ("Supervised", lambda row: not row.own and not row.client.is_ended),
}
LATEST = datetime.max.replace(tzinfo=UTC)
SORTS: dict[str, tuple[str, Callable[[CaseRow], tuple[Any, ...]]]] = {
    "stuckness": ("Stuckness", lambda row: (not row.unrepaired, -row.stuck, _name(row))),
    "name": ("Code name", lambda row: (_name(row),)),
    "next": ("Next session", lambda row: (row.next_at or LATEST, _name(row))),
}


def _name(row: CaseRow) -> str:
    return row.client.code_name.casefold()


@dataclass(frozen=True)
class Choice:
    """A filter as a link: its key, its word, how many cases it shows."""

    key: str
    label: str
    count: int


@dataclass(frozen=True, kw_only=True)
class CaseList:
    """The caseload page: the rows shown, and the ways to show others."""

    rows: Sequence[CaseRow]
    left_out: int
    choices: tuple[Choice, ...]
    show: str
    sort: str
    treats: bool
    looked_for: str | None = None

    @property
    def is_new(self) -> bool:
        """Whether there is no client at all yet."""
        return not any(choice.count for choice in self.choices)

    @property
    def lead(self) -> str:
        """As in "12 active clients. 6 need a look."."""
        if self.looked_for is not None:
            return f"{_clients(len(self.rows))} found."
        counts = {choice.key: choice.count for choice in self.choices}
        said = []
        if self.treats:
            said.append(f"{_clients(counts['active'], 'active ')}.")
        if counts.get("look"):
            said.append(f"{counts['look']} need{'s' if counts['look'] == 1 else ''} a look.")
        if counts.get("supervised"):
            said.append(f"{_clients(counts['supervised'])} of your supervisees.")
        return " ".join(said)


def _clients(number: int, which: str = "") -> str:
    return f"{number} {which}client{'' if number == 1 else 's'}"


def case_list(
    user: User,
    *,
    today: date,
    show: str = "",
    sort: str = "",
    everything: bool = False,
    looked_for: str | None = None,
) -> CaseList:
    """The cases of one filter in one order; of a search, every case whose name has the word."""
    known = case_rows(user, today=today)
    shows = {
        key: value
        for key, value in SHOWS.items()
        if (user.supervises if key == "supervised" else user.treats)
    }
    show = show if show in shows else next(iter(shows))
    sort = sort if sort in SORTS else "stuckness"
    if looked_for is None:
        rows = [row for row in known if SHOWS[show][1](row)]
    else:
        rows = [row for row in known if looked_for.casefold() in _name(row)]
    rows.sort(key=SORTS[sort][1])
    shown = rows if everything or looked_for is not None else rows[:FIRST_ROWS]
    return CaseList(
        rows=shown,
        left_out=len(rows) - len(shown),
        choices=tuple(
            Choice(key, label, sum(map(holds, known))) for key, (label, holds) in shows.items()
        ),
        show=show,
        sort=sort,
        treats=user.treats,
        looked_for=looked_for,
    )


# --- today ---------------------------------------------------------------------------------------


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
        return f"{_count(self.asks)} step{'' if self.asks == 1 else 's'} in play to ask about."


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

    @property
    def lead(self) -> str:
        """As in "Two sessions to log, one of them begun. One more later today."."""
        waiting = [item for item in self.to_log if not item.is_later]
        begun = sum(1 for item in waiting if item.draft)
        later = len(self.to_log) - len(waiting)
        said = "Nothing to log."
        if waiting:
            said = f"{_count(len(waiting))} session{'' if len(waiting) == 1 else 's'} to log"
            said += f", {_count(begun).lower()} of them begun." if begun else "."
        return said + (f" {_count(later)} more later today." if later else "")


def _count(number: int) -> str:
    return NUMBERS.get(number, str(number))


def today_page(user: User, *, now: datetime) -> Today:
    """What waits for one therapist at a moment. Five queries, whatever the caseload."""
    today = timezone.localtime(now).date()
    rows = [row for row in case_rows(user, today=today) if row.own]
    active = [row for row in rows if row.client.is_active]
    drafts = list(
        SessionDraft.objects.filter(
            organisation=user.organisation_id, author=user, client__therapist=user
        )
        .defer("body")
        .select_related("therapy_session")
        .order_by("saved_at")
    )
    agreed = _agreed([r for r in active if r.next_at and _day(r.next_at) == today])
    asks = {each.client.pk: len(each.steps) for each in agreed}
    to_log = (*_begun(rows, drafts), *_expected(active, drafts, now))
    return Today(
        to_log=tuple(replace(item, asks=asks.get(item.client.pk, 0)) for item in to_log),
        attention=_attention(active),
        agreed=agreed,
        has_clients=bool(rows),
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
    """At most three: strain left unrepaired first, then the longest without movement."""
    pressing = [row for row in active if row.unrepaired >= UNREPAIRED_TOO_LONG or row.prompt]
    pressing.sort(
        key=lambda row: (
            row.unrepaired < UNREPAIRED_TOO_LONG,
            -row.since_movement,
            _name(row),
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
        for last in TherapySession.objects.filter(client__in=clients)
        .order_by("client", "-held_at", "-created_at")
        .distinct("client")
        .only("client", "agreed_task")
    }
    return tuple(
        Agreed(client, row.next_at, tuple(steps.get(client.pk, ())), tasks.get(client.pk, ""))
        for row in sorted(rows, key=lambda row: row.next_at or LATEST)
        if (client := row.client) and row.next_at and (client.pk in steps or tasks.get(client.pk))
    )
