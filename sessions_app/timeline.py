"""The swim lanes of a case as plain geometry: slots in, coordinates out. No database, no clock.

Everything is in pixels and agrees with the row heights of the stylesheet (`.lanes__name--*`).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

SLOTS = 27  # as many as a wide screen shows without scrolling
STEP = 35
LEAST = 8  # a young case is drawn as wide as this many sessions
HEAD, LANE, REPAIR, PLOT = 46, 34, 30, 84
LANES = ("M1", "M2", "M3", "M4", "M5")
BARS = {1: 9, 2: 17, 3: 26}  # height by intensity
PLOT_PAD = 12
PLOT_MAX = 10


@dataclass(frozen=True, kw_only=True)
class Slot:
    """One session of the picture: what was seen in it, its score, and its text equivalent."""

    id: str
    at: datetime
    number: int | None
    label: str
    attendance: str = "attended"
    lanes: dict[str, int] = field(default_factory=dict)
    repair: str = ""
    score: Decimal | None = None

    @property
    def is_held(self) -> bool:
        return self.number is not None


class Point(NamedTuple):
    """A place in the drawing."""

    x: float
    y: float


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

    @property
    def gap_y(self) -> int:
        return HEAD

    @property
    def gap_height(self) -> int:
        return self.height - HEAD

    @property
    def hit_height(self) -> int:
        return self.height - 22

    @property
    def repair_rule(self) -> float:
        return HEAD + LANE * len(LANES) + 0.5


def draw(slots: Sequence[Slot]) -> Timeline:
    """The picture of some sessions, oldest first."""
    has_plot = any(slot.score is not None for slot in slots)
    plot_top = HEAD + LANE * len(LANES) + REPAIR
    return Timeline(
        width=STEP * max(len(slots), LEAST) + 1,
        height=plot_top + (PLOT if has_plot else 0),
        columns=tuple(
            Column(slot, x=STEP * n + 1.5, middle=_middle(n), is_newest=n == len(slots) - 1)
            for n, slot in enumerate(slots)
        ),
        months=tuple(_months(slots)),
        lanes=tuple(_lane(row, name, slots) for row, name in enumerate(LANES)),
        repairs=tuple(
            Repair(Point(_middle(n), plot_top - REPAIR / 2), slot.repair)
            for n, slot in enumerate(slots)
            if slot.repair
        ),
        plot=_plot(slots, plot_top) if has_plot else None,
    )


def _middle(place: int) -> float:
    return STEP * place + STEP / 2


def _months(slots: Sequence[Slot]) -> Iterator[Month]:
    before: datetime | None = None
    for n, slot in enumerate(slots):
        if before is None or (before.year, before.month) != (slot.at.year, slot.at.month):
            yield Month(STEP * n, slot.at, has_line=before is not None)
        before = slot.at


def _lane(row: int, name: str, slots: Sequence[Slot]) -> Lane:
    top = HEAD + LANE * row + 4
    floor = top + BARS[3]
    seen = ((n, slot.lanes[name]) for n, slot in enumerate(slots) if slot.lanes.get(name))
    bars = (Bar(_middle(n) - 12, top, floor - BARS[level], BARS[level]) for n, level in seen)
    return Lane(name, floor + 0.5, tuple(bars))


def _plot(slots: Sequence[Slot], top: int) -> Plot:
    lines: list[list[Point]] = [[]]
    missing = []
    for n, slot in enumerate(slots):
        if slot.score is not None:
            lines[-1].append(_score_point(n, slot.score, top))
        elif slot.is_held:
            missing.append(Point(_middle(n), float(top + PLOT / 2)))
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
    return Point(_middle(place), round(top + PLOT_PAD + span * (1 - float(score) / PLOT_MAX), 1))
