"""The sessions one timeline shows, for one reader: their picture, and the same facts as rows."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Q
from django.utils import timezone

from impasses.catalogue import catalogue
from impasses.episode_page import Impasses
from impasses.models import Trial
from impasses.models.episode import OPEN
from impasses.queries import Asked, asked_in
from people.models import Client, Visibility
from people.templatetags.look import day
from sessions_app.models import Tag, TherapySession, TherapySessionQuerySet
from sessions_app.score_form import OWN_QUESTION
from sessions_app.score_lines import ScoreLine
from sessions_app.timeline import Timeline, draw
from sessions_app.timeline_rows import Outcome, Span, TriedStep
from sessions_app.timeline_slots import SLOTS, Slot

OUTCOMES = {
    "early" if choice == Trial.Outcome.TOO_EARLY else choice.value: choice.label.lower()
    for choice in Trial.Outcome
}


@dataclass(frozen=True)
class Row:
    """One session of the table below the picture."""

    slot: Slot
    attendance: str
    signs: str
    repair: str
    tried: str
    is_mine: bool

    @property
    def score(self) -> str:
        return plain(self.slot.score) if self.slot.score is not None else ""

    @property
    def outcome(self) -> str:
        return plain(self.slot.outcome) if self.slot.outcome is not None else ""


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


def read_window(
    client: Client,
    *,
    own: bool,
    before: uuid.UUID | None,
    spans: Sequence[Span] = (),
    line: ScoreLine | None = None,
) -> Window | None:
    """The latest sessions, or those in front of one; None where there are none."""
    sessions = _in_front_of(client, before)
    found = list(sessions.newest_first().prefetch_related("tags", "measurements")[: SLOTS + 1])
    if not found:
        return (
            None
            if before is None
            else read_window(client, own=own, before=None, spans=spans, line=line)
        )
    shown = found[:SLOTS][::-1]
    slots = [_slot(row, repair, own=own, line=line) for row, repair in _repairs(shown, own=own)]
    asked = asked_in(client, [row.pk for row in shown], own=own)
    mine = {str(row.pk) for row in shown if row.is_open_to(own=own)}
    labels = {str(row.pk): row.get_attendance_display() for row in found}
    return Window(
        timeline=draw(
            slots,
            spans=spans,
            outcome=_outcome(line) if line else None,
            mine=[TriedStep(each.name, each.answers) for each in asked if each.is_therapist],
            theirs=[TriedStep(each.name, each.answers) for each in asked if not each.is_therapist],
        ),
        rows=tuple(
            _row(slot, labels[slot.id], asked, is_mine=slot.id in mine) for slot in reversed(slots)
        ),
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
    is_open = False
    for row in sessions:
        seen = row.is_open_to(own=own)
        is_open = is_open or any(t.code == "M5" and _shown(t, own=seen) for t in row.tags.all())
        yield row, row.repair if is_open or seen else ""
        if row.repair == TherapySession.Repair.REPAIRED:
            is_open = False


def shown_lanes(row: TherapySession, *, own: bool) -> dict[str, int]:
    """The manifestations of a session that this reader may see on it, with their strength."""
    own = row.is_open_to(own=own)
    return {
        tag.code: tag.intensity
        for tag in sorted(row.tags.all(), key=lambda tag: tag.code)
        if tag.is_manifestation and _shown(tag, own=own)
    }


def _slot(row: TherapySession, repair: str, *, own: bool, line: ScoreLine | None) -> Slot:
    lanes = shown_lanes(row, own=own)
    seen = row.is_open_to(own=own)
    forms = {tag.code: tag.forms_for(own=seen) for tag in row.tags.all()}
    totals = {m.instrument: m.total for m in row.measurements.all()}
    score = totals.get(OWN_QUESTION)
    at = timezone.localtime(row.held_at)
    return Slot(
        id=str(row.pk),
        at=at,
        number=row.number,
        label=_in_words(row, at, lanes, forms, repair, score),
        attendance=row.attendance,
        lanes=lanes,
        repair=repair,
        score=score,
        outcome=totals.get(line.instrument.id) if line else None,
    )


def _in_words(
    row: TherapySession,
    at: datetime,
    lanes: dict[str, int],
    forms: Mapping[str, Iterable[str]],
    repair: str,
    score: Decimal | None,
) -> str:
    """As in "Session 9, Tue 7 Jul: Avoidance 2 of 3, repaired; alliance score 7"."""
    if not row.is_held:
        return f"{row.get_attendance_display()}, {day(at)}"
    said = [
        f"{_word(code)} {level} of 3{_forms(forms.get(code, ()))}" for code, level in lanes.items()
    ] or ["no signs"]
    if repair:
        said.append(TherapySession.Repair(repair).label)
    scored = f"; alliance score {plain(score)}" if score is not None else ""
    return f"Session {row.number}, {day(at)}: {', '.join(said)}{scored}"


def _forms(codes: Iterable[str]) -> str:
    """As in " (emotionally charged issues)"."""
    names = ", ".join(catalogue()[code].label.lower() for code in codes)
    return f" ({names})" if names else ""


def _row(slot: Slot, attendance: str, asked: Sequence[Asked], *, is_mine: bool) -> Row:
    return Row(
        slot=slot,
        attendance=attendance,
        signs=", ".join(f"{_word(code)} {level}" for code, level in slot.lanes.items()),
        repair=TherapySession.Repair(slot.repair).label if slot.repair else "",
        tried=", ".join(
            f"{each.name}: {OUTCOMES[each.answers[slot.id]]}"
            for each in asked
            if slot.id in each.answers
        ),
        is_mine=is_mine,
    )


def _word(code: str) -> str:
    return str(catalogue()[code].word)


def plain(score: Decimal) -> str:
    """A score without needless noughts: "7", "7.5"."""
    return f"{score:f}".removesuffix(".0")


def _outcome(line: ScoreLine) -> Outcome | None:
    """What the picture needs of a questionnaire with a band."""
    if line.norm is None:
        return None
    return Outcome(
        name=line.instrument.name,
        first=line.first.total,
        reliable=line.norm.reliable_change,
        direction="lower is better" if line.norm.up_is_worse else "higher is better",
        turned={
            str(score.therapy_session_id): line.turned(score)
            for score in line.scores
            if score.therapy_session_id
        },
    )


def spans_of(impasses: Impasses) -> list[Span]:
    """The stages of the impasses a reader may see, each from the day of its move on."""
    cards = [card for card in (impasses.current, *impasses.earlier) if card]
    spans = []
    for card in cards:
        ends = [move.on for move in card.moves[1:]]
        for move, end in zip(card.moves, [*ends, None], strict=True):
            if move.after in OPEN:
                spans.append(Span(move.after, move.get_after_display(), move.on, end))
    return sorted(spans, key=lambda span: span.first)
