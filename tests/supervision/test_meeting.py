"""A meeting: notes and answers that nobody loses, agreements, and what comes of them."""

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from audit.models import AuditEvent
from impasses.models import PlanStep
from people import supervision_actions as supervisions
from people.account_actions import change_person
from people.actions import NotAllowed
from people.models import Client, Notice, Supervision, User
from sessions_app.entries import TrialEntry
from supervision import meeting_actions as actions
from supervision.models import AgendaItem, Meeting
from tests.conftest import TODAY, log
from tests.supervision.conftest import QUESTION, body, bring, planned

SignIn = Callable[[User], Browser]
DAY = dt.timedelta(days=1)
SECRET = "kingfisher in the notes"
pytestmark = pytest.mark.usefixtures("inside")


def page_of(meeting: Meeting) -> str:
    return f"/supervision/meetings/{meeting.pk}/"


@pytest.fixture
def item(meeting: Meeting, sunil: User, stuck_heron: Client) -> AgendaItem:
    return bring(stuck_heron, sunil)


def written(item: AgendaItem, **more: str) -> dict[str, str]:
    """What the page of a meeting posts."""
    version = Meeting.objects.get(pk=item.meeting_id).version
    return {
        "version": str(version),
        "notes": SECRET,
        f"answer-{item.pk}": "Ask what she heard.",
        f"strategy-{item.pk}": "T3",
        f"words-{item.pk}": "",
    } | {f"{name}-{item.pk}": value for name, value in more.items()}


def test_both_read_the_question_the_brief_and_what_is_written(
    item: AgendaItem, sunil: User, thea: User, client_for: SignIn
) -> None:
    where = page_of(item.meeting)
    assert client_for(sunil).post(where, written(item)).status_code == 302
    for who in (sunil, thea):
        page = body(client_for(who).get(where))
        for said in (QUESTION, "Heron", SECRET, "Ask what she heard.", "A hypothesis worth"):
            assert said in page
    assert AuditEvent.objects.filter(kind="case read", actor_id=sunil.pk).count() == 1
    assert not AuditEvent.objects.filter(kind="case read", actor_id=thea.pk).exists()


def test_what_is_agreed_is_a_step_of_the_plan_and_keeps_everything_else(
    item: AgendaItem, sunil: User, client_for: SignIn
) -> None:
    browser = client_for(sunil)
    where = f"{page_of(item.meeting)}agree/{item.pk}/"
    browser.post(where, written(item, words="No new homework.", strategy="T6"))
    step = PlanStep.objects.get(source="supervision")
    assert (step.strategy, step.words, step.side) == ("T6", "No new homework.", "therapist")
    page = body(browser.get(page_of(item.meeting)))
    for said in ("Agreed in this meeting", "No new homework.", SECRET, "Ask what she heard."):
        assert said in page


def test_pressed_twice_it_is_one_step(item: AgendaItem, sunil: User, client_for: SignIn) -> None:
    where, browser = f"{page_of(item.meeting)}agree/{item.pk}/", client_for(sunil)
    first = written(item, words="I ask.")
    for _ in range(2):
        assert browser.post(where, first).status_code == 302
    assert PlanStep.objects.filter(source="supervision").count() == 1


def test_what_left_the_agenda_meanwhile_is_not_agreed_on(
    item: AgendaItem, sunil: User, thea: User
) -> None:
    actions.take_off(item=item, by=thea)
    for act in (
        lambda: actions.take_off(item=item, by=thea),
        lambda: actions.agree(item=item, by=sunil, strategy="T1", words="x", today=TODAY()),
    ):
        with pytest.raises(NotAllowed, match="left the agenda meanwhile"):
            act()


def test_left_empty_it_is_what_the_pattern_offers_in_the_words_of_the_library(
    item: AgendaItem, thea: User, client_for: SignIn
) -> None:
    browser = client_for(thea)
    page = browser.get(page_of(item.meeting))
    first = page.context["form"][f"strategy-{item.pk}"].value()
    assert first == page.context["page"].cards[0].brief.prompt.therapist_tries[0].strategy.id
    browser.post(f"{page_of(item.meeting)}agree/{item.pk}/", written(item, strategy="K2"))
    step = PlanStep.objects.get(source="supervision")
    assert step.side == "client"
    assert len(step.words) > 10


