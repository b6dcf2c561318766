"""A long case at a glance: every window of its timeline as a small picture that leads to it."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from people.models import Client
from sessions_app.case_window import shown_lanes
from sessions_app.models import TherapySession
from sessions_app.timeline_slots import LANES, SLOTS

MOST = 40 * SLOTS  # more than twenty years of weeks
CELL, GAP, ROW = 9, 2, 7
BAR = {1: 2, 2: 4, 3: 6}


@dataclass(frozen=True)
class Cell:
    """One sign of one session; or a missed session, over all lanes."""

    lane: str
    x: int
    y: int
    height: int


@dataclass(frozen=True)
class Stretch:
    """The sessions of one window. `before` is what its address names; None for the latest."""

    before: uuid.UUID | None
    first: datetime
    last: datetime
    held: int
    marked: int
    cells: tuple[Cell, ...]

    width = SLOTS * (CELL + GAP)
    height = len(LANES) * ROW

    @property
    def in_words(self) -> str:
        """As in "signs in 12 of 27 held sessions"."""
        return f"signs in {self.marked} of {self.held} held session{'' if self.held == 1 else 's'}"


def overview(client: Client, *, own: bool) -> list[Stretch]:
    """The whole case, the latest stretch first. Two queries."""
    rows = (
        client.therapy_sessions.filter(organisation=client.organisation_id)
        .only("held_at", "created_at", "attendance", "author", "client", "organisation")
        .newest_first()
        .prefetch_related("tags")[:MOST]
    )
    sessions = list(rows)
    parts = [sessions[n : n + SLOTS] for n in range(0, len(sessions), SLOTS)]
    return [
        _stretch(part, parts[n - 1][-1].pk if n else None, own=own) for n, part in enumerate(parts)
    ]


def _stretch(
    newest_first: Sequence[TherapySession], before: uuid.UUID | None, *, own: bool
) -> Stretch:
    cells: list[Cell] = []
    marked = 0
    for place, session in enumerate(reversed(newest_first)):
        x = place * (CELL + GAP)
        if not session.is_held:
            cells.append(Cell("missed", x, 0, Stretch.height))
            continue
        lanes = shown_lanes(session, own=own)
        marked += bool(lanes)
        for row, lane in enumerate(LANES):
            if lane in lanes:
                height = BAR[lanes[lane]]
                cells.append(Cell(lane.lower(), x, row * ROW + 6 - height, height))
    return Stretch(
        before=before,
        first=newest_first[-1].held_at,
        last=newest_first[0].held_at,
        held=sum(session.is_held for session in newest_first),
        marked=marked,
        cells=tuple(cells),
    )
