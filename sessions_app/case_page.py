"""Everything the case page shows, read with a fixed number of queries and shaped for one reader."""

import uuid
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q
from django.utils import timezone

from impasses.episode_page import Impasses, impasses_of
from impasses.queries import Advice, Tried, advice, ledger
from people.models import Client, User, Visibility
from people.queries import emergency_access, supervisors_of
from sessions_app.case_window import Window, read_window, spans_of
from sessions_app.models import (
    HELD,
    CaseSnapshot,
    SessionDraft,
)
from sessions_app.partings import Parting, partings
from sessions_app.score_lines import ScoreLine, on_the_case, score_lines
from sessions_app.timeline_slots import Slot
from sessions_app.words import counted

PRIVATE = Visibility.PRIVATE
NEEDED = 3  # held sessions before most rules say anything


@dataclass(frozen=True)
class Totals:
    """Counts over the whole case."""

    not_held: int
    private_notes: int


@dataclass(frozen=True, kw_only=True)
class Pattern:
    """Where the suggestions of a case stand for one reader."""

    client: Client
    own: bool
    held: int
    is_waiting: bool
    advice: Advice
    unjudged: tuple[dict[str, str], ...] = ()

    @property
    def unjudged_in_words(self) -> str:
        """As in "Four rules could not be judged"."""
        count = len(self.unjudged)
        return f"{counted(count)} rule{'' if count == 1 else 's'} could not be judged"

    @property
    def others_in_words(self) -> str:
        """As in "Two more patterns fired"."""
        count = len(self.advice.others)
        more = "more " if self.advice.prompt else ""
        said = counted(count)
        return f"{said} {more}pattern{'' if count == 1 else 's'} fired"

    @property
    def missing(self) -> int:
        """Held sessions still needed before a pattern can be told from a single day."""
        return max(NEEDED - self.held, 0)


@dataclass(frozen=True, kw_only=True)
class CasePage:
    """The whole page."""

    client: Client
    own: bool
    in_emergency: bool
    pattern: Pattern
    window: Window | None
    totals: Totals
    unrepaired: int
    held_since_movement: int
    safety_since: date | None
    safety_from: str
    scores: tuple[ScoreLine, ...]
    impasses: Impasses
    tried: tuple[Tried, ...]
    partings: tuple[Parting, ...]
    drafts: tuple[SessionDraft, ...]
    supervisors: tuple[str, ...]

    @property
    def may_bring(self) -> bool:
        """Whether the case can be put on the agenda of a supervision."""
        return bool(self.supervisors) and not self.client.is_ended

    @property
    def held(self) -> int:
        return self.pattern.held

    @property
    def private_notes_in_words(self) -> str:
        """As in "Two notes are private"; what a supervisor does not see is said."""
        count = self.totals.private_notes
        said = counted(count)
        return f"{said} note{' is' if count == 1 else 's are'} private"

    @property
    def stuck(self) -> int:
        """Held sessions without movement, while an impasse is open or a pattern speaks of one."""
        is_stuck = self.impasses.current or self.pattern.advice.is_stuck
        return self.held_since_movement if is_stuck else 0

    @property
    def is_calm(self) -> bool:
        """Whether it can be said that nothing stands out."""
        is_loud = self.pattern.advice.cards or self.unrepaired or self.safety_since
        return bool(self.held) and not is_loud and not self.pattern.is_waiting

    @property
    def may_open_impasse(self) -> bool:
        return self.own and self.impasses.current is None and not self.client.is_ended

    @property
    def kept_until(self) -> date | None:
        """For how long the record of an ended case is kept at least."""
        ended = self.client.ended_on
        return add_years(ended, self.client.organisation.retention_years) if ended else None

    @property
    def focus(self) -> str:
        """The therapist's own text: nobody else reads it, but in an emergency."""
        return self.client.focus if self.own or self.in_emergency else ""


def case_page(
    client: Client, *, user: User, today: date, before: uuid.UUID | None = None
) -> CasePage:
    """Read a visible case; `before` is the session an earlier window ends in front of."""
    own = client.therapist_id == user.pk
    snapshot = snapshot_of(client)
    impasses = impasses_of(client, user=user, now=timezone.now())
    lines = score_lines(client)
    shown = on_the_case(lines)
    window = read_window(
        client,
        own=own,
        before=before,
        spans=spans_of(impasses),
        line=next((line for line in shown if line.norm), None),
    )
    since = impasses.current.row.opened_on if impasses.current else None
    return CasePage(
        client=client,
        own=own,
        in_emergency=not own and emergency_access(user, client) is not None,
        pattern=pattern_of(client, own=own, today=today),
        window=window,
        totals=_totals(client, own=own),
        unrepaired=snapshot.unrepaired(own=own),
        held_since_movement=snapshot.since_movement(own=own),
        safety_since=snapshot.safety_since,
        safety_from=snapshot.safety_from,
        scores=shown,
        impasses=impasses,
        tried=tuple(ledger(client, own=own, since=since)),
        partings=tuple(partings(_slots(window), lines, name=client.code_name)) if own else (),
        supervisors=tuple(supervisors_of(user, today=today)) if own else (),
        drafts=tuple(
            SessionDraft.objects.filter(
                organisation=client.organisation_id, author=user, client=client
            )
            .defer("body")
            .order_by("saved_at")
        ),
    )


def _slots(window: Window | None) -> list[Slot]:
    """The latest sessions, oldest first; none of an earlier window, which says nothing of now."""
    return [row.slot for row in reversed(window.rows)] if window and window.is_latest else []


def pattern_of(client: Client, *, own: bool, today: date) -> Pattern:
    """What is suggested now, or that it is being prepared."""
    snapshot = snapshot_of(client)
    return Pattern(
        client=client,
        own=own,
        held=snapshot.sessions_held,
        is_waiting=snapshot.is_waiting,
        advice=advice(client, own=own, today=today),
        unjudged=tuple(snapshot.own_unjudged) if own else (),
    )


def add_years(day: date, years: int) -> date:
    """The same day so many years on; 1 March for a 29 February that is not there."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


def snapshot_of(client: Client) -> CaseSnapshot:
    """Where the case stands; an empty one while it has no session."""
    snapshot: CaseSnapshot | None = getattr(client, "snapshot", None)
    return snapshot or CaseSnapshot(client=client)


def _totals(client: Client, *, own: bool) -> Totals:
    """The private notes are those this reader does not see."""
    hidden = ~Q(note="") & Q(note_visibility=PRIVATE)
    if own:
        hidden &= ~Q(author=client.therapist_id)
    return Totals(
        **client.therapy_sessions.filter(organisation=client.organisation_id).aggregate(
            not_held=Count("pk", filter=~Q(attendance__in=HELD)),
            private_notes=Count("pk", filter=hidden),
        )
    )