def test_the_next_log_asks_about_it_and_the_next_meeting_says_what_came_of_it(
    item: AgendaItem, sunil: User, thea: User, client_for: SignIn
) -> None:
    client_for(sunil).post(
        f"{page_of(item.meeting)}agree/{item.pk}/", written(item, words="I ask instead of telling.")
    )
    actions.close_meeting(meeting=item.meeting, by=sunil)
    asked = body(client_for(thea).get(f"/clients/{item.client_id}/sessions/new/"))
    assert "I ask instead of telling. Did it help?" in asked
    assert "agreed in supervision" in asked
    after = planned(sunil, thea, at=timezone.now() + DAY)
    assert "no session has answered yet" in body(client_for(thea).get(page_of(after))).lower()
    step = PlanStep.objects.get(source="supervision")
    log(item.client, days=0, trials=(TrialEntry(step=step.pk, outcome="helped"),))
    for who in (thea, sunil):
        page = body(client_for(who).get(page_of(after)))
        assert "What came of what was agreed" in page
        assert "I ask instead of telling." in page
        assert "helped, " in page


def test_two_who_write_at_once_choose_and_neither_loses(
    item: AgendaItem, sunil: User, thea: User, client_for: SignIn
) -> None:
    mine, where = written(item), page_of(item.meeting)
    client_for(thea).post(where, written(item) | {"notes": "Thea wrote this."})
    answer = client_for(sunil).post(where, mine)
    assert answer.status_code == 409
    page = body(answer)
    assert "Two versions" in page
    assert SECRET in page
    assert "Thea wrote this." in page
    again = mine | {"version": str(answer.context["form"]["version"].value())}
    assert client_for(sunil).post(where, again).status_code == 302
    assert Meeting.objects.get(pk=item.meeting_id).notes == SECRET


def test_closing_keeps_what_was_typed_and_only_that_day_opens_it_again(
    item: AgendaItem, sunil: User, client_for: SignIn
) -> None:
    browser, where = client_for(sunil), page_of(item.meeting)
    browser.post(f"{where}close/", written(item))
    page = body(browser.get(where))
    assert "Closed" in page
    assert SECRET in page
    assert "<textarea" not in page
    late = browser.post(where, written(item) | {"notes": "Later."})
    assert late.status_code == 409
    for said in ("This meeting is closed.", "Later.", "Not saved"):
        assert said in body(late)
    browser.post(f"{where}reopen/")
    assert Meeting.objects.get(pk=item.meeting_id).is_open
    actions.close_meeting(meeting=item.meeting, by=sunil)
    Meeting.objects.update(closed_at=timezone.now() - 2 * DAY)
    assert "Open it again" not in body(browser.get(where))
    with pytest.raises(NotAllowed, match="another day"):
        actions.reopen_meeting(meeting=item.meeting, by=sunil, today=TODAY())


def test_one_that_has_not_taken_place_is_not_closed(
    sunil: User, thea: User, client_for: SignIn
) -> None:
    later = planned(sunil, thea, at=timezone.now() + 2 * DAY)
    answer = client_for(sunil).post(
        f"{page_of(later)}close/", {"version": "1", "notes": SECRET}, follow=True
    )
    assert "It has not taken place yet" in body(answer)
    later.refresh_from_db()
    assert (later.is_open, later.notes) == (True, SECRET)


def test_calling_off_lets_the_questions_wait_for_another_day(
    item: AgendaItem, sunil: User, thea: User, client_for: SignIn
) -> None:
    client_for(thea).post(f"{page_of(item.meeting)}off/")
    page = body(client_for(sunil).get("/supervision/meetings/"))
    assert "Waiting for a day" in page
    assert "1 question" in page
    again = planned(sunil, thea, at=timezone.now() + DAY)
    assert again.pk == item.meeting_id
    assert again.items.get().question == QUESTION


def test_the_list_looks_back_twelve_weeks_and_has_a_way_to_all(
    item: AgendaItem, sunil: User, client_for: SignIn
) -> None:
    meeting, address = item.meeting, "/supervision/meetings/"
    actions.close_meeting(meeting=meeting, by=sunil)
    page = body(client_for(sunil).get(address))
    assert "1 question" in page
    assert "Show all closed meetings" not in page, "the account is young: there is nothing else"
    User.objects.update(created_at=timezone.now() - 365 * DAY)
    Meeting.objects.update(at=timezone.now() - 85 * DAY)
    for who in (sunil, item.therapist):
        page = body(client_for(who).get(address))
        assert "none was closed in the last twelve weeks" in page
        assert 'href="/supervision/meetings/?all=1"' in page
        whole = body(client_for(who).get(address, {"all": "1"}))
        assert f'href="{page_of(meeting)}"' in whole
        assert "1 question" in whole
        assert "Show all closed meetings" not in whole


