"""What the page of the day, the case page and the paper say of supervision."""

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from people import actions as people
from people.models import Client, Supervision, User
from people.supervision_actions import start_supervision
from sessions_app.entries import TagEntry
from supervision import draft_actions
from supervision import meeting_actions as actions
from supervision.models import Meeting
from tests.conftest import TODAY, log
from tests.supervision.conftest import QUESTION, SignIn, body, bring, planned

NEXT = "/supervision/meetings/next/"
DAY = dt.timedelta(days=1)
pytestmark = pytest.mark.usefixtures("inside")


@pytest.fixture
def hers(client_for: SignIn, thea: User) -> Browser:
    return client_for(thea)


# --- the next meeting, on the page of the day ----------------------------------------------------


def test_both_see_the_day_and_what_is_asked(
    meeting: Meeting, sunil: User, heron: Client, hers: Browser, his: Browser
) -> None:
    planned(sunil, heron.therapist, at=timezone.now() + 7 * DAY)
    bring(heron, sunil)
    for browser, other in ((hers, "with Sunil, 60 min"), (his, "with Thea, 60 min")):
        assert f'hx-get="{NEXT}"' in body(browser.get("/today/"))
        page = body(browser.get(NEXT))
        for said in (other, "Heron", f"“{QUESTION}”", f"/supervision/meetings/{meeting.pk}/"):
            assert said in page
    assert "A draft of yours" not in body(hers.get(NEXT))
    draft_actions.save_meeting_draft(meeting=meeting, by=heron.therapist, body={"notes": ["x"]})
    assert "A draft of yours waits there." in body(hers.get(NEXT))
    assert "A draft of yours" not in body(his.get(NEXT))


def test_yesterdays_open_meeting_is_not_the_next(
    meeting: Meeting, sunil: User, thea: User, hers: Browser
) -> None:
    Meeting.objects.filter(pk=meeting.pk).update(at=timezone.now() - DAY)
    assert "No meeting is planned." in body(hers.get(NEXT))


def test_a_question_without_a_day_is_named(sunil: User, heron: Client, hers: Browser) -> None:
    bring(heron, sunil)
    page = body(hers.get(NEXT))
    assert "No day is set yet" in page
    assert QUESTION in page


def test_whoever_has_nothing_to_do_with_supervision_sees_nothing(
    tom: User, clinic: Any, client_for: SignIn
) -> None:
    assert not body(client_for(tom).get(NEXT)).strip()


def test_a_supervision_that_is_over_concerns_neither(
    meeting: Meeting, hers: Browser, his: Browser
) -> None:
    assert all(body(browser.get(NEXT)).strip() for browser in (hers, his))
    Supervision.objects.update(since=TODAY() - DAY, until=TODAY() - DAY)
    assert not any(body(browser.get(NEXT)).strip() for browser in (hers, his))


def test_others_of_a_group_do_not_open_the_case(
    sunil: User, nora: User, heron: Client, ada: User, client_for: SignIn
) -> None:
    start_supervision(supervisor=sunil, therapist=nora, since=TODAY(), by=ada)
    group = planned(sunil, heron.therapist, nora)
    actions.bring_case(
        client=heron, by=heron.therapist, supervisor=sunil, question=QUESTION, today=TODAY(),
        group=group,
    )  # fmt: skip
    page = body(client_for(nora).get(NEXT))
    assert "with Sunil, Thea" in page
    assert "Heron" not in page


def test_more_meetings_and_questions_cost_no_more(
    meeting: Meeting, sunil: User, thea: User, heron: Client, hers: Browser
) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            hers.get(NEXT)
        return len(queries)

    bring(heron, sunil)
    hers.get(NEXT)
    before = min(count(), count())
    for name in "AB":
        bring(people.create_client(by=thea, code_name=name), sunil)
    for days in range(1, 6):
        planned(sunil, thea, at=timezone.now() + days * DAY)
    assert min(count(), count()) == before <= 9


# --- marks on the timeline of a case -------------------------------------------------------------


def marks(browser: Browser, client: Client) -> str:
    where = f"/supervision/cases/{client.pk}/meetings/"
    page = body(browser.get(f"/clients/{client.pk}/"))
    assert f'hx-get="{where}"' in page
    return body(browser.get(where))


def test_the_timeline_says_when_a_case_was_discussed_and_what_was_agreed(
    meeting: Meeting, sunil: User, stuck_heron: Client, hers: Browser, his: Browser
) -> None:
    item = bring(stuck_heron, sunil)
    assert not marks(hers, stuck_heron).strip()
    agreed = actions.agree(item=item, by=sunil, strategy="T1", words="I wait.", today=TODAY())
    Meeting.objects.filter(pk=meeting.pk).update(at=timezone.now() - 10 * DAY)
    held = stuck_heron.therapy_sessions.filter(number__isnull=False)
    number = held.filter(held_at__lt=timezone.now() - 10 * DAY).count()
    assert 0 < number < held.count()
    for browser in (hers, his):
        page = marks(browser, stuck_heron)
        assert f"after session {number}: agreed “I wait.”" in page
    actions.take_back(agreement=agreed, by=sunil)
    assert not marks(hers, stuck_heron).strip()
    actions.close_meeting(meeting=meeting, by=sunil)
    assert "spoken of" in marks(hers, stuck_heron)


def test_a_former_supervisor_and_others_see_no_marks(
    meeting: Meeting, sunil: User, heron: Client, tom: User, client_for: SignIn, his: Browser
) -> None:
    bring(heron, sunil)
    actions.close_meeting(meeting=meeting, by=sunil)
    where = f"/supervision/cases/{heron.pk}/meetings/"
    assert client_for(tom).get(where).status_code == 404
    yesterday = TODAY() - DAY
    Supervision.objects.update(since=yesterday, until=yesterday)
    assert his.get(where).status_code == 404


# --- on paper ------------------------------------------------------------------------------------


def test_the_paper_shows_the_whole_timeline(
    meeting: Meeting, sunil: User, stuck_heron: Client, his: Browser
) -> None:
    for days in range(30, 84, 2):
        log(stuck_heron, "M2a", days=days)
    bring(stuck_heron, sunil)
    page = his.get(f"/supervision/meetings/{meeting.pk}/print/")
    held = stuck_heron.therapy_sessions.count()
    (case,) = page.context["cases"]
    assert len(case.window.rows) + sum(part.held for part in case.earlier) == held > 27
    assert "Before that" in body(page)
    assert "last eight sessions" not in body(page)


def test_on_paper_private_marks_are_not_there(
    meeting: Meeting, sunil: User, thea: User, heron: Client, hers: Browser
) -> None:
    log(heron, TagEntry(code="M3", visibility="private"), "M2a", days=3)
    bring(heron, sunil)
    (case,) = hers.get(f"/supervision/meetings/{meeting.pk}/print/").context["cases"]
    assert set(case.window.rows[0].slot.lanes) == {"M2"}
