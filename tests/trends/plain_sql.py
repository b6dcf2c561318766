"""What the summaries say beside what plain SQL counts from the raw rows, over any connection."""

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

FACTS = (Path(__file__).parent / "facts.sql").read_text()
SUMMARIES = """
SELECT scope, subject, therapist_id, kind, starts_on, own, shared FROM trends_trendsummary
"""
TEAMS = "SELECT supervisor_id, therapist_id, since, until FROM people_supervision"
FEWEST = 5

Ask = Callable[[str, Mapping[str, Any]], Iterable[tuple[Any, ...]]]


class Row(NamedTuple):
    """A fact."""

    kind: str
    starts_on: dt.date
    key: str
    client: str
    who: str
    own: bool
    shared: bool
    amount: int


class Summary(NamedTuple):
    """What was written."""

    scope: str
    subject: str
    therapist: str | None
    kind: str
    starts_on: dt.date
    own: Any
    shared: Any

    @property
    def last_day(self) -> dt.date:
        days = 7 if self.kind == "week" else 31
        after = self.starts_on + dt.timedelta(days=days)
        return (after if self.kind == "week" else after.replace(day=1)) - dt.timedelta(days=1)


def facts(ask: Ask, today: dt.date) -> list[Row]:
    """Every fact of the periods of the last twelve weeks that are over."""
    given = {"zone": "Europe/London", "today": today, "first": today - dt.timedelta(weeks=12)}
    return [
        Row(kind, day, key, str(client), str(who), own, shared, amount)
        for kind, day, key, client, who, own, shared, amount in ask(FACTS, given)
    ]


def summaries(ask: Ask) -> list[Summary]:
    return [
        Summary(scope, str(subject), str(therapist), kind, day, _read(own), _read(shared))
        for scope, subject, therapist, kind, day, own, shared in ask(SUMMARIES, {})
    ]


def _read(figures: Any) -> Any:
    return json.loads(figures) if isinstance(figures, str) else figures


def differences(ask: Ask, today: dt.date) -> list[Any]:
    """Where a summary says something else than the raw rows do, or is missing."""
    by_period: dict[Any, list[Row]] = defaultdict(list)
    for row in facts(ask, today):
        by_period[row.kind, row.starts_on].append(row)
    teams = list(ask(TEAMS, {}))
    found: list[Any] = []
    written = summaries(ask)
    for summary in written:
        rows = [
            row
            for row in by_period[summary.kind, summary.starts_on]
            if _is_about(row, summary, teams)
        ]
        for variant in ("own", "shared"):
            told = getattr(summary, variant)
            if told is not None:
                found += _compared(summary, told, _wanted(summary, rows, variant))
    there = {(s.kind, s.starts_on, s.subject) for s in written}
    counted = {(r.kind, r.starts_on, r.who) for rows in by_period.values() for r in rows}
    return found + sorted(counted - there)


def _is_about(row: Row, summary: Summary, teams: Iterable[tuple[Any, ...]]) -> bool:
    if summary.scope == "client":
        return row.client == summary.subject
    if summary.scope == "therapist":
        return row.who == summary.subject
    day = summary.last_day
    return summary.scope == "organisation" or any(
        (str(supervisor), str(therapist)) == (summary.subject, row.who)
        and since <= day
        and (until is None or until >= day)
        for supervisor, therapist, since, until in teams
    )


def _wanted(summary: Summary, rows: Iterable[Row], variant: str) -> dict[str, Any]:
    """As a summary holds them, added up here once more."""
    sums: dict[str, int] = defaultdict(int)
    people: dict[str, set[str]] = defaultdict(set)
    waits = []
    for row in rows:
        is_theirs = variant == "shared" or row.who == summary.therapist
        if not (getattr(row, variant) and is_theirs):
            continue
        sums[row.key] += row.amount
        people[row.key].add(row.client)
        if row.key.startswith("wait."):
            waits.append([row.amount, row.key == "wait.moved"])
    counts = {key: [sums[key], len(people[key])] for key in sums}
    few = {key for key, (_, count) in counts.items() if count < FEWEST}
    if summary.scope == "organisation":
        counts |= {key: [None, None] for key in few}
        waits = [] if few & {"wait.moved", "wait.open"} else waits
    return {"counts": counts, "waits": sorted(waits)}


def _compared(summary: Summary, told: Any, wanted: Any) -> list[Any]:
    about = summary[:5]
    keys = told["counts"].keys() | wanted["counts"].keys()
    pairs = [(key, told["counts"].get(key), wanted["counts"].get(key)) for key in sorted(keys)]
    pairs.append(("waits", told["waits"], wanted["waits"]))
    return [(about, *pair) for pair in pairs if pair[1] != pair[2]]
