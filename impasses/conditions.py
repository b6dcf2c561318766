"""The conditions a rule is made of, and the tree that joins them, read with three truth values.

True, False, or None where the facts do not say: unknown is never taken for "no". A new kind of
condition is one more subclass of `Condition` in `KINDS`; the tree and its reader do not change.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import ClassVar, Literal

from impasses.facts import TagFact
from impasses.findings import ConditionResult, Evidence
from impasses.history import Base, History, Seen


@dataclass(frozen=True, slots=True)
class Mark:
    """What a condition looks for: an id, and for M4c also how it was meant, if that matters."""

    id: str
    how: str = ""


@dataclass(frozen=True, kw_only=True)
class Condition:
    """A question about the last sessions. `single_event` ones need no minimum of held sessions."""

    kind: ClassVar[str]
    text: str
    last: int
    base: Base = "held"
    single_event: bool = False

    @property
    def reads(self) -> frozenset[str]:
        """The facts it reads, by their names in the case file."""
        raise NotImplementedError

    def read(self, history: History) -> ConditionResult:
        """The answer, with its evidence; `joiner` and `counts_for` are left to the tree."""
        raise NotImplementedError

    def window(self, history: History) -> tuple[Seen, ...]:
        return history.window(self.base, self.last)

    @property
    def window_words(self) -> str:
        if self.last == 1:
            return f"in the last {self.base} session"
        return f"in the last {self.last} {self.base} sessions"

    def summary(self, count: int, out_of: int) -> str:
        """What was observed as part of a sentence: "Alliance strain in 3 of the last 4 ..."."""
        if self.last == 1:
            return f"{self.text} {self.window_words}"
        if out_of == 1:
            return f"{self.text} in the only {self.base} session"
        return f"{self.text} in {count or 'none'} of the last {out_of} {self.base} sessions"


@dataclass(frozen=True, kw_only=True)
class MarkedSessions(Condition):
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
        return ConditionResult(
            text=self.text,
            window=self.window_words,
            observed=f"{sure} of {len(window)}",
            needed=needed,
            met=met,
            summary=self.summary(sure, len(window)),
            evidence=() if self.at_most is not None and met else evidence_of(hits),
            unknown=_how_sentence(unsure),
            count=sure,
            out_of=len(window),
            threshold=threshold,
        )


@dataclass(frozen=True, kw_only=True)
class SameTheme(Condition):
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
        return ConditionResult(
            text=self.text,
            window=self.window_words,
            observed=f"{len(common)} of {len(window)}",
            needed=f"needs {self.at_least}",
            met=at_least(self.at_least, len(common), len(common) + nameless),
            summary=self.summary(len(common), len(window)),
            evidence=evidence_of(common),
            unknown=_theme_sentence(nameless),
            count=len(common),
            out_of=len(window),
            threshold=self.at_least,
        )


@dataclass(frozen=True, kw_only=True)
class AttendedAs(Condition):
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
        return ConditionResult(
            text=self.text,
            window=self.window_words,
            observed=f"{len(found)} of {len(window)}",
            needed=f"needs {self.at_least}",
            met=len(found) >= self.at_least,
            summary=self.summary(len(found), len(window)),
            evidence=tuple(Evidence(s.id, ((s.attendance, 3),)) for s in found),
            count=len(found),
            out_of=len(window),
            threshold=self.at_least,
        )


@dataclass(frozen=True, kw_only=True)
class MarksInAll(Condition):
    """How many of the marks stand in the window altogether, and in how many sessions."""

    kind: ClassVar[str] = "marks_in_all"
    marks: tuple[Mark, ...]
    at_least: int
    from_sessions: int = 1

    @property
    def reads(self) -> frozenset[str]:
        return reads_of(self.marks)

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
        return ConditionResult(
            text=self.text,
            window=self.window_words,
            observed=f"{total} in {_sessions(sessions)}",
            needed=f"needs {self.at_least} from {_sessions(self.from_sessions)}",
            met=every((enough, spread)),
            summary=f"{self.summary(sessions, len(window))}, {total} in all",
            evidence=evidence_of(hits),
            unknown=_how_sentence(len(vague)),
            count=total,
            out_of=len(window),
            threshold=self.at_least,
        )


KINDS: dict[str, type[Condition]] = {
    kind.kind: kind for kind in (MarkedSessions, SameTheme, AttendedAs, MarksInAll)
}


@dataclass(frozen=True, slots=True)
class Group:
    """Conditions of which all, or any one, must be met."""

    of: Literal["all", "any"]
    nodes: tuple[Node, ...]


Node = Condition | Group


def leaves(node: Node) -> tuple[Condition, ...]:
    """The conditions of a tree, in the order a person reads them."""
    if isinstance(node, Condition):
        return (node,)
    return tuple(leaf for child in node.nodes for leaf in leaves(child))


def weigh(
    node: Node, history: History, minimum_held: int
) -> tuple[bool | None, tuple[ConditionResult, ...]]:
    """Whether the tree is met, and its conditions in reading order.

    `counts_for` is set on those that carry the answer when it is True. Below the minimum of held
    sessions only single-event conditions can be met.
    """
    if isinstance(node, Condition):
        result = _gated(node, node.read(history), len(history.held), minimum_held)
        return result.met, (replace(result, counts_for=result.met is True),)
    parts = [weigh(child, history, minimum_held) for child in node.nodes]
    met = (every if node.of == "all" else some)(part_met for part_met, _ in parts)
    results: list[ConditionResult] = []
    for part_met, part in parts:
        carries = met is True and part_met is True
        kept = [fact if carries else replace(fact, counts_for=False) for fact in part]
        if results:
            kept[0] = replace(kept[0], joiner="and" if node.of == "all" else "or")
        results += kept
    return met, tuple(results)


def _gated(
    condition: Condition, result: ConditionResult, held: int, minimum: int
) -> ConditionResult:
    if condition.single_event or held >= minimum:
        return result
    return replace(result, met=False, needed=f"{result.needed}, and {minimum} held sessions")


def every(values: Iterable[bool | None]) -> bool | None:
    """Kleene's and."""
    seen = set(values)
    return False if False in seen else None if None in seen else True


def some(values: Iterable[bool | None]) -> bool | None:
    """Kleene's or."""
    seen = set(values)
    return True if True in seen else None if None in seen else False


def at_least(threshold: int, surely: int, possibly: int) -> bool | None:
    return True if surely >= threshold else None if possibly >= threshold else False


def at_most(threshold: int, surely: int, possibly: int) -> bool | None:
    return False if surely > threshold else None if possibly > threshold else True


def reads_of(marks: Iterable[Mark]) -> frozenset[str]:
    """The facts behind these marks, by their names in the case file."""
    names = {"features" if mark.id.startswith("Y") else "tags" for mark in marks}
    return frozenset(names | {"as" for mark in marks if mark.how})


def ticks_of(seen: Seen, marks: Iterable[Mark], intensity: int = 1) -> tuple[TagFact, ...]:
    """The session's ticks that any of the marks asks for, each once and at its strongest."""
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
        f"In {_sessions(count)} the value of therapy was questioned without saying how, as a "
        "complaint or without hope, so that counts as unknown."
    )


def _theme_sentence(count: int) -> str:
    if not count:
        return ""
    names = "names" if count == 1 else "name"
    return f"{_sessions(count)} with this mark {names} no theme, so which one it was is unknown."


def _sessions(count: int) -> str:
    return "1 session" if count == 1 else f"{count} sessions"
