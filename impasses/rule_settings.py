"""Rules with other thresholds, within bounds, or switched off: the published ones never change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from impasses.conditions import Condition, Group, Node, Windowed, leaves
from impasses.rules import Rule

BOUNDS: Mapping[str, tuple[int, int]] = {
    "at_least": (1, 12),
    "at_most": (0, 3),
    "last": (1, 12),
    "intensity": (1, 3),
    "from_sessions": (1, 6),
    "below": (1, 40),
    "drop": (1, 10),
    "earlier": (2, 12),
    "confirmed": (1, 4),
}
"""The smallest and largest value a threshold may be given, by its name in a condition."""


class OutOfBounds(Exception):
    """A threshold that is not there or may not have this value; `name` is such as "1.at_least"."""

    def __init__(self, rule: str, name: str, sentence: str) -> None:
        super().__init__(f"{rule}, {name}: {sentence}")
        self.rule, self.name, self.sentence = rule, name, sentence


@dataclass(frozen=True)
class Adjustment:
    """What is changed about one rule.

    `thresholds` are named by the place of their condition, from 1 on, and their own name:
    {"1.at_least": 3}. `version` is that of the changed rule.
    """

    rule: str
    version: int
    is_on: bool = True
    thresholds: Mapping[str, int] = field(default_factory=dict)


NAMES: Mapping[str, str] = {
    "at_least": "at least",
    "at_most": "at most",
    "last": "of the last",
    "intensity": "strength, 1 to 3",
    "from_sessions": "from at least so many sessions",
    "below": "below",
    "drop": "points fallen",
    "earlier": "earlier scores needed",
    "confirmed": "times in a row",
}
"""The thresholds as a person reads them, in the order of `BOUNDS`."""


def adjusted(rules: Sequence[Rule], settings: Sequence[Adjustment]) -> tuple[Rule, ...]:
    """The rules as an organisation wants them, without those it switched off.

    Raises OutOfBounds.
    """
    by_rule = {setting.rule: setting for setting in settings}
    for rule_id in by_rule.keys() - {rule.id for rule in rules}:
        raise OutOfBounds(rule_id, "rule", "there is no such rule.")
    changed = (_adjust(rule, by_rule.get(rule.id)) for rule in rules)
    return tuple(rule for rule in changed if rule)


def thresholds(rule: Rule) -> dict[str, int]:
    """The thresholds of a rule as they stand, by name."""
    return {
        f"{place}.{name}": value
        for place, leaf in enumerate(leaves(rule.when), 1)
        for name in BOUNDS
        if (value := getattr(leaf, name, None)) is not None
    }


def _adjust(rule: Rule, setting: Adjustment | None) -> Rule | None:
    if setting is None:
        return rule
    if not setting.is_on:
        return None
    known = thresholds(rule)
    for name, value in setting.thresholds.items():
        if name not in known:
            raise OutOfBounds(rule.id, name, f"there is no such threshold; known are {_or(known)}.")
        low, high = BOUNDS[name.partition(".")[2]]
        if type(value) is not int or not low <= value <= high:
            raise OutOfBounds(rule.id, name, f"a whole number from {low} to {high} is needed.")
    places = iter(range(1, len(leaves(rule.when)) + 1))

    def change(node: Node) -> Node:
        if isinstance(node, Group):
            return replace(node, nodes=tuple(change(child) for child in node.nodes))
        return _condition(rule.id, next(places), node, setting.thresholds)

    return replace(rule, version=setting.version, when=change(rule.when))


def _condition(rule: str, place: int, condition: Condition, values: Mapping[str, int]) -> Condition:
    mine: dict[str, Any] = {
        name: values[f"{place}.{name}"] for name in BOUNDS if f"{place}.{name}" in values
    }
    changed = replace(condition, **mine)
    if isinstance(changed, Windowed) and getattr(changed, "from_sessions", None) is None:
        needed = getattr(changed, "at_least", None) or 0
        if needed > changed.last:
            raise OutOfBounds(
                rule, f"{place}.at_least", f"{needed} of {changed.last} sessions cannot be."
            )
    return changed


def _or(names: Mapping[str, int]) -> str:
    return ", ".join(names)
