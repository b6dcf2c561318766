"""The conditions a rule is made of, and the tree that joins them, read with three truth values.

True, False, or None where the facts do not say: unknown is never taken for "no". The kinds of
condition stand in `conditions_of_marks`, `_of_sessions`, `_of_scores` and `_of_trials`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Literal

from impasses.facts import Score
from impasses.findings import ConditionResult
from impasses.history import Base, History, Seen


@dataclass(frozen=True, kw_only=True)
class Condition:
    """A question about a case. `single_event` ones need no minimum of held sessions."""

    kind: ClassVar[str]
    text: str
    single_event: bool = False

    @property
    def reads(self) -> frozenset[str]:
        """The facts it reads, by their names in the case file."""
        raise NotImplementedError

    @property
    def window_words(self) -> str:
        """Which part of the history it reads, as part of a sentence."""
        return ""

    @property
    def in_words(self) -> str:
        """What it asks, thresholds and all: "Alliance strain in at least 2 of the last 4 ..."."""
        raise NotImplementedError

    def read(self, history: History) -> ConditionResult:
        """The answer, with its evidence; `joiner` and `counts_for` are left to the tree."""
        raise NotImplementedError

    def window(self, history: History) -> tuple[Seen, ...]:
        """The sessions it looks at."""
        return ()

    def turning_scores(self, history: History) -> tuple[Score, ...]:
        """The next scores that would make it false, a guess to be tried; () where none can."""
        return ()


@dataclass(frozen=True, kw_only=True)
class Windowed(Condition):
    """A question about the last sessions of a base."""

    last: int
    base: Base = "held"

    def window(self, history: History) -> tuple[Seen, ...]:
        return history.window(self.base, self.last)

    @property
    def window_words(self) -> str:
        if self.last == 1:
            return f"in the last {self.base} session"
        return f"in the last {self.last} {self.base} sessions"

    @property
    def in_words(self) -> str:
        needed: int = self.at_least  # type: ignore[attr-defined]
        return f"{self.about} {self.in_window(at_least_in_words(needed))}"

    @property
    def about(self) -> str:
        """What it looks for, as part of a sentence."""
        return self.text

    def in_window(self, needed: str) -> str:
        """As in "in at least 2 of the last 4 held sessions"."""
        if self.last == 1:
            return self.window_words
        return f"in {needed} of the last {self.last} {self.base} sessions"

    def answer(
        self, *, met: bool | None, count: int, out_of: int, threshold: int, **other: Any
    ) -> ConditionResult:
        """The answer in the words most kinds share: "2 of 4", "needs 2". `other` replaces them."""
        words = {
            "observed": f"{count} of {out_of}",
            "needed": f"needs {threshold}",
            "summary": self.summary(count, out_of),
        }
        return ConditionResult(
            text=self.about,
            window=self.window_words,
            met=met,
            count=count,
            out_of=out_of,
            threshold=threshold,
            **(words | other),
        )

    def summary(self, count: int, out_of: int) -> str:
        """What was observed as part of a sentence: "Alliance strain in 3 of the last 4 ..."."""
        if self.last == 1:
            return f"{self.about} {self.window_words}"
        if out_of == 1:
            return f"{self.about} in the only {self.base} session"
        return f"{self.about} in {count or 'none'} of the last {out_of} {self.base} sessions"


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
    """Whether the tree is met, and its conditions in reading order, as `explain` wants them.

    Below the minimum of held sessions only single-event conditions can be met.
    """
    held = len(history.held)
    results = tuple(_gated(c, c.read(history), held, minimum_held) for c in leaves(node))
    return _holds(node, iter(results)), results


def _holds(node: Node, results: Iterator[ConditionResult]) -> bool | None:
    if isinstance(node, Condition):
        return next(results).met
    parts = [_holds(child, results) for child in node.nodes]
    return every(parts) if node.of == "all" else some(parts)


def explain(node: Node, results: Sequence[ConditionResult]) -> tuple[ConditionResult, ...]:
    """The conditions with their joiners; `counts_for` on those that carry a True answer."""
    return tuple(_explained(node, iter(results))[1])


def _explained(
    node: Node, results: Iterator[ConditionResult]
) -> tuple[bool | None, list[ConditionResult]]:
    if isinstance(node, Condition):
        result = next(results)
        size = getattr(node, "last", None)
        return result.met, [replace(result, counts_for=result.met is True, size=size)]
    parts = [_explained(child, results) for child in node.nodes]
    met = (every if node.of == "all" else some)(part_met for part_met, _ in parts)
    found: list[ConditionResult] = []
    for part_met, part in parts:
        carries = met is True and part_met is True
        kept = [fact if carries else replace(fact, counts_for=False) for fact in part]
        if found:
            kept[0] = replace(kept[0], joiner="and" if node.of == "all" else "or")
        found += kept
    return met, found


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


def at_least_in_words(threshold: int) -> str:
    return "any" if threshold == 1 else f"at least {threshold}"


def sessions_in_words(count: int) -> str:
    return "1 session" if count == 1 else f"{count} sessions"
