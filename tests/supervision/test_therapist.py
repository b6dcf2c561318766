"""One supervisee's page: the caseload less what is not shared, and how it moved."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from people import actions as people
from people.models import Client, Supervision, User
from sessions_app.entries import TagEntry
from sessions_app.episode_actions import open_impasse
from supervision.therapist_page import TherapistPage, therapist_page
from tests.conftest import TODAY, log
from tests.supervision.conftest import body

SignIn = Callable[[User], Browser]
pytestmark = pytest.mark.usefixtures("inside")


def read(sunil: User) -> TherapistPage:
    row = Supervision.objects.select_related("therapist").get(supervisor=sunil)
    return therapist_page(row, user=sunil, today=TODAY())


def address(thea: User) -> str:
    return f"/supervision/therapists/{thea.pk}/"


def test_the_caseload_stands_there_by_stuckness(
    sunil: User, thea: User, stuck_heron: Client, client_for: SignIn
) -> None:
    people.create_client(by=thea, code_name="Aster", focus="Her own words")
    people.create_client(by=sunil, code_name="His own")
    page = body(client_for(sunil).get(address(thea)))
    assert page.index(">Heron<") < page.index(">Aster<")
    assert "His own" not in page
    assert "Her own words" not in page
    assert "with Thea" not in page, "whose cases they are stands above them"


def test_what_stands_out_in_the_supervisors_own_cases_is_no_part_of_it(
    sunil: User, thea: User, stuck_heron: Client, client_for: SignIn
) -> None:
    own = people.create_client(by=sunil, code_name="His own")
    for days in (3, 2, 1):
        log(own, TagEntry(code="M5", intensity=3, visibility="private"), days=days, assess=True)
    assert own.suggestions.live().filter(shared_trace__isnull=True).exists()
    assert "His own" not in body(client_for(sunil).get(address(thea)))
    assert [row.client.code_name for row in read(sunil).rows] == ["Heron"]


def test_signs_are_counted_by_week_and_private_ones_are_not(
    sunil: User, thea: User, heron: Client
) -> None:
    log(heron, "M5b", days=1)
    log(heron, TagEntry(code="M2", intensity=1, visibility="counts"), days=2)
    log(heron, TagEntry(code="M3", intensity=1, visibility="private"), days=3)
    log(heron, TagEntry(code="M1", sub_forms=("M1a",), private_forms=("M1a",)), days=4)
    log(heron, "M5b", days=60)
    log(heron, "M5b", days=200)
    trends = {trend.sign.id: trend for trend in read(sunil).trends}
    assert {key: trend.lately for key, trend in trends.items()} == {
        "M1": "0 of 4", "M2": "1 of 4", "M3": "0 of 4", "M4": "0 of 4", "M5": "1 of 4",
    }  # fmt: skip
    assert trends["M5"].before == "1 of 1"
    assert sum(height > 0 for _, _, height in trends["M5"].bars) == 2


def test_what_is_counts_only_is_tied_to_no_single_session(
    sunil: User, thea: User, heron: Client
) -> None:
    monday = TODAY() - dt.timedelta(days=TODAY().weekday())
    counted = TagEntry(code="M5", intensity=1, visibility="counts")

    def week(ago: int, *signs: TagEntry | str | None) -> int:
        """Log a week's sessions; how many of them the sign is shown for."""
        for place, sign in enumerate(signs):
            days = (TODAY() - monday).days + 7 * ago - place
            log(heron, *([sign] if sign else []), days=days)
        bars = next(trend for trend in read(sunil).trends if trend.sign.id == "M5")
        return bars.weeks[-1 - ago]

    assert week(1, counted) == 0
    assert week(2, counted, counted) == 0
    assert week(3, counted, "M5b") == 1
    assert week(4, counted, None) == 1
    assert week(5, counted, None, "M5b") == 2


def test_counts_only_strain_says_nowhere_since_when_it_is_unrepaired(
    sunil: User, thea: User, heron: Client, client_for: SignIn
) -> None:
    log(heron, TagEntry(code="M5", visibility="counts"), days=8, repair="unrepaired")
    log(heron, days=1, repair="unrepaired")
    heron.snapshot.refresh_from_db()
    assert (heron.snapshot.own_unrepaired, heron.snapshot.shared_unrepaired) == (2, 0)
    browser = client_for(sunil)
    for where in (address(thea), f"/clients/{heron.pk}/", "/supervision/?show=unrepaired"):
        assert "unrepaired for" not in body(browser.get(where))
    log(heron, "M5b", days=0, repair="unrepaired")
    assert "Strain unrepaired for 1 session" in body(browser.get(address(thea)))


def test_impasses_and_repair_are_counted(sunil: User, thea: User, heron: Client) -> None:
    log(heron, "M5b", days=10, repair="repaired")
    log(heron, "M5b", days=3, repair="unrepaired")
    log(heron, TagEntry(code="M5", visibility="private"), days=2, repair="unrepaired")
    open_impasse(client=heron, by=thea, today=TODAY(), stage="named")
    page = read(sunil)
    assert page.open_stages == (("named", "Named", 1),)
    assert (page.opened, page.closed) == (1, ())
    assert page.repairs == (("repaired", 1), ("unrepaired", 1))


def test_without_sessions_it_says_so(
    sunil: User, thea: User, heron: Client, client_for: SignIn
) -> None:
    page = body(client_for(sunil).get(address(thea)))
    assert "No session was held in the last twelve weeks." in page
    assert "no session logged yet" in page


def test_history_costs_no_more_queries(
    sunil: User, thea: User, heron: Client, client_for: SignIn
) -> None:
    browser = client_for(sunil)
    log(heron, "M5b", days=3)
    browser.get(address(thea))

    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            browser.get(address(thea))
        return len(queries)

    before = count()
    for days in range(4, 200, 9):
        log(heron, "M5b", days=days)
    for name in "ABCDEF":
        started = TODAY() - dt.timedelta(days=60)
        log(people.create_client(by=thea, code_name=name, started_on=started), "M1a", days=3)
    assert count() == before <= 20
