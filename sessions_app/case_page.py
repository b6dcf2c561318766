"""Everything the case page shows, read with a fixed number of queries and shaped for one reader."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Count, Q
from django.utils import timezone

from impasses.catalogue import catalogue
from impasses.episode_page import Impasses, impasses_of
from impasses.queries import Advice, Tried, advice, ledger
from people.models import Client, User, Visibility
from people.templatetags.look import day
from sessions_app.models import (
    HELD,
    CaseSnapshot,
    SessionDraft,
    Tag,
    TherapySession,
    TherapySessionQuerySet,
)
from sessions_app.partings import Parting, partings
from sessions_app.score_lines import ScoreLine, on_the_case, score_lines
from sessions_app.timeline import SLOTS, Slot, Timeline, draw
from sessions_app.words import counted

OWN_SCORE = "A10"
PRIVATE = Visibility.PRIVATE
NEEDED = 3  # held sessions before most rules say anything


@dataclass(frozen=True)
class Row:
    """One session of the table below the picture."""

    slot: Slot
    attendance: str
    signs: str
    repair: str

    @property
    def score(self) -> str:
        return plain(self.slot.score) if self.slot.score is not None else ""


@dataclass(frozen=True, kw_only=True)
class Window:
    """The sessions one timeline shows, and where the ones before them begin."""

    timeline: Timeline
    rows: tuple[Row, ...]
    has_earlier: bool
    is_latest: bool

    @property
    def first(self) -> Slot:
        return self.rows[-1].slot

    @property
    def last(self) -> Slot:
        return self.rows[0].slot


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
        """Held sessions without movement, while a pattern speaks of being stuck."""
        return self.held_since_movement if self.pattern.advice.is_stuck else 0

    @property
    def is_calm(self) -> bool:
        """Whether it can be said that nothing stands out."""
        is_loud = self.pattern.advice.cards or self.unrepaired or self.safety_since
        return bool(self.held) and not is_loud and not self.pattern.is_waiting

    @property
    def may_open_impasse(self) -> bool:
        return self.own and self.impasses.current is None and not self.client.is_ended

    @property
    def focus(self) -> str:
        """The therapist's own text: nobody else reads it."""
        return self.client.focus if self.own else ""


def case_page(
    client: Client, *, user: User, today: date, before: uuid.UUID | None = None
) -> CasePage:
    """Read a visible case; `before` is the session an earlier window ends in front of."""
    own = client.therapist_id == user.pk
    snapshot = snapshot_of(client)
    impasses = impasses_of(client, user=user, now=timezone.now())
    lines = score_lines(client)
    window = read_window(client, own=own, before=before)
    since = impasses.current.row.opened_on if impasses.current else None
    return CasePage(
        client=client,
        own=own,
        pattern=pattern_of(client, own=own, today=today),
        window=window,
        totals=_totals(client),
        unrepaired=snapshot.unrepaired(own=own),
        held_since_movement=snapshot.since_movement(own=own),
        safety_since=snapshot.safety_since,
        safety_from=snapshot.safety_from,
        scores=on_the_case(lines),
        impasses=impasses,
        tried=tuple(ledger(client, own=own, since=since)),
        partings=tuple(partings(_slots(window), lines, name=client.code_name)) if own else (),
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


def snapshot_of(client: Client) -> CaseSnapshot:
    """Where the case stands; an empty one while it has no session."""
    snapshot: CaseSnapshot | None = getattr(client, "snapshot", None)
    return snapshot or CaseSnapshot(client=client)


def _totals(client: Client) -> Totals:
    return Totals(
        **client.therapy_sessions.filter(organisation=client.organisation_id).aggregate(
            not_held=Count("pk", filter=~Q(attendance__in=HELD)),
            private_notes=Count("pk", filter=~Q(note="") & Q(note_visibility=PRIVATE)),
        )
    )


def read_window(client: Client, *, own: bool, before: uuid.UUID | None) -> Window | None:
    """The latest sessions, or those in front of one; None where there are none."""
    sessions = _in_front_of(client, before)
    found = list(sessions.newest_first().prefetch_related("tags", "measurements")[: SLOTS + 1])
    if not found:
        return None if before is None else read_window(client, own=own, before=None)
    slots = [_slot(row, repair, own=own) for row, repair in _repairs(found[:SLOTS][::-1], own=own)]
    labels = {str(row.pk): row.get_attendance_display() for row in found}
    return Window(
        timeline=draw(slots),
        rows=tuple(_row(slot, labels[slot.id]) for slot in reversed(slots)),
        has_earlier=len(found) > SLOTS,
        is_latest=before is None,
    )


def _in_front_of(client: Client, before: uuid.UUID | None) -> TherapySessionQuerySet:
    sessions = client.therapy_sessions.filter(organisation=client.organisation_id)
    sessions = sessions.defer("note", "process_note", "agreed_task")
    if before is None:
        return sessions
    edge = sessions.filter(pk=before)
    held_at, created_at = edge.values("held_at")[:1], edge.values("created_at")[:1]
    return sessions.filter(Q(held_at__lt=held_at) | Q(held_at=held_at, created_at__lt=created_at))


def _shown(tag: Tag, *, own: bool) -> bool:
    """Whether a mark may stand on its session: for others only what is shared."""
    return own or (tag.visibility == Visibility.SHARED and tag.is_seen(own=False))


def _repairs(
    sessions: Sequence[TherapySession], *, own: bool
) -> Iterable[tuple[TherapySession, str]]:
    """Each session with its repair state; for others only after strain they may see."""
    is_open = own
    for row in sessions:
        is_open = is_open or any(t.code == "M5" and _shown(t, own=own) for t in row.tags.all())
        yield row, row.repair if is_open else ""
        if row.repair == TherapySession.Repair.REPAIRED:
            is_open = own


def _slot(row: TherapySession, repair: str, *, own: bool) -> Slot:
    lanes = {
        tag.code: tag.intensity
        for tag in sorted(row.tags.all(), key=lambda tag: tag.code)
        if tag.is_manifestation and _shown(tag, own=own)
    }
    score = next((m.total for m in row.measurements.all() if m.instrument == OWN_SCORE), None)
    at = timezone.localtime(row.held_at)
    return Slot(
        id=str(row.pk),
        at=at,
        number=row.number,
        label=_in_words(row, at, lanes, repair, score),
        attendance=row.attendance,
        lanes=lanes,
        repair=repair,
        score=score,
    )


def _in_words(
    row: TherapySession, at: datetime, lanes: dict[str, int], repair: str, score: Decimal | None
) -> str:
    """As in "Session 9, Tue 7 Jul: Avoidance 2 of 3, repaired; alliance score 7"."""
    if not row.is_held:
        return f"{row.get_attendance_display()}, {day(at)}"
    said = [f"{_word(code)} {level} of 3" for code, level in lanes.items()] or ["no signs"]
    if repair:
        said.append(TherapySession.Repair(repair).label)
    scored = f"; alliance score {plain(score)}" if score is not None else ""
    return f"Session {row.number}, {day(at)}: {', '.join(said)}{scored}"


def _row(slot: Slot, attendance: str) -> Row:
    return Row(
        slot=slot,
        attendance=attendance,
        signs=", ".join(f"{_word(code)} {level}" for code, level in slot.lanes.items()),
        repair=TherapySession.Repair(slot.repair).label if slot.repair else "",
    )


def _word(code: str) -> str:
    return str(catalogue()[code].word)


def plain(score: Decimal) -> str:
    """A score without needless noughts: "7", "7.5"."""
    return f"{score:f}".removesuffix(".0")
