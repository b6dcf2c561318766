"""The swim lanes of a case as plain geometry: slots in, coordinates out. No database, no clock.

Everything is in pixels and agrees with the row heights of the stylesheet (`.lanes__name--*`).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sessions_app.timeline_rows import (
    Outcome,
    OutcomeRow,
    Span,
    StageBar,
    TriedRow,
    TriedStep,
    outcome_row,
    stage_bars,
    tried_row,
)
from sessions_app.timeline_slots import (
    BARS,
    EPISODE,
    HEAD,
    LANE,
    LANES,
    LEAST,
    PLOT,
    PLOT_MAX,
    PLOT_PAD,
    REPAIR,
    STEP,
    TRIED,
    Point,
    Slot,
    middle,
)


@dataclass(frozen=True)
class Bar:
    """How strongly a sign showed: a slot of full height, filled from below."""

    x: float
    top: int
    y: int
    height: int


@dataclass(frozen=True)
class Lane:
    """One of the five rows; `name` is its id, and its class in small letters."""

    name: str
    rule: float
    bars: tuple[Bar, ...]

    @property
    def css(self) -> str:
        return self.name.lower()


@dataclass(frozen=True)
class Repair:
    """How strain was left in a session."""

    at: Point
    state: str


@dataclass(frozen=True)
class Month:
    """Where a month begins; the first one has no line before it."""

    x: int
    at: datetime
    has_line: bool


@dataclass(frozen=True)
class Column:
    """One session's column: a link over its whole height."""

    slot: Slot
    x: float
    middle: float
    is_newest: bool

    @property
    def is_gap(self) -> bool:
        return not self.slot.is_held

    @property
    def gap_x(self) -> float:
        return self.middle - 13.5

    @property
    def was_no_show(self) -> bool:
        return self.slot.attendance == "no_show"


@dataclass(frozen=True)
class Plot:
    """The client's own score, 0 to 10. `lines` break where a held session has none."""

    top: int
    lines: tuple[tuple[Point, ...], ...]
    dots: tuple[Point, ...]
    missing: tuple[Point, ...]
    last: Point
    last_score: Decimal

    @property
    def rule(self) -> float:
        return self.top + 0.5

    @property
    def last_words(self) -> str:
        return f"{self.last_score:f}".removesuffix(".0")

    @property
    def last_word_y(self) -> float:
        """Above its dot, or below it where there is no room."""
        return self.last.y + (20 if self.last.y - self.top < 18 else -9)

    @property
    def paths(self) -> list[str]:
        """Each line as the `points` of a polyline."""
        return [" ".join(f"{p.x},{p.y}" for p in line) for line in self.lines]


@dataclass(frozen=True)
class Timeline:
    """Everything the template draws."""

    width: int
    height: int
    columns: tuple[Column, ...]
    months: tuple[Month, ...]
    lanes: tuple[Lane, ...]
    repairs: tuple[Repair, ...]
    plot: Plot | None
    lanes_top: int = HEAD
    stages: tuple[StageBar, ...] = ()
    outcome: OutcomeRow | None = None
    tried: tuple[TriedRow, ...] = ()

    @property
    def gap_y(self) -> int:
        return self.lanes_top

    @property
    def gap_height(self) -> int:
        return self.height - self.lanes_top

    @property
    def hit_height(self) -> int:
        return self.height - 22

    @property
    def repair_rule(self) -> float:
        return self.lanes_top + LANE * len(LANES) + 0.5


def draw(
    slots: Sequence[Slot],
    *,
    spans: Sequence[Span] = (),
    outcome: Outcome | None = None,
    mine: Sequence[TriedStep] = (),
    theirs: Sequence[TriedStep] = (),
) -> Timeline:
    """The picture of some sessions, oldest first; a row without anything to show is left out."""
    stages = stage_bars(slots, spans, HEAD)
    lanes_top = HEAD + (EPISODE if stages else 0)
    plot_top = lanes_top + LANE * len(LANES) + REPAIR
    has_plot = any(slot.score is not None for slot in slots)
    foot = plot_top + (PLOT if has_plot else 0)
    outcomes = outcome_row(slots, outcome, foot)
    foot += PLOT if outcomes else 0
    tried = []
    for steps, is_therapist in ((mine, True), (theirs, False)):
        row = tried_row(slots, steps, foot, is_therapist=is_therapist)
        if row:
            tried.append(row)
            foot += TRIED
    return Timeline(
        width=STEP * max(len(slots), LEAST) + 1,
        height=foot,
        columns=tuple(
            Column(slot, x=STEP * n + 1.5, middle=middle(n), is_newest=n == len(slots) - 1)
            for n, slot in enumerate(slots)
        ),
        months=tuple(_months(slots)),
        lanes=tuple(_lane(row, name, slots, lanes_top) for row, name in enumerate(LANES)),
        repairs=tuple(
            Repair(Point(middle(n), plot_top - REPAIR / 2), slot.repair)
            for n, slot in enumerate(slots)
            if slot.repair
        ),
        plot=_plot(slots, plot_top) if has_plot else None,
        lanes_top=lanes_top,
        stages=stages,
        outcome=outcomes,
        tried=tuple(tried),
    )


def _months(slots: Sequence[Slot]) -> Iterator[Month]:
    before: datetime | None = None
    for n, slot in enumerate(slots):
        if before is None or (before.year, before.month) != (slot.at.year, slot.at.month):
            yield Month(STEP * n, slot.at, has_line=before is not None)
        before = slot.at


def _lane(row: int, name: str, slots: Sequence[Slot], lanes_top: int) -> Lane:
    top = lanes_top + LANE * row + 4
    floor = top + BARS[3]
    seen = ((n, slot.lanes[name]) for n, slot in enumerate(slots) if slot.lanes.get(name))
    bars = (Bar(middle(n) - 12, top, floor - BARS[level], BARS[level]) for n, level in seen)
    return Lane(name, floor + 0.5, tuple(bars))


def _plot(slots: Sequence[Slot], top: int) -> Plot:
    lines: list[list[Point]] = [[]]
    missing = []
    for n, slot in enumerate(slots):
        if slot.score is not None:
            lines[-1].append(_score_point(n, slot.score, top))
        elif slot.is_held:
            missing.append(Point(middle(n), float(top + PLOT / 2)))
            lines.append([])
    dots = tuple(point for line in lines for point in line)
    return Plot(
        top=top,
        lines=tuple(tuple(line) for line in lines if len(line) > 1),
        dots=dots,
        missing=tuple(missing),
        last=dots[-1],
        last_score=next(s.score for s in reversed(slots) if s.score is not None),
    )


def _score_point(place: int, score: Decimal, top: int) -> Point:
    span = PLOT - 2 * PLOT_PAD
    return Point(middle(place), round(top + PLOT_PAD + span * (1 - float(score) / PLOT_MAX), 1))
