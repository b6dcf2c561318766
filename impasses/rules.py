"""The rule engine: facts in, findings out. Without database, clock or request.

    for finding in evaluate(facts, rules=rulebook().rules, today=today): ...

What comes out is always a hypothesis worth considering, never a diagnosis.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from impasses.conditions import Node, explain, leaves, weigh
from impasses.counterfactual import Calm, clearing
from impasses.facts import CaseFacts
from impasses.findings import (
    ConditionResult,
    Evidence,
    Finding,
    Offer,
    Reading,
    evidence_of,
    fingerprint,
    readings,
    settle,
)
from impasses.history import History, Seen
from impasses.untried import untried_offer, without_failed

__all__ = [
    "ConditionResult",
    "Evidence",
    "Finding",
    "Reading",
    "Rule",
    "Unseen",
    "evaluate",
    "evaluate_rule",
    "prompt_of",
    "readings",
    "safety_concern",
    "settle",
    "unseen",
]

USUAL_WINDOW = 4
QUIET_SESSIONS = 3
FAILED_TIMES = 2
NO_CONTEXT = "Nothing is known about life outside: the context chip was not used in these sessions."


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule as data: when it fires and what it then offers.

    `order` is its published place, smaller first. Below `minimum_held` held sessions only its
    single-event conditions can be met. `blind_to` are sentences that hold whatever the case.
    `otherwise` is offered when it fires without its first condition. `offers_untried`: what did
    not help is replaced by what was not tried. `asks_safety_check`: its strategies wait until a
    safety check is recorded in or after the session it rests on.
    """

    id: str
    version: int
    order: int
    offer: Offer
    minimum_held: int
    when: Node
    calm: Calm
    blind_to: tuple[str, ...]
    otherwise: Offer | None = None
    offers_untried: bool = False
    asks_safety_check: bool = False

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
    """Every rule that fires, in published order; `prompt_of` says which is put first.

    A finding that repeats the facts of one above stays listed and names it in `absorbed_by`.
    """
    history = History.until(today, facts)
    found = (_finding(history, rule) for rule in rules)
    return settle(finding for finding in found if finding)


def prompt_of(findings: Iterable[Finding]) -> Finding | None:
    """The one that is put first: neither dismissed nor on the facts of one above."""
    leading = (f for f in findings if not f.is_dismissed and f.absorbed_by is None)
    return next(leading, None)


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
    met, read = weigh(rule.when, history, rule.minimum_held)
    if met is not True:
        return None
    results = explain(rule.when, read)
    softened = any(seen.session.context for seen in _window(history, rule))
    resting = {e.session for result in results if result.counts_for for e in result.evidence}
    unknown = dict.fromkeys(result.unknown for result in results if result.unknown)
    return Finding(
        rule=rule.id,
        version=rule.version,
        order=rule.order,
        offer=_offer(rule, results, history),
        softened=softened,
        facts=results,
        sessions=tuple(s.session.id for s in history.sessions if s.session.id in resting),
        clears=clearing(rule.when, history, rule.minimum_held, rule.calm),
        blind_spots=(*unknown, *(() if softened else (NO_CONTEXT,)), *rule.blind_to),
        fingerprint=fingerprint(rule.id, rule.version, results),
        waits_for_safety_check=rule.asks_safety_check and not _checked(history, resting),
        is_dismissed=_is_dismissed(history, rule, results),
        is_loosened=bool(rule.otherwise) and not results[0].counts_for,
    )


def _window(history: History, rule: Rule) -> list[Seen]:
    """Every session that any condition of the rule looks at, and the latest four held."""
    seen = {id(s): s for leaf in leaves(rule.when) for s in leaf.window(history)}
    return [*(seen | {id(s): s for s in history.window("held", USUAL_WINDOW)}).values()]


def _offer(rule: Rule, results: Sequence[ConditionResult], history: History) -> Offer:
    """What the rule offers on these facts."""
    if rule.otherwise and not results[0].counts_for:
        return rule.otherwise
    if rule.offers_untried:
        return untried_offer(rule.offer, history, results[0].threshold)
    return without_failed(rule.offer, history, FAILED_TIMES)


def _checked(history: History, resting: Container[str]) -> bool:
    """Whether a safety check is recorded in or after the last session a finding rests on."""
    sessions = [seen.session for seen in history.sessions]
    last = max((n for n, session in enumerate(sessions) if session.id in resting), default=0)
    return any(session.safety_checked for session in sessions[last:])


def _is_dismissed(history: History, rule: Rule, results: Sequence[ConditionResult]) -> bool:
    """Whether it was dismissed on facts that hold all of these, not four held sessions ago."""
    days = [d.on for d in history.case.dismissed if d.rule == rule.id and d.on <= history.today]
    if not days:
        return False
    since = sum(seen.session.on > max(days) for seen in history.held)
    then = weigh(rule.when, History.until(max(days), history.case), rule.minimum_held)[1]
    known = evidence_of(explain(rule.when, then))
    return since <= QUIET_SESSIONS and evidence_of(results) <= known