def test_what_was_noted_is_not_called_off(item: AgendaItem, sunil: User) -> None:
    actions.note_meeting(meeting=item.meeting, by=sunil, version=1, notes=SECRET, answers={})
    with pytest.raises(NotAllowed, match="close the meeting instead"):
        actions.call_off_meeting(meeting=item.meeting, by=sunil)


def test_moving_tells_the_others(meeting: Meeting, thea: User, client_for: SignIn) -> None:
    to = timezone.localtime() + DAY
    sent = {"at": f"{to:%Y-%m-%dT%H:%M}", "minutes": "45"}
    assert client_for(thea).post(f"{page_of(meeting)}move/", sent).status_code == 302
    meeting.refresh_from_db()
    assert meeting.minutes == 45
    assert timezone.localdate(meeting.at) == TODAY() + DAY
    assert not Notice.objects.filter(person=thea, text__contains="another time").exists()


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"at": ""}, "Give the day and the hour."),
        ({"at": "soon"}, "Write it as 2026-11-03 14:00."),
        ({"at": "9999-12-31T23:59"}, "9999 cannot be right."),
        ({"minutes": "5"}, "from 15 to 180"),
        ({"minutes": "an hour"}, "from 15 to 180"),
        ({"therapists": []}, "Choose who comes."),
        ({"therapists": ["x\0"]}, "Choose among the therapists shown."),
    ],
)
def test_planning_with_bad_input(
    sunil: User, thea: User, client_for: SignIn, sent: dict[str, Any], sentence: str
) -> None:
    known = {"therapists": [str(thea.pk)], "at": "2026-12-01T10:00", "minutes": "60"}
    answer = client_for(sunil).post("/supervision/meetings/new/", known | sent)
    assert answer.status_code == 422
    assert sentence in body(answer)
    assert not Meeting.objects.exists()


def test_one_cannot_be_in_two_meetings_at_once(sunil: User, thea: User, meeting: Meeting) -> None:
    with pytest.raises(NotAllowed, match="at that time already"):
        planned(sunil, thea, at=meeting.at)


def test_words_that_are_too_long_keep_everything(
    item: AgendaItem, sunil: User, client_for: SignIn
) -> None:
    answer = client_for(sunil).post(
        f"{page_of(item.meeting)}agree/{item.pk}/", written(item, words="x" * 601)
    )
    assert answer.status_code == 422
    assert "Keep it to 600 characters." in body(answer)
    assert SECRET in body(answer)
    assert not PlanStep.objects.filter(source="supervision").exists()


# --- who may ------------------------------------------------------------------------------------


@pytest.mark.parametrize("when", ["ended yesterday", "starts tomorrow", "moved organisation"])
def test_a_supervision_that_does_not_run_opens_no_meeting(
    item: AgendaItem, sunil: User, client_for: SignIn, when: str
) -> None:
    row = Supervision.objects.get(supervisor=sunil)
    if when == "ended yesterday":
        supervisions.end_supervision(supervision=row, until=TODAY() - DAY, by=sunil)
    elif when == "starts tomorrow":
        Supervision.objects.filter(pk=row.pk).update(since=TODAY() + DAY)
    else:
        change_person(person=sunil, by=sunil, roles={"therapist"}, in_training=False)
    browser = client_for(User.objects.get(pk=sunil.pk))
    for where in (page_of(item.meeting), f"/supervision/agenda/{item.pk}/"):
        assert browser.get(where).status_code == 404
    assert browser.post(page_of(item.meeting), written(item)).status_code == 404


def test_a_stand_in_holds_the_meetings_as_long_as_it_lasts(
    item: AgendaItem, sunil: User, petra: User, client_for: SignIn
) -> None:
    where = page_of(item.meeting)
    assert client_for(petra).get(where).status_code == 404
    supervisions.start_supervision(
        supervisor=petra, therapist=item.therapist, since=TODAY(), until=TODAY() + DAY, by=sunil,
        stands_in_for=sunil,
    )  # fmt: skip
    assert client_for(petra).post(where, written(item)).status_code == 302
    assert Meeting.objects.visible_to(petra, TODAY() + DAY).exists()
    assert not Meeting.objects.visible_to(petra, TODAY() + 2 * DAY).exists()


