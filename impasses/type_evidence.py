"""What the record says for and against each type of impasse, and what it does not say. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from impasses.conditions import Condition, leaves
from impasses.conditions_of_marks import MarkedSessions, MarksInAll, SameTheme
from impasses.conditions_of_scores import ScoreCondition
from impasses.conditions_of_sessions import TaskWas, Unrepaired
from impasses.facts import CaseFacts
from impasses.findings import TYPES
from impasses.history import History
from impasses.rules import Rule

COUNTED = (MarkedSessions, MarksInAll, SameTheme, TaskWas)
"""What is looked for session by session: never seen is evidence, too."""


@dataclass(frozen=True)
class TypeEvidence:
    """Sentences of the record about one type, each once. None of them is a verdict."""

    type: str
    supports: tuple[str, ...]
    opposes: tuple[str, ...]
    missing: tuple[str, ...]


def type_evidence(
    facts: CaseFacts, *, rules: Sequence[Rule], today: date
) -> tuple[TypeEvidence, ...]:
    """The four types in their order, read by the conditions of the rules that point to each.

    A condition speaks for a type from the first session on in which it holds, whatever its
    threshold, and against it where it was looked for and never seen.
    """
    history = History.until(today, facts)
    return tuple(_of(type_, history, rules) for type_ in TYPES)


def _of(type_: str, history: History, rules: Sequence[Rule]) -> TypeEvidence:
    supports: dict[str, None] = {}
    opposes: dict[str, None] = {}
    missing: dict[str, None] = {}
    for rule in rules:
        if type_ not in rule.offer.types:
            continue
        for leaf in filter(_speaks, leaves(rule.when)):
            result = leaf.read(history)
            if result.unknown:
                missing[result.unknown] = None
            elif isinstance(leaf, COUNTED) and not result.count:
                opposes |= {result.summary: None} if result.out_of else {}
            elif result.met or (isinstance(leaf, COUNTED) and result.count):
                supports[result.summary] = None
    return TypeEvidence(type_, tuple(supports), tuple(opposes), tuple(missing))


def _speaks(leaf: Condition) -> bool:
    """Whether a condition looks for a sign: not for its absence, nor for what is no sign at all."""
    if isinstance(leaf, MarkedSessions):
        return leaf.at_most is None
    if isinstance(leaf, TaskWas):
        return "done" not in leaf.outcomes
    return isinstance(leaf, (MarksInAll, SameTheme, Unrepaired, ScoreCondition))
