"""How long the supervisor's pages take for a large team, whatever the length of its history.

`.venv/bin/python -m benchmarks.supervision [sessions] [years]`

In a database of its own that is dropped afterwards: an organisation of `TEAM` supervisees with
`CASES` clients each and so many sessions a client (12 unless told), made through the actions, with
so many years (none unless told) of ended cases and weekly meetings behind it. A minute or two for
the making. `by_hand` is the floor. The aim for the dashboard: under 30 ms at the 95th
percentile, whatever the years.
"""

import os
import sys
import uuid
from datetime import timedelta
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "impasse_tracker.settings")

from benchmarks.pages import measure, set_up
from impasse_tracker.local.environment import laptop

TEAM, CASES = 12, 40


def main(length: int, years: int) -> None:
    """The dashboard and what hangs on it, as the supervisor of the team."""
    import logging

    from django.db import connections
    from django.test import Client as Browser
    from django.test.utils import setup_databases, teardown_databases

    set_up()
    from people import actions as people
    from people import walls

    logging.disable()
    kept = setup_databases(verbosity=0, interactive=False, aliases={"default", "owner"})
    try:
        clinic = people.create_organisation(name="Benchmark", time_zone="Europe/London")
        with walls.inside(clinic.pk):
            supervisor, therapist = make(clinic, length)
            age(supervisor, years)
        with connections["owner"].cursor() as cursor:
            cursor.execute("ANALYZE")
        print(
            f"{TEAM} supervisees, {TEAM * CASES} clients, {length} sessions each, {years} years\n"
        )
        browser = Browser(HTTP_HOST="localhost")
        browser.force_login(supervisor)
        pages = {
            "dashboard": "/supervision/",
            "dashboard, all rows": "/supervision/?all=1",
            "dashboard, by sign": "/supervision/?show=all&sign=M5",
            "therapist": f"/supervision/therapists/{therapist.pk}/",
            "meetings": "/supervision/meetings/",
            "caseload": "/clients/",
        }
        measure("an empty page", lambda: browser.get("/livez"))
        floor = measure("forty cases by hand", lambda: by_hand(supervisor))
        for name, address in pages.items():
            measure(name, lambda address=address: browser.get(address), floor)
    finally:
        connections["default"].close()
        teardown_databases(kept, verbosity=0)


def by_hand(supervisor: Any) -> str:
    """The floor: the forty cases that are stuck the longest in one statement, as plain lines."""
    from django.db import connection

    from people import walls

    with walls.inside(supervisor.organisation_id), connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.id, c.code_name, t.name, s.shared_since_movement, s.shared_strip::text "
            "FROM people_supervision v JOIN people_user t ON t.id = v.therapist_id "
            "JOIN people_client c ON c.therapist_id = t.id AND c.status IN ('active', 'paused') "
            "JOIN sessions_app_casesnapshot s ON s.client_id = c.id "
            "WHERE v.organisation_id = %s AND v.supervisor_id = %s "
            "ORDER BY s.shared_unrepaired DESC, s.shared_since_movement DESC LIMIT 40",
            [supervisor.organisation_id, supervisor.pk],
        )
        return "".join(
            f"<li>{name} {code_name} {stuck} {strip} {pk}</li>"
            for pk, code_name, name, stuck, strip in cursor.fetchall()
        )


def make(clinic: Any, length: int) -> tuple[Any, Any]:
    """The team; one case in three is stuck, one in three has an impasse open."""
    from django.utils import timezone

    from people import actions as people
    from people import supervision_actions as supervisions
    from sessions_app.actions import assess_case, log_session
    from sessions_app.entries import SessionEntry, TagEntry
    from sessions_app.episode_actions import open_impasse

    today = timezone.localdate()

    def person(name: str, *roles: str) -> Any:
        return people.create_user(
            organisation=clinic,
            email=f"{name}@demo.test",
            name=name,
            roles=set(roles),
            password=uuid.uuid4().hex,
        )

    supervisor = person("bench-supervisor", "supervisor")
    for number in range(TEAM):
        therapist = person(f"bench-{number}", "therapist")
        supervisions.start_supervision(
            supervisor=supervisor, therapist=therapist, since=today, by=supervisor
        )
        for place in range(CASES):
            client = people.create_client(
                by=therapist, code_name=f"Case {place}", started_on=today - timedelta(weeks=length)
            )
            marks = (TagEntry(code="M5", intensity=2),) if place % 3 == 0 else ()
            for week in range(length, 0, -1):
                held_at = timezone.now() - timedelta(weeks=week)
                entry = SessionEntry(held_at=held_at, tags=marks, note="A line.")
                log_session(client=client, by=therapist, entry=entry, key=uuid.uuid4())
            assess_case(client=client, today=today)
            if place % 3 == 1:
                open_impasse(client=client, by=therapist, today=today, stage="named")
    return supervisor, therapist


def age(supervisor: Any, years: int) -> None:
    """For each case one that ended a year, and for each therapist a weekly meeting about two."""
    from django.utils import timezone

    from benchmarks.history import copies
    from impasses.models import Episode, Suggestion
    from people.models import Client
    from sessions_app.models import CaseSnapshot
    from supervision.models import AgendaItem, Attendee, Meeting

    now, organisation = timezone.now(), supervisor.organisation
    ended = {"status": "ended", "ended_on": now.date(), "ended_reason": "completed"}
    cases = list(Client.objects.filter(organisation=organisation)) if years else []
    for case in cases:
        names = [f"{case.code_name}, {year}" for year in range(years)]
        gone = [each.pk for each in copies(case, years, code_name=names, **ended)]
        copies(CaseSnapshot.objects.get(client=case), years, client_id=gone)
        for row in Suggestion.objects.filter(client=case):
            copies(row, years, client_id=gone, ended_at=now)
        for episode in Episode.objects.filter(client=case):
            copies(episode, years, client_id=gone, closed_on=now.date(), stage="resolved")
    for number, case in enumerate(cases[::CASES]):
        own = {"organisation": organisation, "therapist": case.therapist}
        weeks = range(1, years * 52 + 1)
        at = [now - timedelta(weeks=week, minutes=number) for week in weeks]
        one = Meeting(organisation=organisation, supervisor=supervisor)
        met = copies(one, len(weeks), at=at, closed_at=now, closed_by_id=supervisor.pk)
        Attendee.objects.bulk_create(Attendee(meeting=each, **own) for each in met)
        AgendaItem.objects.bulk_create(
            AgendaItem(meeting=each, client=about, question="What now?", **own)
            for each in met
            for about in cases[number * CASES :][:2]
        )


if __name__ == "__main__":
    with laptop([]):
        given = [int(word) for word in sys.argv[1:]]
        main(*given, *(12, 0)[len(given) :])
