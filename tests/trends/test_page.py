"""The trend pages: whose they are, what they ask, what they tell, and what is exported."""

import csv
import datetime as dt
import io
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from audit.models import AuditEvent
from impasses.models.episode import Stage
from people import walls
from people.actions import create_client, create_organisation
from people.models import Client, Organisation, User, Visibility
from sessions_app.entries import TagEntry
from sessions_app.episode_actions import move_impasse, open_impasse
from sessions_app.transfer_actions import transfer_cases
from tests.conftest import TODAY, log, person, standing
from tests.trends.conftest import in_last_week, last_week, write
from trends.models import PeriodRun

SignIn = Callable[[User], Browser]
pytestmark = pytest.mark.usefixtures("inside")


def text(browser: Browser, address: str = "/trends/") -> str:
    """What stands on the page."""
    page = browser.get(address).content.decode()
    main = page[page.index("<main") : page.index('<script id="trend-data"')]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split()).replace(" .", ".").replace(" ,", ",")


def build() -> None:
    """Eight weeks with Heron: an impasse named five weeks ago, nothing moved since."""
    clinic = create_organisation(name="Northside", time_zone="Europe/London")
    thea = person(clinic, "Thea", "therapist")
    with walls.inside(clinic.pk):
        heron = create_client(
            by=thea, code_name="Heron", started_on=TODAY() - dt.timedelta(days=180)
        )
        for week in range(8):
            log(heron, "M5b", days=in_last_week() + 7 * week, repair="repaired" if week else "")
        named = last_week().starts_on - dt.timedelta(weeks=5)
        open_impasse(client=heron, by=thea, today=named, stage=Stage.NAMED)
        write(clinic)


@pytest.fixture(scope="module")
def built(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    with standing(django_db_blocker, build):
        yield


@pytest.fixture
def clinic(built: None, db: None) -> Organisation:
    return Organisation.objects.get(name="Northside")


@pytest.fixture
def thea(clinic: Organisation) -> User:
    return User.objects.get(name="Thea")


@pytest.fixture
def weeks(thea: User, inside: None) -> Client:
    return thea.clients.get()


def test_it_opens_with_what_the_week_asks(weeks: Client, thea: User, client_for: SignIn) -> None:
    said = text(client_for(thea))
    assert "1 session held, 0 missed" in said
    assert "1 stuck for 4 sessions or more Heron. No step is planned yet." in said
    assert "0 newly stuck" in said
    assert "Where do the impasses stand? 0 of 1 are being worked or loosening" in said
    assert "How long until something moves? None of 1 has moved yet" in said
    assert "Sessions held 1 1 1" in said


def test_small_numbers_stay_numbers(weeks: Client, thea: User, client_for: SignIn) -> None:
    said = text(client_for(thea))
    assert "%" not in said.replace("95%", "")
    assert "Strain repaired 0 of 1 1 of 1" in said
    assert "Strain without a word on repair 1 of 1 0 of 1" in said


def test_a_week_with_nothing_written_says_what_will_come(otto: User, client_for: SignIn) -> None:
    page = client_for(otto).get("/trends/").content.decode()
    assert "Nothing is written about this week" in page
    assert "Export CSV" not in page


def test_weeks_and_months_lead_to_each_other(weeks: Client, thea: User, client_for: SignIn) -> None:
    browser = client_for(thea)
    page = browser.get("/trends/").content.decode()
    before = last_week().before
    assert f"/trends/?of=own&amp;period={before.code}" in page
    assert "The week after" not in page
    earlier = browser.get(f"/trends/?of=own&period={before.code}").content.decode()
    assert f"/trends/?of=own&amp;period={last_week().code}" in earlier
    month = re.search(r"/trends/\?of=own&amp;period=(\d{4}-\d{2})\"", page)
    assert month
    assert "The month before" in browser.get(f"/trends/?period={month[1]}").content.decode()


@pytest.mark.parametrize(
    "odd",
    ["period=2026-W99", "period=2099-W01", "period=0001-W01", "period=%00", "kind=year"],
)
def test_an_odd_period_is_the_latest(
    weeks: Client, thea: User, client_for: SignIn, odd: str
) -> None:
    assert f"Week {last_week().starts_on.isocalendar().week}" in text(
        client_for(thea), f"/trends/?{odd}"
    )


def test_a_supervisor_reads_the_team_and_no_private_mark(
    weeks: Client, sunil: User, clinic: Organisation, client_for: SignIn
) -> None:
    log(weeks, TagEntry(code="M3", visibility=Visibility.PRIVATE), days=in_last_week(3))
    write(clinic)
    browser = client_for(sunil)
    for about in ("team", weeks.therapist_id):
        said = text(browser, f"/trends/?of={about}")
        assert "Heron, Thea" in said
        assert "Repetition 0 0 0 0 0 0 0 0" in said.replace("–", "0")
        assert "private" not in said
        link = f"/trends/cases/?of={about}&figure=sign.M3"
        assert "No case that you may open" in browser.get(link).content.decode()
    hers = client_for(weeks.therapist)
    assert "Heron" in hers.get("/trends/cases/?figure=sign.M3").content.decode()


@pytest.mark.parametrize("about", ["team", "organisation", "tom", "0197c2f4-0000-7000-8000-0000"])
def test_what_is_not_the_readers_is_not_there(
    weeks: Client, thea: User, tom: User, client_for: SignIn, about: str
) -> None:
    wanted = tom.pk if about == "tom" else about
    for page in ("", "export/", "cases/"):
        assert client_for(thea).get(f"/trends/{page}?of={wanted}").status_code == 404


def test_an_administrator_reads_counts_and_no_case(
    weeks: Client, ada: User, client_for: SignIn
) -> None:
    browser = client_for(ada)
    said = text(browser)
    assert "Heron" not in said
    assert "Sessions held under 5 under 5" in said
    assert "How long until something moves? Too few to tell" in said
    assert "What this week asks" not in said
    assert browser.get("/trends/cases/?figure=held").status_code == 403


def test_a_case_handed_over_is_on_nobodys_list_of_before(
    weeks: Client, thea: User, tom: User, ada: User, client_for: SignIn
) -> None:
    transfer_cases(clients=[weeks], to=tom, by=ada, reason="leave", today=TODAY())
    assert "Heron" not in text(client_for(thea))
    assert "Heron" not in client_for(tom).get("/trends/").content.decode()


def test_the_cases_behind_a_figure(weeks: Client, thea: User, client_for: SignIn) -> None:
    browser = client_for(thea)
    assert "&amp;figure=stuck" in browser.get("/trends/").content.decode()
    page = browser.get("/trends/cases/?figure=stage.named").content.decode()
    assert "Open impasses, named" in page
    assert f'href="/clients/{weeks.pk}/"' in page
    assert browser.get("/trends/cases/?figure=own").status_code == 404


def test_the_export_is_exactly_what_is_shown(weeks: Client, thea: User, client_for: SignIn) -> None:
    browser = client_for(thea)
    answer = browser.get("/trends/export/")
    assert answer["Content-Disposition"] == f'attachment; filename="trends-{last_week().code}.csv"'
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    said = text(browser)
    for row in rows:
        for cell in row:
            assert cell in said.replace("  ", " ") or cell.lower() in said.lower(), cell
    assert ["Stuck for four sessions or more", "1 of 1", "1 of 1", "0 to 1"] in rows
    assert not any("Heron" in cell for row in rows for cell in row)


def test_how_strong_a_sign_is_on_the_page_and_in_the_export(
    weeks: Client, thea: User, clinic: Organisation, client_for: SignIn
) -> None:
    log(weeks, TagEntry(code="M5", intensity=3), days=in_last_week(3))
    write(clinic)
    browser = client_for(thea)
    said = text(browser)
    assert "How strong are the signs? Alliance strain, stronger than usual" in said
    assert "Alliance strain 2 of 2 1 more 1 2.5 of 3 0.5 stronger 2.0" in said
    rows = list(csv.reader(io.StringIO(browser.get("/trends/export/").content.decode("utf-8-sig"))))
    assert ["Alliance strain", "2 of 2", "1 more", "1", "2.5 of 3", "0.5 stronger", "2.0"] in rows


def test_no_cell_of_the_export_is_a_formula(weeks: Client, sunil: User, client_for: SignIn) -> None:
    User.objects.filter(pk=weeks.therapist_id).update(name="=1+1")
    answer = client_for(sunil).get(f"/trends/export/?of={weeks.therapist_id}")
    assert next(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))[0] == "'=1+1"


