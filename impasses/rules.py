"""The rule engine: facts in, findings out. Without database, clock or request.

    for finding in evaluate(facts, rules=rulebook().rules, today=today): ...

What comes out is always a hypothesis worth considering, never a diagnosis.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from impasses.conditions import Node, leaves, weigh
from impasses.counterfactual import Calm, clearing
from impasses.facts import CaseFacts
from impasses.findings import (
    ConditionResult,
    Evidence,
    Finding,
    Offer,
    Reading,
    fingerprint,
    readings,
    settle,
)
from impasses.history import History, Seen

__all__ = [
    "ConditionResult",
    "Evidence",
    "Finding",
    "Reading",
    "Rule",
    "Unseen",
    "evaluate",
    "evaluate_rule",
    "readings",
    "safety_concern",
    "settle",
    "unseen",
]

NO_CONTEXT = "Nothing is known about life outside: the context chip was not used in these sessions."


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule as data: when it fires and what it then offers.

    `order` is its published place, smaller first. Below `minimum_held` held sessions only its
    single-event conditions can be met. `blind_to` are sentences that hold whatever the case.
    """

    id: str
    version: int
    order: int
    offer: Offer
    minimum_held: int
    when: Node
    calm: Calm
    blind_to: tuple[str, ...]

    @property
    def reads(self) -> frozenset[str]:
        """The facts its conditions read, by their names in the case file."""
        return frozenset().union(*(leaf.reads for leaf in leaves(self.when)))


@dataclass(frozen=True, slots=True)
class Unseen:
    """A rule that could not be judged on this case, and the sentences that say why."""

    rule: str
    title: str
    sentences: tuple[str, ...]


def evaluate(facts: CaseFacts, *, rules: Sequence[Rule], today: date) -> tuple[Finding, ...]:
    """Every rule that fires, in published order: the first is the prompt.

    A finding that repeats the facts of one above stays listed and names it in `absorbed_by`.
    """
    history = History.until(today, facts)
    found = (_finding(history, rule) for rule in rules)
    return settle(finding for finding in found if finding)


def evaluate_rule(facts: CaseFacts, rule: Rule, today: date) -> Finding | None:
    """What this one rule finds, if anything.

    For a caller that keeps time between rules and survives one that raises; give all that was
    found to `settle` afterwards.
    """
    return _finding(History.until(today, facts), rule)


def unseen(facts: CaseFacts, *, rules: Iterable[Rule], today: date) -> tuple[Unseen, ...]:
    """The rules that might fire if more were known, in published order."""
    history = History.until(today, facts)
    blind: list[Unseen] = []
    for rule in sorted(rules, key=lambda rule: rule.order):
        met, results = weigh(rule.when, history, rule.minimum_held)
        if met is None:
            sentences = dict.fromkeys(result.unknown for result in results if result.unknown)
            blind.append(Unseen(rule.id, rule.offer.title, tuple(sentences)))
    return tuple(blind)


def safety_concern(facts: CaseFacts, today: date) -> str | None:
    """The latest session with a safety concern and no check in it or since: it outranks all."""
    open_concern: str | None = None
    for seen in History.until(today, facts).sessions:
        if seen.session.safety:
            open_concern = seen.session.id
        if seen.session.safety_checked:
            open_concern = None
    return open_concern


def _finding(history: History, rule: Rule) -> Finding | None:
    met, results = weigh(rule.when, history, rule.minimum_held)
    if met is not True:
        return None
    window = _window(history, rule)
    softened = any(seen.session.context for seen in window)
    resting = {e.session for result in results if result.counts_for for e in result.evidence}
    unknown = dict.fromkeys(result.unknown for result in results if result.unknown)
    return Finding(
        rule=rule.id,
        version=rule.version,
        order=rule.order,
        offer=rule.offer,
        softened=softened,
        facts=results,
        sessions=tuple(s.session.id for s in history.sessions if s.session.id in resting),
        clears=clearing(rule.when, history, rule.minimum_held, rule.calm),
        blind_spots=(*unknown, *(() if softened else (NO_CONTEXT,)), *rule.blind_to),
        fingerprint=fingerprint(rule.id, rule.version, results),
    )


def _window(history: History, rule: Rule) -> list[Seen]:
    """Every session that any condition of the rule looks at."""
    seen = {id(s): s for leaf in leaves(rule.when) for s in leaf.window(history)}
    return list(seen.values())
