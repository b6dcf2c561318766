"""Conditions on how sessions went: attendance, flags, repair, the agreed task, time since."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import takewhile
from typing import ClassVar

from impasses.conditions import Condition, Windowed, at_least, sessions_in_words
from impasses.findings import ConditionResult, Evidence
from impasses.history import History, Seen

FLAG = 1
"""A flag has no intensity: as evidence it stands at the lowest."""


@dataclass(frozen=True, kw_only=True)
class AttendedAs(Windowed):
    """How many sessions of the window ended in one of these kinds of attendance."""

    kind: ClassVar[str] = "attended_as"
    attendance: tuple[str, ...]
    at_least: int

    @property
    def reads(self) -> frozenset[str]:
        return frozenset({"attendance"})

    def read(self, history: History) -> ConditionResult:
        window = self.window(history)
        found = [seen.session for seen in window if seen.session.attendance in self.attendance]
        return self.answer(
            met=len(found) >= self.at_least,
            count=len(found),
            out_of=len(window),
            threshold=self.at_least,
            evidence=tuple(Evidence(s.id, ((s.attendance, 3),)) for s in found),
        )


@dataclass(frozen=True, kw_only=True)
class Flagged(Windowed):
    """In how many sessions a yes-or-no fact was ticked."""

    kind: ClassVar[str] = "flagged"
    flag: str
    at_least: int

    @property
    def reads(self) -> frozenset[str]:
        return frozenset({self.flag})

    def read(self, history: History) -> ConditionResult:
        window = self.window(history)
        found = [seen.session.id for seen in window if getattr(seen.session, self.flag)]
        return self.answer(
            met=len(found) >= self.at_least,
            count=len(found),
            out_of=len(window),
            threshold=self.at_least,
            evidence=tuple(Evidence(id_, ((self.flag, FLAG),)) for id_ in found),
        )


@dataclass(frozen=True, kw_only=True)
class TaskWas(Windowed):
    """In how many sessions the agreed task of last time had one of these outcomes."""

    kind: ClassVar[str] = "task_was"
    outcomes: tuple[str, ...]
    at_least: int

    @property
    def reads(self) -> frozenset[str]:
        return frozenset({"task"})

    def read(self, history: History) -> ConditionResult:
        window = self.window(history)
        found = [seen.session for seen in window if seen.session.task in self.outcomes]
        silent = sum(seen.session.task is None for seen in window)
        return self.answer(
            met=at_least(self.at_least, len(found), len(found) + silent),
            count=len(found),
            out_of=len(window),
            threshold=self.at_least,
            evidence=tuple(Evidence(s.id, ((f"task {s.task}", FLAG),)) for s in found),
            unknown=(
                f"In {sessions_in_words(silent)} nobody said what became of the agreed task."
                if silent
                else ""
            ),
        )


@dataclass(frozen=True, kw_only=True)
class HeldSince(Condition):
    """How many sessions were held since a yes-or-no fact was last ticked, or since the start."""

    kind: ClassVar[str] = "held_since"
    flag: str
    at_least: int

    @property
    def reads(self) -> frozenset[str]:
        return frozenset({self.flag})

    @property
    def window_words(self) -> str:
        return "for so many held sessions"

    @property
    def in_words(self) -> str:
        return f"{self.text} for at least {self.at_least} held sessions"

    def read(self, history: History) -> ConditionResult:
        newest_first = reversed(history.held)
        since = sum(1 for _ in takewhile(lambda s: not getattr(s.session, self.flag), newest_first))
        return ConditionResult(
            text=self.text,
            window=self.window_words,
            observed=str(since),
            needed=f"needs {self.at_least}",
            met=since >= self.at_least,
            summary=f"{self.text} for {since} held session{'' if since == 1 else 's'}",
            count=since,
            out_of=since,
            threshold=self.at_least,
        )


@dataclass(frozen=True, kw_only=True)
class Unrepaired(Windowed):
    """How many held sessions in a row, up to the last one, say that a strain is not repaired.

    Only sessions from a marked one on count. A session that does not say leaves it unknown while
    the marked one lies in the window, and ends the row after that.
    """

    kind: ClassVar[str] = "unrepaired"
    mark: str
    at_least: int

    @property
    def reads(self) -> frozenset[str]:
        return frozenset({"tags", "repair"})

    @property
    def in_words(self) -> str:
        return f"{super().in_words}, in a row up to the last"

    def read(self, history: History) -> ConditionResult:
        window = self.window(history)
        row = _row_up_to_now(window, {"unrepaired"})
        perhaps = _row_up_to_now(window, {"unrepaired", None})
        marked = {seen.session.id for seen in history.held if self.mark in seen.marks}
        recent = any(seen.session.id in marked for seen in window)
        silent = [seen for seen in perhaps if seen.session.repair is None]
        surely = _after_a_mark(history, row, marked)
        possibly = _after_a_mark(history, perhaps, marked) if recent else surely
        return self.answer(
            met=at_least(self.at_least, surely, possibly),
            count=surely,
            out_of=len(window),
            threshold=self.at_least,
            observed=f"{surely} in a row",
            summary=f"{self.text} for {sessions_in_words(surely)} in a row",
            evidence=tuple(
                Evidence(seen.session.id, (("unrepaired", FLAG),))
                for seen in row[len(row) - surely :]
            ),
            unknown=(
                f"In {sessions_in_words(len(silent))} since the strain nobody said where its "
                "repair stands."
                if silent and surely < self.at_least <= possibly
                else ""
            ),
        )


def _row_up_to_now(window: tuple[Seen, ...], states: set[str | None]) -> list[Seen]:
    """The unbroken row of sessions in these states that ends with the last one, oldest first."""
    row = list(takewhile(lambda seen: seen.session.repair in states, reversed(window)))
    return row[::-1]


def _after_a_mark(history: History, row: list[Seen], marked: set[str]) -> int:
    """How many of the row stand at or after a marked session."""
    ids = {seen.session.id for seen in row}
    is_open, count = False, 0
    for seen in history.held:
        is_open = is_open or seen.session.id in marked
        count += is_open and seen.session.id in ids
    return count
