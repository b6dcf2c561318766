"""The figures of many weeks beside an independent computation of the same in plain SQL."""

import datetime as dt
import random
from typing import Any

import pytest
from django.db import connection

from people.actions import create_client
from people.models import Organisation, User, Visibility
from sessions_app.entries import TagEntry
from tests.conftest import log
from tests.trends.conftest import in_last_week, write
from trends.models import TrendSummary

pytestmark = pytest.mark.usefixtures("inside")
WEEKS = 6

SESSIONS = """
SELECT author_id, date_trunc('week', held_at AT TIME ZONE 'Europe/London')::date,
       count(*) FILTER (WHERE attendance IN ('attended', 'late')),
       count(*) FILTER (WHERE attendance NOT IN ('attended', 'late'))
FROM sessions_app_therapysession GROUP BY 1, 2
"""
SIGNS = """
SELECT s.author_id, date_trunc('week', s.held_at AT TIME ZONE 'Europe/London')::date, t.code,
       count(*), sum(t.intensity),
       count(*) FILTER (WHERE t.visibility <> 'private'),
       coalesce(sum(t.intensity) FILTER (WHERE t.visibility <> 'private'), 0)
FROM sessions_app_tag t JOIN sessions_app_therapysession s ON s.id = t.therapy_session_id
WHERE s.attendance IN ('attended', 'late') AND t.code LIKE 'M_' GROUP BY 1, 2, 3
"""
TEAM = """
SELECT date_trunc('week', s.held_at AT TIME ZONE 'Europe/London')::date, count(*)
FROM sessions_app_therapysession s
JOIN people_supervision v ON v.therapist_id = s.author_id AND v.supervisor_id = %s
WHERE s.attendance IN ('attended', 'late') GROUP BY 1
"""


def ask(sql: str, *given: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        return list(cursor.fetchall())


@pytest.fixture
def history(thea: User, tom: User, sunil: User, clinic: Organisation) -> None:
    """Six weeks of three therapists, thrown with dice that always fall alike."""
    dice = random.Random(7)
    for therapist in (thea, tom, sunil):
        for number in range(4):
            client = create_client(by=therapist, code_name=f"Case {number}")
            for week in range(WEEKS):
                if dice.random() < 0.2:
                    continue
                signs = dice.sample(["M1", "M2", "M3", "M4", "M5"], dice.randrange(4))
                tags = [
                    TagEntry(
                        code=code,
                        intensity=dice.randint(1, 3),
                        visibility=dice.choice(list(Visibility)),
                    )
                    for code in signs
                ]
                came = dice.choice(["attended", "attended", "late", "no_show"])
                days = in_last_week(dice.randrange(7)) + 7 * week
                log(client, *(tags if came != "no_show" else ()), days=days, attendance=came)
    write(clinic)


def told(scope: str, variant: str) -> dict[Any, dict[str, int]]:
    rows = TrendSummary.objects.filter(scope=scope, kind="week")
    return {
        (row.subject, row.starts_on): {
            key: total for key, (total, _) in getattr(row, variant)["counts"].items()
        }
        for row in rows
    }


def test_sessions_and_signs_of_each_therapist(history: None) -> None:
    own, shared = told("therapist", "own"), told("therapist", "shared")
    sessions, signs = ask(SESSIONS), ask(SIGNS)
    assert len(sessions) >= 3 * (WEEKS - 1)
    for author, week, held, missed in sessions:
        for found in (own, shared):
            figures = found[author, week]
            assert (figures.get("held", 0), figures.get("missed", 0)) == (held, missed)
    for author, week, code, count, intensity, for_others, intensity_for_others in signs:
        mine, others = own[author, week], shared[author, week]
        assert (mine[f"sign.{code}"], mine[f"intensity.{code}"]) == (count, intensity)
        assert others.get(f"sign.{code}", 0) == for_others
        assert others.get(f"intensity.{code}", 0) == intensity_for_others
    counted = {(author, week, code) for author, week, code, *_ in signs}
    for (subject, week), figures in own.items():
        for key in figures:
            if key.startswith("sign."):
                assert (subject, week, key.removeprefix("sign.")) in counted


def test_the_team_of_each_supervisor(history: None, sunil: User) -> None:
    found = {week: row for (who, week), row in told("team", "shared").items() if who == sunil.pk}
    asked = dict(ask(TEAM, sunil.pk))
    assert len(found) >= 3, "supervised for thirty days"
    for week, figures in found.items():
        assert figures.get("held", 0) == asked.get(week, 0)


def test_months_are_the_days_of_the_month(history: None, thea: User) -> None:
    for row in TrendSummary.objects.filter(scope="therapist", subject=thea.pk, kind="month"):
        first = row.starts_on
        after = (first + dt.timedelta(days=31)).replace(day=1)
        held = ask(
            "SELECT count(*) FROM sessions_app_therapysession WHERE author_id = %s AND "
            "attendance IN ('attended', 'late') AND "
            "(held_at AT TIME ZONE 'Europe/London')::date >= %s AND "
            "(held_at AT TIME ZONE 'Europe/London')::date < %s",
            thea.pk, first, after,
        )  # fmt: skip
        assert row.own["counts"].get("held", [0])[0] == held[0][0]