def test_it_moved_and_the_page_says_so(
    weeks: Client, thea: User, clinic: Organisation, client_for: SignIn
) -> None:
    episode = weeks.episodes.get()
    move_impasse(episode=episode, by=thea, to=Stage.LOOSENING, today=last_week().last_day)
    write(clinic)
    said = text(client_for(thea))
    assert "1 loosened Heron. Stay with what helped." in said
    assert "How long until something moves? 1 of 1 have moved so far" in said


def test_the_number_of_queries_is_fixed(
    weeks: Client, thea: User, clinic: Organisation, client_for: SignIn
) -> None:
    browser = client_for(thea)
    browser.get("/trends/")
    counts = []
    for more in range(2):
        with CaptureQueriesContext(connection) as seen:
            browser.get("/trends/")
        counts.append(len(seen))
        for number in range(4):
            client = create_client(by=thea, code_name=f"Case {more} {number}")
            for week in range(3):
                log(client, "M1a", days=in_last_week() + 7 * week)
            open_impasse(client=client, by=thea, today=last_week().starts_on, stage=Stage.NAMED)
        write(clinic)
    assert counts[0] == counts[1]
    assert counts[0] <= 9


# --- the runs ------------------------------------------------------------------------------------


def test_an_administrator_sees_what_failed_and_lets_it_be_tried_again(
    weeks: Client, ada: User, clinic: Organisation, client_for: SignIn
) -> None:
    browser = client_for(ada)
    page = browser.get("/trends/runs/").content.decode()
    assert "Every week and month that is over is written." in page
    PeriodRun.objects.filter(starts_on=last_week().starts_on, kind="week").update(
        tries=8, error="OperationalError", seen=0, done_at=None
    )
    page = browser.get("/trends/runs/").content.decode()
    assert "OperationalError" in page
    assert "none by itself" in page
    run = PeriodRun.objects.get(tries=8)
    assert browser.post(f"/trends/runs/{run.pk}/again/")["Location"] == "/trends/runs/"
    run.refresh_from_db()
    assert (run.tries, run.retry_at) == (0, None)
    assert AuditEvent.objects.filter(kind="summary tried again", actor_id=ada.pk).count() == 1


def test_somebody_elses_run_is_not_there(weeks: Client, otto: Any, client_for: SignIn) -> None:
    run = PeriodRun.objects.latest("starts_on")
    assert client_for(otto).post(f"/trends/runs/{run.pk}/again/").status_code == 404
