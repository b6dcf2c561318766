"""`manage.py suggest CASE.json`: what the rules make of one case, without database or account."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from impasses.casefile import BrokenCaseFile, load_case, read_day
from impasses.facts import CaseFacts
from impasses.rulebook import rulebook
from impasses.rules import Finding, Unseen, evaluate, readings, safety_concern, unseen
from impasses.suggest_text import report

BROKEN_INPUT = 2


class Command(BaseCommand):
    """Prints findings with their reasons; broken input ends with one sentence and code 2."""

    help = "What the pattern of a case suggests, and why: hypotheses worth considering."
    requires_system_checks: list[str] = []  # noqa: RUF012

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("case", type=Path, help="a case file; see case.schema.json")
        parser.add_argument("--today", help="judge the case as of this day, such as 2026-03-24")
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *, case: Path, today: str | None, **options: Any) -> None:
        try:
            day = read_day("--today", today) if today else timezone.localdate()
            facts = load_case(case)
        except BrokenCaseFile as error:
            self.stderr.write(str(error))
            sys.exit(BROKEN_INPUT)
        findings = evaluate(facts, rules=rulebook().rules, today=day)
        blind = unseen(facts, rules=rulebook().rules, today=day)
        if options["json"]:
            answer = json.dumps(_answer(facts, findings, blind, day), indent=2)
        else:
            answer = report(facts, findings, blind, day)
        self.stdout.write(answer)


def _answer(
    facts: CaseFacts, findings: Sequence[Finding], blind: Sequence[Unseen], today: date
) -> dict[str, Any]:
    return {
        "today": today.isoformat(),
        "sessions_held": sum(s.held for s in facts.sessions if s.on <= today),
        "safety_concern": safety_concern(facts, today),
        "sessions": {s.id: s.on.isoformat() for s in facts.sessions},
        "findings": [finding.to_trace() for finding in findings],
        "readings": [
            {"type": r.type, "rules": list(r.rules), "sessions": list(r.sessions), "tied": r.tied}
            for r in readings(findings)
        ],
        "not_judged": [
            {"rule": b.rule, "title": b.title, "because": list(b.sentences)} for b in blind
        ],
    }
