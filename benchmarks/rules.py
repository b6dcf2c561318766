"""How long the rules take on one case, without a database.

`.venv/bin/python -m benchmarks.rules`

Milliseconds for all rules over a calm case and a busy one, by the number of sessions and scores
(median of `TIMES`), and the seconds for 10,000 busy cases of 60 sessions.
"""

import os
import statistics
import time
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "impasse_tracker.settings")

from impasses.facts import CaseFacts, Score, SessionFacts, TagFact, Trial
from impasses.rulebook import rulebook
from impasses.rules import evaluate

TIMES = 300
FIRST, TODAY = date(2024, 1, 1), date(2027, 1, 1)
MARKS = ("M5b", "M1c", "M3b", "", "M2a", "M4c", "", "M1a", "M2b", "")


def case(sessions: int, *, is_busy: bool) -> CaseFacts:
    """A case of weekly sessions, with a score of two questionnaires every other week."""
    days = [FIRST + timedelta(weeks=n) for n in range(sessions)]
    marks = [MARKS[n % len(MARKS)] if is_busy else "" for n in range(sessions)]
    scores = [
        Score(instrument, day, Decimal(total - n % 3), str(n))
        for n, day in enumerate(days[::2])
        for instrument, total in (("SRS", 38), ("PHQ-9", 15))
    ]
    return CaseFacts(
        sessions=tuple(
            SessionFacts(
                id=str(n),
                on=day,
                tags=(TagFact(mark),) if mark else (),
                task="not_done" if is_busy and n % 2 else None,
                theme="work" if is_busy else None,
            )
            for n, (day, mark) in enumerate(zip(days, marks, strict=True))
        ),
        scores=tuple(scores),
        trials=(Trial("T3", days[0], "no"), Trial("T3", days[-1], "no")) if is_busy else (),
    )


def median(call: Callable[[], object]) -> float:
    """Milliseconds."""
    spent = []
    for _ in range(TIMES):
        began = time.perf_counter()
        call()
        spent.append((time.perf_counter() - began) * 1000)
    return statistics.median(spent)


def main() -> None:
    rules = rulebook().rules
    print(f"{len(rules)} rules, milliseconds a case")
    for sessions in (12, 24, 60, 240):
        calm, busy = case(sessions, is_busy=False), case(sessions, is_busy=True)
        found = evaluate(busy, rules=rules, today=TODAY)
        print(
            f"{sessions:4} sessions: "
            f"calm {median(lambda c=calm: evaluate(c, rules=rules, today=TODAY)):5.2f}  "
            f"busy {median(lambda c=busy: evaluate(c, rules=rules, today=TODAY)):5.2f}  "
            f"({', '.join(finding.rule for finding in found)})"
        )
    mixed = [case(60, is_busy=n % 4 == 0) for n in range(4)] * 2500
    began = time.perf_counter()
    for one in mixed:
        evaluate(one, rules=rules, today=TODAY)
    print(f"{len(mixed):,} cases, one in four busy: {time.perf_counter() - began:.1f} s")


if __name__ == "__main__":
    main()
