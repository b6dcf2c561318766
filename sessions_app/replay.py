"""What a case would have been prompted with, week by week, under two sets of rules."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from impasses.facts import CaseFacts
from impasses.findings import Finding, settle
from impasses.rules import Rule, evaluate, prompt_of

WEEKS = 52
LOOK_BACK = 160  # sessions of a case: a year of three a week, and the windows before it


@dataclass(frozen=True, slots=True)
class Week:
    """The rule that prompted at the end of a week, before and after; empty for none."""

    monday: date
    before: str
    after: str

    @property
    def differs(self) -> bool:
        return self.before != self.after


def replay_case(
    facts: CaseFacts, *, before: Sequence[Rule], after: Sequence[Rule], today: date
) -> list[Week]:
    """The weeks of the last year in which something happened, oldest first."""
    shared = [rule for rule in before if rule in after]
    old = [rule for rule in before if rule not in after]
    new = [rule for rule in after if rule not in before]
    days = [*(one.on for one in facts.sessions), *(one.on for one in facts.scores)]
    mondays = {monday_of(day) for day in days if today - timedelta(weeks=WEEKS) < day <= today}
    weeks = []
    for monday in sorted(mondays):
        end = min(monday + timedelta(days=6), today)
        found, was, would = (evaluate(facts, rules=r, today=end) for r in (shared, old, new))
        weeks.append(Week(monday, _prompt([*found, *was]), _prompt([*found, *would])))
    return weeks


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _prompt(findings: list[Finding]) -> str:
    prompt = prompt_of(settle(findings))
    return prompt.rule if prompt else ""