def test_a_second_supervisor_sees_the_cases_but_not_the_others_meetings(
    item: AgendaItem, sunil: User, petra: User, client_for: SignIn
) -> None:
    supervisions.start_supervision(
        supervisor=petra, therapist=item.therapist, since=TODAY(), by=sunil
    )
    browser = client_for(petra)
    assert browser.get(f"/clients/{item.client_id}/").status_code == 200
    for where in (page_of(item.meeting), f"/supervision/agenda/{item.pk}/"):
        assert browser.get(where).status_code == 404
    assert browser.post(f"/supervision/agenda/{item.pk}/off/").status_code == 404
    assert "On the agenda" not in body(browser.get("/supervision/"))


def test_what_was_asked_about_a_case_stays_with_who_asked(
    item: AgendaItem, sunil: User, thea: User, tom: User, client_for: SignIn
) -> None:
    from sessions_app.transfer_actions import transfer_cases

    transfer_cases(clients=[item.client], to=tom, by=sunil, reason="Leave.", today=TODAY())
    page = body(client_for(sunil).get(page_of(item.meeting)))
    assert QUESTION not in page
    assert "1 case of this meeting was handed over since" in page
    assert client_for(tom).get(page_of(item.meeting)).status_code == 404


# --- nothing clinical elsewhere -------------------------------------------------------------------


def test_no_word_of_it_is_in_the_audit_or_in_a_notice(
    item: AgendaItem, sunil: User, client_for: SignIn
) -> None:
    where = page_of(item.meeting)
    client_for(sunil).post(f"{where}agree/{item.pk}/", written(item, words="Kingfisher words."))
    actions.close_meeting(meeting=item.meeting, by=sunil)
    said = json.dumps(list(AuditEvent.objects.values()), default=str)
    said += json.dumps(list(Notice.objects.values()), default=str)
    for word in (SECRET, QUESTION, "Kingfisher words", "what she heard"):
        assert word not in said


def test_texts_are_sealed(item: AgendaItem, sunil: User) -> None:
    actions.note_meeting(
        meeting=item.meeting, by=sunil, version=1, notes=SECRET, answers={item.pk: SECRET}
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT notes FROM supervision_meeting")
        kept = cursor.fetchall()
        cursor.execute("SELECT question, answer, reason FROM supervision_agendaitem")
        kept += cursor.fetchall()
    assert SECRET not in str(kept)
    assert QUESTION not in str(kept)


def test_printed_it_holds_every_brief(item: AgendaItem, sunil: User, client_for: SignIn) -> None:
    page = body(client_for(sunil).get(f"{page_of(item.meeting)}print/"))
    for said in (QUESTION, "Heron", "data-print", "What would clear it"):
        assert said in page


def test_the_brief_of_a_case_is_the_same_for_both(
    item: AgendaItem, sunil: User, thea: User, client_for: SignIn
) -> None:
    log(item.client, "M1a", days=3, note="Mine alone.", note_visibility="private")
    for who in (sunil, thea):
        page = body(client_for(who).get(f"/supervision/agenda/{item.pk}/"))
        for said in (QUESTION, "Timeline", "One note is private", "What we tried"):
            assert said in page
        assert "Mine alone." not in page


def test_history_costs_no_more_queries(
    item: AgendaItem, sunil: User, thea: User, client_for: SignIn
) -> None:
    browser, where = client_for(sunil), page_of(item.meeting)
    browser.get(where)

    def count(address: str) -> int:
        """The fewer of two: once a minute a page also notes that the person is still there."""
        counts = []
        for _ in range(2):
            with CaptureQueriesContext(connection) as queries:
                assert browser.get(address).status_code == 200
            counts.append(len(queries))
        return min(counts)

    before = count(where), 10
    for days in range(30, 90, 2):
        log(item.client, "M5b", days=days)
        old = planned(sunil, thea, at=timezone.now() - days * DAY)
        actions.close_meeting(meeting=old, by=sunil)
    assert (count(where), count("/supervision/meetings/")) <= before
