"""What the rules make of one case, as one JSON object for a program outside."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from impasses.facts import CaseFacts, Score, SessionFacts
from impasses.findings import Clearing, ConditionResult, Finding
from impasses.rules import Rule, evaluate, prompt_of, safety_concern, unseen


def answer(id_: str, facts: CaseFacts, *, rules: Sequence[Rule], today: date) -> dict[str, Any]:
    """Prompt, safety, every finding in published order, and the rules that could not be judged."""
    findings = evaluate(facts, rules=rules, today=today)
    prompt = prompt_of(findings)
    days = {session.id: session.on for session in facts.sessions}
    return {
        "case": id_,
        "prompt": prompt.rule if prompt else None,
        "safety": safety_concern(facts, today) is not None,
        "findings": [_finding(finding, days) for finding in findings],
        "blind": [
            {"rule": rule.rule, "because": " ".join(rule.sentences)}
            for rule in unseen(facts, rules=rules, today=today)
        ],
    }


def _finding(finding: Finding, days: dict[str, date]) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "version": finding.version,
        "hypothesis": list(finding.types),
        "causes": list(finding.causes),
        "strategies": list(finding.therapist_strategies),
        "client": list(finding.client_strategies),
        "techniques": list(finding.techniques),
        "conditions": [_condition(fact) for fact in finding.facts],
        "sessions": [days[session].isoformat() for session in finding.sessions],
        "clears": _clears(finding.clears),
        "blind": list(finding.blind_spots),
    }


def _condition(fact: ConditionResult) -> dict[str, Any]:
    return {
        "text": f"{fact.joiner} {fact.text} {fact.window}: {fact.observed}, {fact.needed}".strip(),
        "observed": fact.count,
        "threshold": fact.threshold,
        "window": fact.size,
        "met": fact.met,
    }


def _clears(clears: Clearing) -> dict[str, Any] | None:
    if clears.sessions is None:
        return None
    return {
        "text": clears.text,
        "append": [_session(session) for session in clears.ahead],
        "scores": [_score(score) for score in clears.scores],
    }


def _session(session: SessionFacts) -> dict[str, Any]:
    """A calm session: what is not said of it is not there."""
    said = ("repair", "task", "goals_reviewed", "safety_checked")
    known = {key: value for key in said if (value := getattr(session, key))}
    return {"on": session.on.isoformat(), "attendance": session.attendance} | known


def _score(score: Score) -> dict[str, Any]:
    return {
        "instrument": score.instrument,
        "on": score.on.isoformat(),
        "total": _number(score.total),
    }


def _number(total: Decimal) -> int | float:
    return int(total) if total == int(total) else float(total)
