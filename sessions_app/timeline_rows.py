"""The rows above and below the lanes: the impasse, an outcome score, what each side tried. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sessions_app.timeline_slots import EPISODE, PLOT, PLOT_PAD, STEP, Point, Slot, middle

LETTER = 6.6  # width of a letter of a row's words, on the safe side
EDGE = 4


@dataclass(frozen=True)
class Span:
    """A stage of an impasse, from a day until a day; None while it lasts."""

    stage: str
    word: str
    first: date
    last: date | None


@dataclass(frozen=True)
class StageBar:
    """A span as a bar; its word is left out where it has no room."""

    stage: str
    word: str
    x: float
    y: float
    width: float
    height: float

    @property
    def word_x(self) -> float:
        return self.x + 8

    @property
    def word_y(self) -> float:
        return self.y + 18


def stage_bars(slots: Sequence[Slot], spans: Sequence[Span], top: float) -> tuple[StageBar, ...]:
    """The spans over the columns of the sessions that fall into them."""
    bars = []
    for span in spans:
        inside = [
            n
            for n, slot in enumerate(slots)
            if span.first <= slot.at.date() and (span.last is None or slot.at.date() < span.last)
        ]
        if not inside:
            continue
        x, width = STEP * inside[0] + EDGE, STEP * (inside[-1] - inside[0] + 1) - 2 * EDGE
        word = span.word if len(span.word) * LETTER + 12 <= width else ""
        bars.append(StageBar(span.stage, word, x, top + 12, width, EPISODE - 24))
    return tuple(bars)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What the picture needs to know of a questionnaire: its name, its band, its direction."""

    name: str
    first: Decimal
    reliable: Decimal
    direction: str
    turned: Mapping[str, str]
    """By session: "better" or "worse" where the score left what may be chance."""


@dataclass(frozen=True)
class OutcomeDot:
    """One score of the row."""

    at: Point
    total: str
    turned: str
    is_last: bool

    @property
    def word_y(self) -> float:
        return self.at.y - 9


@dataclass(frozen=True)
class OutcomeRow:
    """The line of one questionnaire with its shaded band of what may be chance."""

    name: str
    direction: str
    words: str
    top: float
    band_y: float
    band_height: float
    dots: tuple[OutcomeDot, ...]

    @property
    def path(self) -> str:
        return " ".join(f"{dot.at.x},{dot.at.y}" for dot in self.dots)

    @property
    def rule(self) -> float:
        return self.top + 0.5

    @property
    def words_y(self) -> float:
        return self.top + PLOT - 5


def outcome_row(slots: Sequence[Slot], outcome: Outcome | None, top: float) -> OutcomeRow | None:
    """The scores of these sessions; None where none of them has one."""
    scored = [(n, slot) for n, slot in enumerate(slots) if slot.outcome is not None]
    if outcome is None or not scored:
        return None
    edges = (outcome.first - outcome.reliable, outcome.first + outcome.reliable)
    values = [*edges, *(slot.outcome for _, slot in scored if slot.outcome is not None)]
    low, high = float(min(values)), float(max(values))

    def y(total: Decimal) -> float:
        room = PLOT - 2 * PLOT_PAD - 8
        return round(top + PLOT_PAD + room * (1 - (float(total) - low) / (high - low)), 1)

    dots = tuple(
        OutcomeDot(
            Point(middle(n), y(slot.outcome or Decimal(0))),
            f"{(slot.outcome or Decimal(0)).normalize():f}",
            outcome.turned.get(slot.id, ""),
            is_last=n == scored[-1][0],
        )
        for n, slot in scored
    )
    return OutcomeRow(
        name=outcome.name,
        direction=outcome.direction,
        words=f"shaded: within {outcome.reliable.normalize():f} points of the start",
        top=top,
        band_y=y(edges[1]),
        band_height=round(y(edges[0]) - y(edges[1]), 1),
        dots=dots,
    )


@dataclass(frozen=True)
class TriedStep:
    """A step and what each session said of it."""

    word: str
    answers: Mapping[str, str]


@dataclass(frozen=True)
class TriedLine:
    """A step as a line over the sessions that were asked, with the answer of each."""

    word: str
    word_x: float
    word_y: float
    x1: float
    x2: float
    y: float
    answers: tuple[tuple[Point, str], ...]


@dataclass(frozen=True)
class TriedRow:
    """What one side tried."""

    is_therapist: bool
    top: float
    lines: tuple[TriedLine, ...]

    @property
    def rule(self) -> float:
        return self.top + 0.5


def tried_row(
    slots: Sequence[Slot], steps: Sequence[TriedStep], top: float, *, is_therapist: bool
) -> TriedRow | None:
    """The steps that one of these sessions answered for; a later answer hides an earlier one."""
    lines, free = [], 0.0
    for step in steps:
        asked = [(n, step.answers[s.id]) for n, s in enumerate(slots) if s.id in step.answers]
        if not asked:
            continue
        first, last = asked[0][0], asked[-1][0]
        x, y = middle(first) - 8, top + 28.5
        has_room = x >= free and x + len(step.word) * LETTER <= STEP * len(slots)
        free = x + len(step.word) * LETTER + 10 if has_room else free
        lines.append(
            TriedLine(
                step.word if has_room else "",
                x,
                top + 14.5,
                middle(first),
                middle(last),
                y,
                tuple((Point(middle(n), y), answer) for n, answer in asked),
            )
        )
    return TriedRow(is_therapist, top, tuple(lines)) if lines else None
