"""`manage.py assess_facts FILE`: what the rules make of many cases, one JSON line each.

The same code as the pages, without database or account. `--settings FILE` is understood as
`--rule-settings FILE`: manage.py sees to it, because Django has an option of that name.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from impasses.casefile import BrokenCaseFile, read_day
from impasses.facts_answer import answer
from impasses.factsfile import load_cases, load_settings, schema, with_profile
from impasses.rulebook import rulebook

BROKEN_INPUT = 2


class Command(BaseCommand):
    """Prints a JSON line a case; broken input ends with the faulty path and code 2."""

    help = "What the pattern of each case suggests, and why, as JSON lines."
    requires_system_checks: list[str] = []  # noqa: RUF012

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, nargs="?", help="a facts file, schema 1")
        parser.add_argument("--today", help="judge the cases as of this day, such as 2026-03-24")
        parser.add_argument(
            "--rule-settings", type=Path, help="thresholds, rules and score profile as JSON"
        )
        parser.add_argument("--schema", action="store_true", help="print the schema of a file")

    def handle(self, *, file: Path | None, today: str | None, **options: Any) -> None:
        if options["schema"]:
            self.stdout.write(json.dumps(schema(), indent=2))
            return
        try:
            lines = _answers(file, today, options["rule_settings"])
        except BrokenCaseFile as error:
            self.stderr.write(str(error))
            sys.exit(BROKEN_INPUT)
        for line in lines:
            self.stdout.write(json.dumps(line, ensure_ascii=False))


def _answers(file: Path | None, today: str | None, settings: Path | None) -> list[dict[str, Any]]:
    if file is None:
        raise BrokenCaseFile("FILE is missing: name a facts file, or ask for --schema.")
    rules, cases = rulebook().rules, load_cases(file)
    if settings:
        rules, profile = load_settings(settings, rules)
        cases = with_profile(cases, profile)
    day = read_day("--today", today) if today else timezone.localdate()
    return [answer(id_, facts, rules=rules, today=day) for id_, facts in cases]
