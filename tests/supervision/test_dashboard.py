"""The dashboard: four figures with their rules, who needs a second look, and the roster."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from audit.models import AuditEvent
from impasses.actions import dismiss_suggestion
from people import actions as people
from people import supervision_actions as supervisions
from people.account_actions import deactivate_person
from people.models import Client, Supervision, User
from people.templatetags.look import day
from sessions_app.actions import assess_case
from sessions_app.entries import TagEntry
from sessions_app.episode_actions import open_impasse
from sessions_app.transfer_actions import transfer_cases
from supervision.dashboard import Dashboard, dashboard
from supervision.filters import Filters, read_filters
from supervision.meeting_actions import close_meeting
from supervision.models import Meeting
from tests.conftest import TODAY, log, person
from tests.supervision.conftest import body, bring, planned

SignIn = Callable[[User], Browser]
ADDRESS = "/supervision/"
DAY = dt.timedelta(days=1)
pytestmark = pytest.mark.usefixtures("inside")


def read(user: User, **wanted: str) -> Dashboard:
    return dashboard(user, filters=Filters(**wanted), today=TODAY())


def counts(page: Dashboard) -> dict[str, int]:
    return {tally.show: tally.count for tally in page.tallies}


def names(page: Dashboard) -> list[str]:
    return [row.facts.code_name for row in page.rows]


def case_of(thea: User, code_name: str, **more: Any) -> Client:
    started = TODAY() - dt.timedelta(days=200)
    return people.create_client(by=thea, code_name=code_name, started_on=started, **more)


def test_a_stuck_case_stands_there_with_its_one_reason(
    sunil: User, stuck_heron: Client, client_for: SignIn
) -> None:
    page = body(client_for(sunil).get(ADDRESS))
    assert '<h2 id="second-title">Needs a second look</h2>' in page
    assert "<caption>Supervisees" in page
    assert "Heron" in page
    (row,) = read(sunil).rows
    assert row.reason == row.claim
    assert (row.facts.stuck, row.facts.unrepaired) == (4, 0)
    assert row.reason in page
    log(stuck_heron, "M5b", days=2, repair="unrepaired")
    assert read(sunil).rows[0].reason == row.claim
    log(stuck_heron, "M5b", days=1, repair="unrepaired")
    assert read(sunil).rows[0].reason == "Strain left unrepaired for 2 sessions."


def test_every_figure_opens_the_cases_behind_it(sunil: User, thea: User, heron: Client) -> None:
    for days in (28, 21, 14):
        log(heron, "M5b", days=days, repair="unrepaired")
    calm, gone, weekly = (case_of(thea, name) for name in ("Calm", "Gone", "Weekly"))
    log(calm, days=3)
    log(gone, days=40)
    log(weekly, days=7)
    monthly = case_of(thea, "Monthly", rhythm="monthly")
    log(monthly, days=20)
    open_impasse(client=calm, by=thea, today=TODAY() - 30 * DAY, stage="named")
    open_impasse(client=gone, by=thea, today=TODAY(), stage="suspected")
    assert counts(read(sunil)) == {"impasse": 2, "new": 1, "strain": 1, "unseen": 2}
    assert names(read(sunil, show="impasse", sort="name")) == ["Calm", "Gone"]
    assert names(read(sunil, show="new")) == ["Gone"]
    assert names(read(sunil, show="strain")) == ["Heron"]
    assert names(read(sunil, show="unseen", sort="seen")) == ["Gone", "Heron"]


def test_the_order_is_safety_then_strain_then_the_longest_stuck(
    sunil: User, thea: User, stuck_heron: Client
) -> None:
    long, unsafe = case_of(thea, "Long"), case_of(thea, "Unsafe")
    for days in range(70, 0, -7):
        log(long, days=days)
    open_impasse(client=long, by=thea, today=TODAY() - 60 * DAY, stage="worked")
    log(unsafe, days=2, safety=True)
    log(stuck_heron, "M5b", days=1, repair="unrepaired")
    assert names(read(sunil)) == ["Unsafe", "Heron", "Long"]
    assert "A safety concern stands since" in read(sunil).rows[0].reason
    assert read(sunil).rows[2].reason == "Nothing has moved, and no prompt is open."


def test_filters_and_unknown_words(sunil: User, thea: User, tom: User, stuck_heron: Client) -> None:
    supervise(sunil, tom)
    other = case_of(tom, "Other")
    log(other, TagEntry(code="M2", intensity=2), days=3)
    open_impasse(client=other, by=tom, today=TODAY(), stage="worked")
    open_impasse(client=stuck_heron, by=thea, today=TODAY(), stage="named")
    assert set(names(read(sunil))) == {"Heron", "Other"}
    assert names(read(sunil, therapist=str(tom.pk))) == ["Other"]
    assert names(read(sunil, stage="named")) == ["Heron"]
    assert names(read(sunil, sign="M2")) == ["Other"]
    assert names(read(sunil, sign="M5")) == ["Heron"]
    assert names(read(sunil, type="Y1")) == ["Heron"]
    wild = {"show": "x", "sort": "';--", "therapist": "nobody", "type": "Y9", "sign": "M9"}
    assert read_filters(wild | {"stage": "resolved"}) == Filters()


def supervise(sunil: User, tom: User) -> Supervision:
    return supervisions.start_supervision(
        supervisor=sunil, therapist=tom, since=TODAY() - DAY, by=sunil
    )


def test_the_form_keeps_what_is_chosen_and_offers_the_own_supervisees(
    sunil: User, petra: User, thea: User, tom: User, client_for: SignIn
) -> None:
    supervisions.start_supervision(supervisor=petra, therapist=tom, since=TODAY(), by=petra)
    his, hers = client_for(sunil), client_for(petra)
    for _ in range(2):  # the second time it was drawn before
        page = body(his.get(ADDRESS, {"sign": "M5", "therapist": str(thea.pk)}))
        assert '<option value="M5" selected>' in page
        assert f'<option value="{thea.pk}" selected>Thea</option>' in page
        assert page.count(" selected>") == 2
        page = body(his.get(ADDRESS))
        assert " selected>" not in page
        assert f'<option value="{tom.pk}">' not in page
        page = body(hers.get(ADDRESS))
        assert f'<option value="{tom.pk}">Tom</option>' in page
        assert f'<option value="{thea.pk}">' not in page


def test_the_roster_says_when_one_met_last(sunil: User, thea: User, client_for: SignIn) -> None:
    def said() -> str:
        return body(client_for(sunil).get(ADDRESS)).split('data-label="Last discussed">')[1]

    assert said().startswith('<span class="quiet">not yet</span>')
    met = planned(sunil, thea)
    assert read(sunil).roster[0].last_met is None, "it is still open"
    close_meeting(meeting=met, by=sunil)
    assert read(sunil).roster[0].last_met == met.at
    assert said().startswith(day(met.at))
    long_ago = timezone.now() - dt.timedelta(weeks=13)
    Meeting.objects.update(at=long_ago)
    Supervision.objects.update(since=long_ago.date())
    assert said().startswith('<span class="quiet">not in twelve weeks</span>')


def test_private_items_move_no_figure(sunil: User, thea: User, heron: Client) -> None:
    for days in (21, 14, 7):
        log(heron, TagEntry(code="M5", intensity=3, visibility="private"), days=days)
    assess_case(client=heron, today=TODAY())
    suggestion = heron.suggestions.live().filter(shared_trace__isnull=True).first()
    assert suggestion is not None
    open_impasse(
        client=heron, by=thea, today=TODAY(), stage="named", suggestion=suggestion, words="Mine."
    )
    page = read(sunil)
    assert counts(page) == {"impasse": 0, "new": 0, "strain": 0, "unseen": 0}
    assert page.rows == ()
    assert page.roster[0].stages == ()
    assert read(sunil, show="all").rows[0].strip[-1]["lanes"] == {}


def test_nobody_is_stuck_says_what_to_look_at_instead(
    sunil: User, heron: Client, client_for: SignIn
) -> None:
    log(heron, days=2, movement=True)
    page = body(client_for(sunil).get(ADDRESS))
    assert "Nobody is stuck." in page
    assert "Who was not seen as planned" in page
    other = body(client_for(sunil).get(f"{ADDRESS}?show=strain"))
    assert "No case here." in other


def test_who_supervises_nobody_is_told_what_to_do(petra: User, client_for: SignIn) -> None:
    assert "You supervise nobody today." in body(client_for(petra).get(ADDRESS))


def test_who_does_not_treat_finds_notices_here(petra: User, client_for: SignIn) -> None:
    people.tell(people=[petra], text="Something changed.", path="/supervision/")
    browser = client_for(petra)
    assert "Something changed." in body(browser.get(ADDRESS))
    notice = petra.notices.get()
    assert browser.post(f"/notices/{notice.pk}/seen/")["Location"] == "/"
    assert "Something changed." not in body(browser.get(ADDRESS))


def test_the_roster_by_name_with_week_and_meetings(
    sunil: User, thea: User, tom: User, stuck_heron: Client, client_for: SignIn
) -> None:
    supervise(sunil, tom)
    monday = TODAY().weekday()
    log(stuck_heron, days=min(monday, 1) if monday else 0)
    planned(sunil, thea)
    rows = read(sunil).roster
    assert [row.therapist.name for row in rows] == ["Thea", "Tom"]
    assert (rows[0].clients, rows[0].held, rows[0].logged) == (1, 1, 1)
    assert (rows[0].oldest.code_name, rows[0].next is not None) == ("Heron", True)
    assert (rows[1].clients, rows[1].oldest, rows[1].next) == (0, None, None)
    page = body(client_for(sunil).get(ADDRESS))
    assert "Plan one" in page
    assert f"?show=all&amp;therapist={thea.pk}" in page


def test_sessions_count_for_who_held_them(
    sunil: User, thea: User, tom: User, ada: User, heron: Client
) -> None:
    supervisions.start_supervision(supervisor=sunil, therapist=tom, since=TODAY(), by=sunil)
    log(heron, days=0)
    transfer_cases(clients=[heron], to=tom, by=ada, reason="leave", today=TODAY())
    rows = {row.therapist.name: row for row in read(sunil).roster}
    assert (rows["Thea"].held, rows["Thea"].clients) == (1, 0), "also without a case left"
    assert (rows["Tom"].held, rows["Tom"].clients) == (0, 1)


def test_who_was_never_seen_is_not_seen_as_planned(sunil: User, thea: User, heron: Client) -> None:
    page = read(sunil, show="unseen")
    assert names(page) == ["Heron"]
    assert page.rows[0].reason.startswith("Not seen yet; the therapy began on ")


def test_a_case_on_the_agenda_says_so_and_another_can_be_proposed(
    sunil: User, stuck_heron: Client, client_for: SignIn
) -> None:
    assert "Propose" in body(client_for(sunil).get(ADDRESS))
    bring(stuck_heron, sunil)
    page = body(client_for(sunil).get(ADDRESS))
    assert "On the agenda" in page
    assert "Propose" not in page


@pytest.mark.parametrize("when", ["ended yesterday", "starts tomorrow"])
def test_a_supervision_that_does_not_run_today_shows_nothing(
    petra: User, stuck_heron: Client, client_for: SignIn, when: str
) -> None:
    since = TODAY() + DAY if when == "starts tomorrow" else TODAY() - 9 * DAY
    row = supervisions.start_supervision(
        supervisor=petra, therapist=stuck_heron.therapist, since=since, by=petra
    )
    if when == "ended yesterday":
        supervisions.end_supervision(supervision=row, until=TODAY() - DAY, by=petra)
    page = body(client_for(petra).get(f"{ADDRESS}?show=all"))
    assert "Heron" not in page
    assert "Thea" not in page
    theirs = f"{ADDRESS}therapists/{stuck_heron.therapist.pk}/"
    assert client_for(petra).get(theirs).status_code == 404


def test_cases_of_a_closed_account_still_wait_here(
    sunil: User, ada: User, stuck_heron: Client, client_for: SignIn
) -> None:
    deactivate_person(person=stuck_heron.therapist, by=ada)
    assert names(read(sunil)) == ["Heron"]
    assert "account closed" in body(client_for(sunil).get(ADDRESS))


def test_own_cases_of_a_supervisor_are_no_part_of_it(sunil: User) -> None:
    own = case_of(sunil, "Own")
    open_impasse(client=own, by=sunil, today=TODAY(), stage="named")
    assert names(read(sunil, show="all")) == []


def test_reading_the_dashboard_is_no_reading_of_a_case(
    sunil: User, stuck_heron: Client, client_for: SignIn
) -> None:
    client_for(sunil).get(ADDRESS)
    assert not AuditEvent.objects.filter(kind="case read").exists()


def test_what_was_dismissed_keeps_nobody_on_the_list(sunil: User, thea: User) -> None:
    finch = case_of(thea, "Finch")
    for days in (21, 14, 7):
        log(finch, "M5b", days=days)
    assess_case(client=finch, today=TODAY())
    assert names(read(sunil)) == ["Finch"]
    for row in list(finch.suggestions.live()):
        dismiss_suggestion(suggestion=row, by=thea, reason="It fits the work.")
    assert names(read(sunil)) == []


def test_history_and_caseload_cost_no_more_queries(
    sunil: User, thea: User, clinic: Any, stuck_heron: Client, client_for: SignIn
) -> None:
    browser = client_for(sunil)
    planned(sunil, thea)

    def count() -> int:
        browser.get(ADDRESS)  # now and then a page also notes that somebody is there
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(ADDRESS).status_code == 200
        return len(queries)

    before = count()
    for number in range(8):
        other = person(clinic, f"T{number}", "therapist")
        supervise(sunil, other)
        for place in range(6):
            log(case_of(other, f"C{place}"), "M5b", days=7, repair="unrepaired")
    assert count() == before <= 15
    page = body(browser.get(ADDRESS))
    assert page.count('class="work work--case') == 40
    assert "Show the other 9" in page
    assert body(browser.get(f"{ADDRESS}?all=1")).count('class="work work--case') == 49
