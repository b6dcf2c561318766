"""Conditions on what was ticked: manifestations, sub-forms, type features, themes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import ClassVar

from impasses.conditions import (
    Windowed,
    at_least,
    at_least_in_words,
    at_most,
    every,
    sessions_in_words,
)
from impasses.facts import TagFact
from impasses.findings import ConditionResult, Evidence
from impasses.history import History, Seen

STRENGTHS = {1: "", 2: ", clear or strong,", 3: " at full strength"}
"""What an intensity asks for, as it goes on in a sentence."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What a condition looks for: an id, and for M4c also how it was meant, if that matters."""

    id: str
    how: str = ""


@dataclass(frozen=True, kw_only=True)
class MarkedSessions(Windowed):
    """In how many sessions any of the marks stands, at this intensity or above.

    Exactly one of `at_least` and `at_most` is given.
    """

    kind: ClassVar[str] = "marked_sessions"
    marks: tuple[Mark, ...]
    at_least: int | None = None
    at_most: int | None = None
    intensity: int = 1

    @property
    def reads(self) -> frozenset[str]:
        return reads_of(self.marks)

    @property
    def about(self) -> str:
        return self.text + STRENGTHS[self.intensity]

    @property
    def in_words(self) -> str:
        if self.at_most is None:
            return f"{self.about} {self.in_window(at_least_in_words(self.at_least or 0))}"
        most = f"at most {self.at_most}" if self.at_most else "none"
        return f"{self.about} {self.in_window(most)}"

    def read(self, history: History) -> ConditionResult:
        window = self.window(history)
        hits = [(seen, ticks_of(seen, self.marks, self.intensity)) for seen in window]
        sure = sum(bool(ticks) for _, ticks in hits)
        unsure = sum(not ticks and _how_unknown(seen, self.marks) for seen, ticks in hits)
        if self.at_most is None:
            threshold = self.at_least or 0
            met, needed = at_least(threshold, sure, sure + unsure), f"needs {threshold}"
        else:
            threshold = self.at_most
            met = at_most(threshold, sure, sure + unsure)
            needed = f"needs at most {threshold}" if threshold else "needs none"
        return self.answer(
            met=met,
            count=sure,
            out_of=len(window),
            threshold=threshold,
            needed=needed,
            evidence=() if self.at_most is not None and met else evidence_of(hits),
            unknown=_how_sentence(unsure),
        )


@dataclass(frozen=True, kw_only=True)
class SameTheme(Windowed):
    """In how many sessions a mark stands with one and the same theme; the commonest theme counts.

    A marked session without a theme is unknown. The theme itself is never given back.
    """

    kind: ClassVar[str] = "same_theme"
    marks: tuple[Mark, ...]
    at_least: int

    @property
    def reads(self) -> frozenset[str]:
        return reads_of(self.marks) | {"theme"}

    def read(self, history: History) -> ConditionResult:
        window = self.window(history)
        marked = [(seen, ticks) for seen in window if (ticks := ticks_of(seen, self.marks))]
        themes: dict[str, list[tuple[Seen, tuple[TagFact, ...]]]] = {}
        for seen, ticks in marked:
            if seen.session.theme:
                themes.setdefault(seen.session.theme, []).append((seen, ticks))
        common = max(themes.values(), key=len, default=[])
        nameless = sum(not seen.session.theme for seen, _ in marked)
        return self.answer(
            met=at_least(self.at_least, len(common), len(common) + nameless),
            count=len(common),
            out_of=len(window),
            threshold=self.at_least,
            evidence=evidence_of(common),
            unknown=_theme_sentence(nameless),
        )


@dataclass(frozen=True, kw_only=True)
class MarksInAll(Windowed):
    """How many of the marks stand in the window altogether, and in how many sessions."""

    kind: ClassVar[str] = "marks_in_all"
    marks: tuple[Mark, ...]
    at_least: int
    from_sessions: int = 1

    @property
    def reads(self) -> frozenset[str]:
        return reads_of(self.marks)

    @property
    def in_words(self) -> str:
        spread = self.in_window(at_least_in_words(self.from_sessions))
        return f"{self.about}: at least {self.at_least} in all, {spread}"

    def read(self, history: History) -> ConditionResult:
        window = self.window(history)
        hits = [(seen, ticks_of(seen, self.marks)) for seen in window]
        total = sum(len({tick.id for tick in ticks}) for _, ticks in hits)
        sessions = sum(bool(ticks) for _, ticks in hits)
        vague = [(seen, ticks) for seen, ticks in hits if _how_unknown(seen, self.marks)]
        enough = at_least(self.at_least, total, total + len(vague))
        spread = at_least(
            self.from_sessions, sessions, sessions + sum(not ticks for _, ticks in vague)
        )
        return self.answer(
            met=every((enough, spread)),
            count=total,
            out_of=len(window),
            threshold=self.at_least,
            observed=f"{total} in {sessions_in_words(sessions)}",
            needed=f"needs {self.at_least} from {sessions_in_words(self.from_sessions)}",
            summary=f"{self.summary(sessions, len(window))}, {total} in all",
            evidence=evidence_of(hits),
            unknown=_how_sentence(len(vague)),
        )


def reads_of(marks: Iterable[Mark]) -> frozenset[str]:
    """The facts behind these marks, by their names in the case file."""
    names = {"features" if mark.id.startswith("Y") else "tags" for mark in marks}
    return frozenset(names | {"as" for mark in marks if mark.how})


def ticks_of(seen: Seen, marks: Iterable[Mark], intensity: int = 1) -> tuple[TagFact, ...]:
    """The session's ticks that any of the marks asks for, each once and at its strongest."""
    if not seen.marks:
        return ()
    strongest: dict[tuple[str, bool], TagFact] = {}
    for mark in marks:
        for tick in seen.marks.get(mark.id, ()):
            if tick.intensity < intensity or (mark.how and tick.how != mark.how):
                continue
            key = tick.id, tick.linkable
            if key not in strongest or tick.intensity > strongest[key].intensity:
                strongest[key] = tick
    return tuple(strongest[key] for key in sorted(strongest))


def evidence_of(hits: Sequence[tuple[Seen, tuple[TagFact, ...]]]) -> tuple[Evidence, ...]:
    """The ticks as evidence, session by session, unlinked ones before linked ones."""
    return tuple(
        Evidence(seen.session.id, tuple((tick.id, tick.intensity) for tick in same), linkable)
        for seen, ticks in hits
        for linkable, same in groupby(sorted(ticks, key=_linkable), key=_linkable)
    )


def _linkable(tick: TagFact) -> bool:
    return tick.linkable


def _how_unknown(seen: Seen, marks: Iterable[Mark]) -> bool:
    """Whether a tick is there whose meaning a mark asks for and nobody gave."""
    for mark in marks:
        ways = {tick.how for tick in seen.marks.get(mark.id, ())} if mark.how else set()
        if "" in ways and mark.how not in ways:
            return True
    return False


def _how_sentence(count: int) -> str:
    if not count:
        return ""
    return (
        f"In {sessions_in_words(count)} the value of therapy was questioned without saying how, "
        "as a complaint or without hope, so that counts as unknown."
    )


def _theme_sentence(count: int) -> str:
    if not count:
        return ""
    names = "names" if count == 1 else "name"
    return (
        f"{sessions_in_words(count)} with this mark {names} no theme, so which one it was is "
        "unknown."
    )
