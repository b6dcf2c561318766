"""What the rows of a case's timeline share: a slot a session, the grid, a place in the drawing.

Everything is in pixels and agrees with the row heights of the stylesheet (`.lanes__name--*`).
"""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

SLOTS = 27  # as many as a wide screen shows without scrolling
STEP = 35
LEAST = 8  # a young case is drawn as wide as this many sessions
HEAD, EPISODE, LANE, REPAIR, PLOT, TRIED = 46, 50, 34, 30, 84, 42
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
    outcome: Decimal | None = None

    @property
    def is_held(self) -> bool:
        return self.number is not None


class Point(NamedTuple):
    """A place in the drawing."""

    x: float
    y: float


def middle(place: int) -> float:
    """The middle of the column of the slot at a place, from 0 on."""
    return STEP * place + STEP / 2
