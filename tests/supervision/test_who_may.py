"""Who may do what to a meeting and its agenda, and who hears of it."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client as Browser
from django.utils import timezone

from impasses.models import PlanStep
from people import supervision_actions as supervisions
from people.account_actions import change_person
from people.actions import NotAllowed
from people.models import Client, Notice, User
from sessions_app.entries import TrialEntry
from supervision import meeting_actions as actions
from supervision.models import AgendaItem, Agreement, Meeting
from supervision.supervisees import supervisees
from tests.conftest import TODAY, log
from tests.supervision.conftest import body, bring, planned
from tests.supervision.test_meeting import page_of, written

SignIn = Callable[[User], Browser]
HOUR = dt.timedelta(hours=1)
pytestmark = pytest.mark.usefixtures("inside")


@pytest.fixture
def item(meeting: Meeting, stuck_heron: Client, sunil: User) -> AgendaItem:
    return bring(stuck_heron, sunil)


def agreed(item: AgendaItem, by: User) -> Agreement:
    return actions.agree(item=item, by=by, strategy="T1", words="Name the pause.", today=TODAY())


def told(person: User) -> list[str]:
    return list(Notice.objects.filter(person=person).values_list("text", flat=True))


# --- when it is ----------------------------------------------------------------------------------


def test_a_meeting_that_was_is_recorded_by_whoever_holds_it(
    meeting: Meeting, sunil: User, thea: User
) -> None:
    before = timezone.now() - 2 * HOUR
    with pytest.raises(NotAllowed, match="That is over"):
        actions.move_meeting(meeting=meeting, by=thea, at=before, minutes=60)
    moved = actions.move_meeting(meeting=meeting, by=sunil, at=before, minutes=60)
    assert moved.at == before


def test_a_therapist_closes_no_meeting_before_it_begins(sunil: User, thea: User) -> None:
    held = planned(sunil, thea, at=timezone.now() + dt.timedelta(seconds=30))
    with pytest.raises(NotAllowed, match=r"not begun|not taken place"):
        actions.close_meeting(meeting=held, by=thea)


def test_an_hour_the_clocks_skip_is_said_in_our_words(
    meeting: Meeting, sunil: User, client_for: SignIn
) -> None:
    skipped = f"{TODAY().year + 1}-03-{28 if TODAY().year + 1 == 2027 else 26}T01:30"
    answer = client_for(sunil).post(f"{page_of(meeting)}move/", {"at": skipped, "minutes": "60"})
    assert answer.status_code == 422
    assert "The clocks skipped that hour." in body(answer)


def test_closing_twice_closes_once_and_says_nothing_of_loss(
    item: AgendaItem, sunil: User, client_for: SignIn
) -> None:
    browser = client_for(sunil)
    form = written(item)
    del form[f"words-{item.pk}"]
    where = f"{page_of(item.meeting)}close/"
    assert browser.post(where, form).status_code == 302
    again = browser.post(where, form, follow=True)
    assert again.status_code == 200
    assert "Not saved" not in body(again)


def test_called_off_without_a_question_it_is_gone(
    meeting: Meeting, sunil: User, client_for: SignIn
) -> None:
    assert client_for(sunil).post(f"{page_of(meeting)}call-off/").status_code in (302, 404)
    actions.call_off_meeting(meeting=meeting, by=sunil)
    assert not Meeting.objects.exists()


def test_a_group_called_off_is_taken_up_again(
    sunil: User, thea: User, tom: User, stuck_heron: Client
) -> None:
    supervisions.start_supervision(supervisor=sunil, therapist=tom, since=TODAY(), by=sunil)
    group = planned(sunil, thea, tom)
    actions.bring_case(
        client=stuck_heron, by=thea, today=TODAY(), supervisor=sunil, question="?", group=group
    )
    actions.call_off_meeting(meeting=group, by=sunil)
    assert planned(sunil, thea) != group, "the two alone are another meeting"
    assert planned(sunil, tom, thea, at=timezone.now() + HOUR) == group


def test_who_treats_no_more_is_not_invited(sunil: User, thea: User, ada: User) -> None:
    change_person(person=thea, by=ada, roles=["supervisor"], in_training=False)
    assert supervisees(sunil, today=TODAY()) == []
    thea.refresh_from_db()
    with pytest.raises(NotAllowed):
        planned(sunil, thea)


# --- what stands on the agenda -------------------------------------------------------------------


def test_a_question_is_its_therapists_to_take_off(
    meeting: Meeting, stuck_heron: Client, sunil: User, thea: User, client_for: SignIn
) -> None:
    actions.propose_case(client=stuck_heron, by=sunil, reason="A look?", today=TODAY())
    item = bring(stuck_heron, sunil)
    browser = client_for(sunil)
    assert "off the agenda" not in body(browser.get(page_of(meeting)))
    said = body(browser.post(f"/supervision/agenda/{item.pk}/off/", follow=True))
    assert "Thea put a question there" in said
    assert AgendaItem.objects.exists()
    actions.take_off(item=item, by=thea)
    assert "Thea took Heron off the agenda." in told(sunil)


def test_a_proposal_taken_back_is_told(
    meeting: Meeting, stuck_heron: Client, sunil: User, thea: User
) -> None:
    item = actions.propose_case(client=stuck_heron, by=sunil, reason="A look?", today=TODAY())
    actions.take_off(item=item, by=sunil)
    assert "Sunil took Heron off the agenda." in told(thea)


# --- what was agreed -----------------------------------------------------------------------------


def test_an_agreement_is_taken_back_and_what_was_written_stays(
    item: AgendaItem, sunil: User, thea: User, client_for: SignIn
) -> None:
    agreement = agreed(item, sunil)
    browser = client_for(sunil)
    assert "Take back" in body(browser.get(page_of(item.meeting)))
    where = f"{page_of(item.meeting)}back/{agreement.pk}/"
    form: dict[str, Any] = {"notes": "We looked again.", "version": "1"}
    said = body(browser.post(where, form | {f"answer-{item.pk}": "Wait."}, follow=True))
    assert "Taken back." in said
    assert "We looked again." in said
    assert not PlanStep.objects.exists()
    assert "Sunil took back what was agreed on Heron." in told(thea)
    assert browser.post(where, form).status_code == 404


def test_what_a_session_answered_is_not_taken_back(
    item: AgendaItem, sunil: User, stuck_heron: Client
) -> None:
    agreement = agreed(item, sunil)
    log(stuck_heron, days=0, trials=(TrialEntry(step=agreement.step_id, outcome="helped"),))
    with pytest.raises(NotAllowed, match="A session has answered it"):
        actions.take_back(agreement=agreement, by=sunil)


def test_nor_in_a_closed_meeting(item: AgendaItem, sunil: User) -> None:
    agreement = agreed(item, sunil)
    actions.close_meeting(meeting=item.meeting, by=sunil)
    with pytest.raises(NotAllowed, match="closed"):
        actions.take_back(agreement=agreement, by=sunil)


def test_what_is_agreed_before_the_meeting_is_told_to_the_therapist(
    sunil: User, thea: User, stuck_heron: Client
) -> None:
    planned(sunil, thea, at=timezone.now() + 24 * HOUR)
    item = bring(stuck_heron, sunil)
    agreed(item, sunil)
    assert "Sunil noted something to try with Heron." in told(thea)
