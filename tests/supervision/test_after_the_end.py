"""A supervision that is over, or another's: its meetings and agendas stay where they are."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.test import Client as Browser
from django.utils import timezone

from people import actions as people
from people import supervision_actions as supervisions
from people.account_actions import change_person
from people.actions import NotAllowed
from people.models import Client, Supervision, User
from supervision import meeting_actions as actions
from supervision.models import AgendaItem, Meeting
from tests.conftest import TODAY
from tests.supervision.conftest import QUESTION, body, bring, planned

SignIn = Callable[[User], Browser]
DAY = dt.timedelta(days=1)
pytestmark = pytest.mark.usefixtures("inside")


@pytest.fixture
def wren(tom: User, sunil: User, petra: User) -> Client:
    """Tom's; Sunil and Petra supervise him."""
    for each in (sunil, petra):
        supervisions.start_supervision(supervisor=each, therapist=tom, since=TODAY(), by=each)
    return people.create_client(by=tom, code_name="Wren")


def end(supervisor: User, therapist: User) -> None:
    """It ended yesterday."""
    Supervision.objects.filter(supervisor=supervisor, therapist=therapist).update(
        since=TODAY() - 9 * DAY, until=TODAY() - DAY
    )


def of_case(browser: Browser, client: Client, what: str) -> str:
    """A part of the case page, or the page to bring it."""
    return body(browser.get(f"/supervision/cases/{client.pk}/{what}/"))


def test_its_group_is_not_offered_for_a_question(
    wren: Client, sunil: User, thea: User, client_for: SignIn
) -> None:
    planned(sunil, thea, wren.therapist, at=timezone.now() + DAY)
    browser = client_for(wren.therapist)
    for what in ("bring", "agenda"):
        assert 'name="group"' in of_case(browser, wren, what)
    end(sunil, wren.therapist)
    for what in ("bring", "agenda"):
        page = of_case(browser, wren, what)
        assert "What would help most" in page
        assert 'name="group"' not in page


def test_what_was_asked_there_is_on_no_agenda_any_more_and_stays_there(
    wren: Client, sunil: User, petra: User, client_for: SignIn
) -> None:
    there, browser = bring(wren, sunil), client_for(wren.therapist)
    assert QUESTION in of_case(browser, wren, "agenda")
    end(sunil, wren.therapist)
    assert QUESTION not in of_case(browser, wren, "agenda")
    here = bring(wren, petra, "And now?")
    assert AgendaItem.objects.count() == 2
    there.refresh_from_db()
    assert (there.question, here.question) == (QUESTION, "And now?")
    assert there.meeting != here.meeting


def test_nothing_new_is_planned_or_proposed(wren: Client, sunil: User) -> None:
    end(sunil, wren.therapist)
    with pytest.raises(NotAllowed, match="you supervise today"):
        planned(sunil, wren.therapist)
    with pytest.raises(NotAllowed, match="does not run today"):
        actions.propose_case(client=wren, by=sunil, reason="A look?", today=TODAY())
    assert not Meeting.objects.exists()


def test_the_list_has_the_meetings_one_comes_to_or_holds(
    wren: Client, sunil: User, petra: User, thea: User, client_for: SignIn
) -> None:
    tom = wren.therapist
    planned(sunil, thea, at=timezone.now() + DAY)
    held = planned(sunil, tom, at=timezone.now() - DAY)
    actions.close_meeting(meeting=held, by=sunil)

    def listed(user: User) -> int:
        page = body(client_for(user).get("/supervision/meetings/"))
        return sum(f"/meetings/{meeting.pk}/" in page for meeting in Meeting.objects.all())

    assert [listed(user) for user in (sunil, petra, thea, tom)] == [2, 0, 1, 1]
    end(sunil, tom)
    assert [listed(user) for user in (sunil, petra, thea, tom)] == [1, 0, 1, 0]
    Meeting.objects.filter(pk=held.pk).update(closed_at=timezone.now() - 2 * DAY)
    assert listed(tom) == 1, "it was closed while the supervision ran"


def test_another_supervisor_does_not_read_what_a_meeting_said_of_a_case(
    wren: Client, sunil: User, petra: User, client_for: SignIn
) -> None:
    item = bring(wren, sunil)
    actions.move_meeting(meeting=item.meeting, by=sunil, at=timezone.now() - DAY, minutes=60)
    actions.agree(item=item, by=sunil, strategy="T1", words="Name the pause.", today=TODAY())
    said = [
        "Name the pause." in of_case(client_for(user), wren, "meetings")
        for user in (wren.therapist, sunil, petra)
    ]
    assert said == [True, True, False]


def test_who_treats_nobody_any_more_reads_no_meeting_they_came_to(
    wren: Client, sunil: User, ada: User
) -> None:
    tom = wren.therapist
    held = planned(sunil, tom)
    actions.close_meeting(meeting=held, by=sunil)
    assert list(Meeting.objects.visible_to(tom)) == [held]
    tom = change_person(person=tom, by=ada, roles={"supervisor"}, in_training=False)
    assert not Meeting.objects.visible_to(tom).exists()


def test_a_therapists_page_has_no_meeting_of_another_supervisor(
    wren: Client, sunil: User, petra: User, client_for: SignIn
) -> None:
    held = planned(petra, wren.therapist)
    page = f"/supervision/therapists/{wren.therapist_id}/"
    assert str(held.pk) in body(client_for(petra).get(page))
    assert str(held.pk) not in body(client_for(sunil).get(page))
