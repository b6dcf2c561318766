"""The caseload, read with a fixed number of queries whatever its size."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Protocol, cast

from django.db.models import Case, F, OuterRef, Subquery, TextField, When
from django.db.models.functions import Cast
from django.utils import timezone

from impasses.models import Episode
from impasses.models.episode import Stage
from impasses.prompts import Prompt, read_prompts
from people.models import Client, ClientQuerySet, User
from people.templatetags.look import day
from sessions_app.models import CaseSnapshot

DAYS: dict[str, int] = {
    Client.Rhythm.WEEKLY: 7,
    Client.Rhythm.FORTNIGHTLY: 14,
    Client.Rhythm.MONTHLY: 28,
}
UNSHOWN = (  # by any list; strips are read as text, in the variant of the reader
    "goals", "baseline", "snapshot__own_strip", "snapshot__shared_strip", "snapshot__own_unjudged",
)  # fmt: skip
FIRST_ROWS = 20
UNREPAIRED_TOO_LONG = 2


@dataclass(frozen=True, kw_only=True)
class CaseRow:
    """One client as one reader may see the case from outside."""

    client: Client
    therapist: str
    own: bool
    snapshot: CaseSnapshot
    strip_text: str  # JSON
    prompt: Prompt | None
    is_suggested: bool
    stage: str
    next_at: datetime | None

    @property
    def strip(self) -> Any:
        """The last eight sessions, read when they are drawn: of most rows they never are."""
        return json.loads(self.strip_text)

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
        """Held sessions without movement, while an impasse is open or a pattern speaks of one."""
        return self.since_movement if self.stage or self.is_suggested else 0

    @property
    def stage_in_words(self) -> str:
        """Where the open impasse stands; empty without one."""
        return Stage(self.stage).label if self.stage else ""

    @property
    def safety_since(self) -> date | None:
        """Since when a safety concern stands; it comes before every pattern."""
        return self.snapshot.safety_since

    @property
    def is_pressing(self) -> bool:
        """Whether safety, unrepaired strain or a suggestion asks for a look soon."""
        return bool(self.safety_since or self.unrepaired or self.has_urgent_prompt)

    @property
    def has_urgent_prompt(self) -> bool:
        return bool(self.prompt and not self.prompt.can_wait)

    @property
    def is_held_back(self) -> bool:
        """Whether its prompt is beyond the week's budget: its own page shows it all the same."""
        return self.own and bool(self.prompt and self.prompt.is_held_back)

    @property
    def reason(self) -> str:
        """Why the case needs attention, in one sentence."""
        if self.safety_since:
            return f"A safety concern stands since {day(self.safety_since)}, without a check."
        if self.unrepaired >= UNREPAIRED_TOO_LONG or self.prompt is None:
            return f"Strain left unrepaired for {self.unrepaired} sessions."
        return self.prompt.claim


def expected_after(last: datetime, rhythm: str) -> datetime | None:
    """The next session by the rhythm: the same weekday and hour on the wall; None as needed."""
    days = DAYS.get(rhythm)
    if days is None:
        return None
    zone = timezone.get_current_timezone()
    wall = last.astimezone(zone).replace(tzinfo=None) + timedelta(days=days)
    return wall.replace(tzinfo=zone)


def case_rows(user: User, clients: ClientQuerySet, *, today: date) -> list[CaseRow]:
    """Some of the cases the person may see, own and supervised, by name. Two queries."""
    cases = list(
        clients.select_related("snapshot")
        .defer(*UNSHOWN)
        .annotate(therapist_name=F("therapist__name"), **_as_read_by(user))
        .order_by("code_name", "pk")
    )
    own = {client.pk for client in cases if client.therapist_id == user.pk}
    prompts = read_prompts(user, [client.pk for client in cases], own, today)
    return [
        _row(
            client,
            client.pk in own,
            client.pk in prompts.stuck,
            prompts.by_client.get(client.pk),
        )
        for client in cases
    ]


class Annotated(Protocol):
    """What `case_rows` reads beside the columns of a client."""

    therapist_name: str
    stage: str | None
    strip_text: str | None


