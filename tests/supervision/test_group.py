"""Meetings of several: who reads what, and until when; words that wait for "Agree"."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.test import Client as Browser
from django.utils import timezone

from audit.models import AuditEvent
from impasses.models import PlanStep
from people import supervision_actions as supervisions
from people.actions import NotAllowed
from people.models import Client, Supervision, User
from sessions_app.entries import TrialEntry
from supervision import meeting_actions as actions
from supervision.models import AgendaItem, Meeting
from tests.conftest import TODAY, log
from tests.supervision.conftest import QUESTION, body, bring, planned
from tests.supervision.test_meeting import SECRET as NOTES
from tests.supervision.test_meeting import page_of, written

SignIn = Callable[[User], Browser]
pytestmark = pytest.mark.usefixtures("inside")


@pytest.fixture
def group(sunil: User, thea: User, tom: User) -> Meeting:
    supervisions.start_supervision(supervisor=sunil, therapist=tom, since=TODAY(), by=sunil)
    return planned(sunil, thea, tom)


@pytest.fixture
def item(group: Meeting, stuck_heron: Client, thea: User, sunil: User) -> AgendaItem:
    return actions.bring_case(
        client=stuck_heron,
        by=thea,
        today=TODAY(),
        supervisor=sunil,
        group=group,
        question=QUESTION,
        wish="",
    )


def test_in_a_group_others_read_the_question_and_what_is_agreed_alone(
    group: Meeting,
    sunil: User,
    thea: User,
    tom: User,
    stuck_heron: Client,
    client_for: SignIn,
) -> None:
    assert bring(stuck_heron, sunil).meeting != group, "nobody else reads it unless that is chosen"
    hers = client_for(thea)
    assert "everybody there reads the question" in body(
        hers.get(f"/supervision/cases/{stuck_heron.pk}/bring/")
    )
    hers.post(
        f"/supervision/cases/{stuck_heron.pk}/bring/",
        {"question": QUESTION, "group": str(group.pk)},
    )
    item = group.items.get()
    client_for(sunil).post(
        f"{page_of(group)}agree/{item.pk}/", written(item, words="We look at the pauses.")
    )
    browser = client_for(tom)
    page = body(browser.get(page_of(group)))
    for said in (QUESTION, "We look at the pauses.", NOTES):
        assert said in page
    assert "A hypothesis worth" not in page
    assert f"/supervision/agenda/{item.pk}/" not in page
    assert browser.get(f"/supervision/agenda/{item.pk}/").status_code == 404
    assert browser.get(f"/clients/{stuck_heron.pk}/").status_code == 404
    agreeing = browser.post(f"{page_of(group)}agree/{item.pk}/", written(item))
    assert agreeing.status_code == 403
    assert not AuditEvent.objects.filter(kind="case read", actor_id=tom.pk).exists()


def test_who_is_no_longer_supervised_there_reads_nothing_that_comes_later(
    item: AgendaItem, tom: User, sunil: User, client_for: SignIn
) -> None:
    where, his = page_of(item.meeting), client_for(tom)
    assert his.get(where).status_code == 200
    Supervision.objects.filter(therapist=tom).update(
        since=TODAY() - dt.timedelta(days=9), until=TODAY() - dt.timedelta(days=1)
    )
    assert his.get(where).status_code == 404
    assert his.post(where, {"notes": "Still here."}).status_code == 404
    assert his.post(f"{where}call-off/").status_code == 404
    actions.close_meeting(meeting=item.meeting, by=sunil)
    assert his.get(where).status_code == 404, "nor what was closed after it"
    Meeting.objects.update(closed_at=timezone.now() - dt.timedelta(days=2))
    assert his.get(where).status_code == 200, "what was closed while it ran stays readable"


def test_what_came_of_it_later_is_not_for_the_others_of_a_group(
    item: AgendaItem, thea: User, tom: User, sunil: User, client_for: SignIn
) -> None:
    step = actions.agree(
        item=item, by=sunil, today=TODAY(), strategy="T3", words="We look at the pauses."
    )
    log(item.client, days=0, trials=(TrialEntry(step=PlanStep.objects.get().pk, outcome="worse"),))
    assert step is not None
    assert "worse" in body(client_for(sunil).get(page_of(item.meeting)))
    page = body(client_for(tom).get(page_of(item.meeting)))
    assert "We look at the pauses." in page
    assert "worse" not in page


def test_what_was_agreed_returns_next_time_to_whoever_may_open_the_case(
    item: AgendaItem, thea: User, tom: User, sunil: User, client_for: SignIn
) -> None:
    words = "We look at the pauses."
    actions.agree(item=item, by=sunil, today=TODAY(), strategy="T3", words=words)
    later = planned(sunil, thea, tom, at=timezone.now() + dt.timedelta(days=1))
    for user, returns in ((sunil, True), (thea, True), (tom, False)):
        assert (words in body(client_for(user).get(page_of(later)))) is returns


def test_words_that_wait_for_agree_survive_saving_and_closing(
    meeting: Meeting, sunil: User, stuck_heron: Client, client_for: SignIn
) -> None:
    item = bring(stuck_heron, sunil)
    where, his = page_of(meeting), client_for(sunil)
    for address in (where, f"{where}close/"):
        page = body(his.post(address, written(item, words="We look at the pauses.")))
        assert "What will be tried about Heron is not agreed yet" in page
        assert 'value="We look at the pauses."' in page
    meeting.refresh_from_db()
    assert meeting.is_open
    assert not PlanStep.objects.exists()
    his.post(f"{where}agree/{item.pk}/", written(item, words="We look at the pauses."))
    assert PlanStep.objects.get().words == "We look at the pauses."


def test_a_page_that_comes_back_with_its_briefs_was_read(
    meeting: Meeting, sunil: User, stuck_heron: Client, client_for: SignIn
) -> None:
    item, his = bring(stuck_heron, sunil), client_for(sunil)
    refused = his.post(page_of(meeting), written(item) | {"notes": "x" * 20_001})
    assert refused.status_code == 422
    assert AuditEvent.objects.filter(kind="case read", actor_id=sunil.pk).count() == 1


def test_a_case_taken_off_meanwhile_loses_no_notes(
    meeting: Meeting, thea: User, sunil: User, stuck_heron: Client, client_for: SignIn
) -> None:
    item = bring(stuck_heron, sunil)
    typed = written(item, words="We look at the pauses.")
    actions.take_off(item=item, by=thea)
    meeting.refresh_from_db()
    typed["version"] = str(meeting.version)
    his = client_for(sunil)
    answer = his.post(f"{page_of(meeting)}agree/{item.pk}/", typed, follow=True)
    assert "off this agenda now" in body(answer)
    meeting.refresh_from_db()
    assert meeting.notes == typed["notes"]
    assert not PlanStep.objects.exists()


def test_a_changed_question_stays_one_and_stands_where_it_is_sent(
    item: AgendaItem, thea: User, sunil: User, client_for: SignIn
) -> None:
    hers, where = client_for(thea), f"/supervision/cases/{item.client_id}/bring/"
    page = body(hers.get(where))
    assert f'value="{item.meeting_id}" selected' in page
    hers.post(where, {"question": "Between us two?", "group": ""})
    moved = AgendaItem.objects.get()
    assert (moved.pk, moved.question) == (item.pk, "Between us two?")
    assert moved.meeting != item.meeting


def test_a_question_takes_up_what_was_proposed_there(
    item: AgendaItem, thea: User, sunil: User
) -> None:
    proposed = actions.propose_case(client=item.client, by=sunil, reason="A look?", today=TODAY())
    actions.bring_case(
        client=item.client, by=thea, today=TODAY(), supervisor=sunil, question="Now us two?"
    )
    kept = AgendaItem.objects.get()
    assert (kept.pk, kept.question, kept.reason) == (proposed.pk, "Now us two?", "A look?")


def test_a_question_never_goes_to_somebody_else_unasked(
    item: AgendaItem, thea: User, ada: User, client_for: SignIn
) -> None:
    hers, where = client_for(thea), f"/supervision/cases/{item.client_id}/bring/"
    answer = hers.post(where, {"question": "To Ada?", "supervisor": str(ada.pk)})
    assert answer.status_code == 422
    assert "does not supervise you any more" in body(answer)
    assert "To Ada?" in body(answer)
    assert AgendaItem.objects.get().question == QUESTION


def test_a_group_one_left_is_not_offered(item: AgendaItem, tom: User, client_for: SignIn) -> None:
    from people import actions as people

    own = people.create_client(by=tom, code_name="Wren")
    Supervision.objects.filter(therapist=tom).update(
        since=TODAY() - dt.timedelta(days=9), until=TODAY() - dt.timedelta(days=1)
    )
    assert not client_for(tom).get(f"/supervision/cases/{own.pk}/bring/").content.count(b"group")


def test_an_ended_case_is_not_proposed(
    stuck_heron: Client, thea: User, sunil: User, meeting: Meeting
) -> None:
    stuck_heron.status = Client.Status.ENDED
    with pytest.raises(NotAllowed, match="has ended"):
        actions.propose_case(client=stuck_heron, by=sunil, reason="A look?", today=TODAY())


def test_a_meeting_with_an_answer_is_not_called_off(item: AgendaItem, sunil: User) -> None:
    item.answer = "Ask what she heard."
    item.save()
    with pytest.raises(NotAllowed, match="noted or agreed"):
        actions.call_off_meeting(meeting=item.meeting, by=sunil)