def _as_read_by(user: User) -> dict[str, Case]:
    """The stage of the open impasse and the strip: the therapist's own, or what others may see."""
    text = TextField()
    current = Episode.objects.filter(client=OuterRef("pk"), closed_on=None)
    shared = current.filter(Episode.objects.shared())
    return {
        "stage": Case(
            When(therapist=user, then=Subquery(current.values("stage"))),
            default=Subquery(shared.values("stage")),
        ),
        "strip_text": Case(
            When(therapist=user, then=Cast("snapshot__own_strip", text)),
            default=Cast("snapshot__shared_strip", text),
        ),
    }


def _row(client: Client, own: bool, is_suggested: bool, prompt: Prompt | None) -> CaseRow:
    snapshot: CaseSnapshot = getattr(client, "snapshot", None) or CaseSnapshot(client=client)
    last, read = snapshot.last_session_at, cast(Annotated, client)
    return CaseRow(
        client=client,
        therapist=read.therapist_name,
        own=own,
        snapshot=snapshot,
        strip_text=read.strip_text or "[]",
        prompt=prompt,
        is_suggested=is_suggested,
        stage=read.stage or "",
        next_at=expected_after(last, client.rhythm) if last and client.is_active else None,
    )


# --- the caseload --------------------------------------------------------------------------------

SHOWS: dict[str, tuple[str, Callable[[CaseRow], bool]]] = {
    "active": ("All active", lambda row: row.own and row.client.is_active),
    "look": ("Needs a look", lambda row: row.own and row.client.is_active and row.is_pressing),
    "strain": (
        "Strain unrepaired",
        lambda row: row.own and row.client.is_active and row.unrepaired > 0,
    ),
    "held": ("Held back", lambda row: row.client.is_active and row.is_held_back),
    "paused": ("Paused", lambda row: row.own and row.client.status == Client.Status.PAUSED),
    "ended": ("Ended", lambda row: row.own and row.client.is_ended),
    "supervised": ("Supervised", lambda row: not row.own and not row.client.is_ended),
}
LATEST = datetime.max.replace(tzinfo=UTC)
SORTS: dict[str, tuple[str, Callable[[CaseRow], tuple[Any, ...]]]] = {
    "stuckness": (
        "Stuckness",
        lambda row: (not row.safety_since, not row.unrepaired, -row.stuck, by_name(row)),
    ),
    "name": ("Code name", lambda row: (by_name(row),)),
    "next": ("Next session", lambda row: (row.next_at or LATEST, by_name(row))),
}


def by_name(row: CaseRow) -> str:
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
    """The cases of one filter in one order; of a search, every case whose name has the word.

    Ended cases grow in number for ever: they are read when they are asked for.
    """
    seen = Client.objects.in_care_of(user, today)
    ended = Client.objects.treated_by(user).filter(status=Client.Status.ENDED)
    current = case_rows(user, seen.filter(status__in=Client.NOT_ENDED), today=today)
    shows = {
        key: value
        for key, value in SHOWS.items()
        if (user.supervises if key == "supervised" else user.treats)
    }
    show = show if show in shows else next(iter(shows))
    sort = sort if sort in SORTS else "stuckness"
    if looked_for is not None:
        rows = case_rows(user, seen.filter(code_name__icontains=looked_for), today=today)
    elif show == "ended":
        rows = case_rows(user, ended, today=today)
    else:
        rows = [row for row in current if SHOWS[show][1](row)]
    rows.sort(key=SORTS[sort][1])
    shown = rows if everything or looked_for is not None else rows[:FIRST_ROWS]
    counts = {key: sum(map(holds, current)) for key, (_, holds) in shows.items()}
    if "ended" in counts:
        counts["ended"] = ended.count()
    return CaseList(
        rows=shown,
        left_out=len(rows) - len(shown),
        choices=tuple(Choice(key, label, counts[key]) for key, (label, _) in shows.items()),
        show=show,
        sort=sort,
        treats=user.treats,
        looked_for=looked_for,
    )
