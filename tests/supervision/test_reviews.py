"""The review queue: submitted by a therapist in training, read, approved or sent back."""

import datetime as dt
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.test import Client as Browser
from django.utils import timezone

from audit.models import AuditEvent
from people import walls
from people.account_actions import change_person
from people.actions import NotAllowed, change_settings, create_client
from people.models import Client, Notice, User
from people.supervision_actions import start_supervision
from sessions_app.actions import amend_session
from sessions_app.entries import SessionEntry
from sessions_app.models import TherapySession
from sessions_app.transfer_actions import transfer_cases
from supervision import review_actions as actions
from supervision.models import Review
from tests.conftest import TODAY, ago, log, person

SignIn = Callable[[User], Browser]
pytestmark = pytest.mark.usefixtures("inside")


def amend(session: TherapySession, **facts: Any) -> TherapySession:
    """Thea changes what she wrote."""
    session.refresh_from_db()
    entry = replace(SessionEntry(held_at=session.held_at, note="Otherwise."), **facts)
    by = session.client.therapist
    return amend_session(session=session, by=by, entry=entry, version=session.version)


def address(review: Review, verb: str = "") -> str:
    return f"/supervision/reviews/{review.pk}/{verb}"


def send(browser: Browser, review: Review, verb: str, **fields: str) -> Any:
    return browser.post(address(review, verb), {"version": "1", **fields})


def body(browser: Browser, where: str) -> str:
    answer = browser.get(where)
    assert answer.status_code == 200
    return answer.content.decode()


# --- it works ------------------------------------------------------------------------------------


def test_a_session_is_submitted_from_its_own_page(
    hers: Browser, sunil: User, session: TherapySession
) -> None:
    page = body(hers, f"/sessions/{session.pk}/")
    assert f'hx-get="/supervision/sessions/{session.pk}/state/"' in page
    state = body(hers, f"/supervision/sessions/{session.pk}/state/")
    assert "Not submitted yet." in state
    assert "Submit for review" in state
    answer = hers.post(f"/supervision/sessions/{session.pk}/submit/")
    assert answer["Location"] == f"/sessions/{session.pk}/"
    review = session.review
    assert (review.state, review.session_version) == ("waiting", 1)
    assert review.due_at - review.submitted_at == dt.timedelta(hours=48)
    assert "to be read by" in body(hers, f"/supervision/sessions/{session.pk}/state/")
    told = Notice.objects.get(person=sunil)
    assert (told.text, told.path) == (
        "Thea submitted sessions for review.",
        "/supervision/reviews/",
    )


def test_the_supervisor_reads_it_and_approves(
    his: Browser, hers: Browser, thea: User, waiting: Review
) -> None:
    assert "Heron" in body(his, "/supervision/reviews/")
    page = body(his, address(waiting))
    assert "A shared note." in page
    assert "A process note." not in page
    assert AuditEvent.objects.filter(kind="case read", actor_label="Sunil").count() == 1
    answer = send(his, waiting, "approve/", comment="Well held.")
    assert answer["Location"] == "/supervision/reviews/"
    assert "Nothing waits" in body(his, "/supervision/reviews/")
    told = Notice.objects.get(person=thea)
    assert told.text == "Sunil approved a session of yours."
    page = body(hers, told.path)
    assert "Approved by Sunil" in page
    assert "Well held." in page
    event = AuditEvent.objects.get(kind="session approved")
    assert event.detail == {"version": 1, "case": str(waiting.therapy_session.client_id)}


def test_it_is_sent_back_with_a_comment_and_submitted_again(
    his: Browser, hers: Browser, thea: User, waiting: Review
) -> None:
    send(his, waiting, "back/", comment="What did you feel?")
    assert Notice.objects.get(person=thea).text == "Sunil sent a session of yours back."
    page = body(hers, "/supervision/reviews/")
    assert "Sent back by Sunil" in page
    assert "What did you feel?" in page
    Review.objects.filter(pk=waiting.pk).update(due_at=ago(9))
    session = waiting.therapy_session
    answer = hers.post(f"/supervision/sessions/{session.pk}/submit/", {"from": "list"})
    assert answer["Location"] == "/supervision/reviews/"
    waiting.refresh_from_db()
    assert (waiting.is_waiting, waiting.decided_by, waiting.decided_at) == (True, None, None)
    assert waiting.due_at > timezone.now() + dt.timedelta(hours=47)
    page = body(his, address(waiting))
    assert "Comment from last time" in page
    assert "What did you feel?" in page


def test_a_decision_leads_to_what_waits_next(
    his: Browser, trainee: User, heron: Client, waiting: Review
) -> None:
    second, third = (
        actions.submit_session(session=log(heron, days=days), by=trainee) for days in (2, 1)
    )
    assert "1 of 3 waiting" in body(his, address(waiting))
    assert send(his, second, "approve/")["Location"] == address(third)
    assert send(his, third, "approve/")["Location"] == address(waiting)


def test_all_are_submitted_at_once_with_one_notice(
    hers: Browser, trainee: User, sunil: User, heron: Client, tom: User
) -> None:
    kept = [log(heron, days=days) for days in (89, 3, 1)]
    log(heron, days=91)
    log(heron, days=2, attendance="no_show")
    log(create_client(by=tom, code_name="Reed"), days=2)
    assert "Submit all 3" in body(hers, "/supervision/reviews/")
    hers.post("/supervision/reviews/submit/")
    hers.post("/supervision/reviews/submit/")
    assert {row.therapy_session_id for row in Review.objects.all()} == {row.pk for row in kept}
    assert Notice.objects.filter(person=sunil).count() == 1
    assert AuditEvent.objects.filter(kind="session submitted").count() == 3


def test_one_unread_notice_is_enough(trainee: User, sunil: User, heron: Client) -> None:
    first, second, third = (log(heron, days=days) for days in (3, 2, 1))
    for session in (first, second):
        actions.submit_session(session=session, by=trainee)
    assert Notice.objects.filter(person=sunil).count() == 1
    Notice.objects.update(seen_at=timezone.now())
    actions.submit_session(session=third, by=trainee)
    assert Notice.objects.filter(person=sunil).count() == 2


# --- changed meanwhile ---------------------------------------------------------------------------


def test_what_was_changed_under_the_reader_is_not_decided(his: Browser, waiting: Review) -> None:
    amend(waiting.therapy_session, note="The newest note.")
    answer = send(his, waiting, "back/", comment="Say more.")
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Thea changed this session since you opened it" in page
    assert "The newest note." in page
    assert "Say more." in page
    assert 'name="version" value="2"' in page
    waiting.refresh_from_db()
    assert waiting.is_waiting
    send(his, waiting, "approve/", version="2")
    waiting.refresh_from_db()
    assert (waiting.state, waiting.session_version) == ("approved", 2)


def test_changed_before_it_is_read_is_said(his: Browser, waiting: Review) -> None:
    amend(waiting.therapy_session)
    assert "Thea changed this session since it was submitted" in body(his, address(waiting))
    assert "Changed since." in body(his, "/supervision/reviews/")


def test_changed_after_approval_is_said_and_can_be_submitted_again(
    his: Browser, hers: Browser, waiting: Review
) -> None:
    session, state = waiting.therapy_session, f"/supervision/sessions/{waiting.therapy_session.pk}"
    send(his, waiting, "approve/")
    assert "Submit again" not in body(hers, f"{state}/state/")
    hers.post(f"{state}/submit/")
    waiting.refresh_from_db()
    assert waiting.is_approved, "as it stands there is nothing to read again"
    amend(session)
    assert "Changed since it was approved on " in body(hers, f"{state}/state/")
    assert "Changed since it was approved on " in body(his, f"{state}/state/")
    assert "Changed since it was approved on " in body(hers, "/supervision/reviews/")
    hers.post(f"{state}/submit/")
    waiting.refresh_from_db()
    assert (waiting.is_waiting, waiting.session_version) == (True, 2)


def test_of_two_supervisors_the_second_is_told_who_decided(
    his: Browser, client_for: SignIn, ada: User, clinic: Any, waiting: Review
) -> None:
    petra = person(clinic, "Petra", "supervisor")
    start_supervision(supervisor=petra, therapist=waiting.therapist, since=TODAY(), by=ada)
    send(client_for(petra), waiting, "approve/")
    answer = send(his, waiting, "back/", comment="A thought of mine.")
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Petra approved this session while you read it." in page
    assert "A thought of mine." in page
    waiting.refresh_from_db()
    assert (waiting.state, waiting.decided_by, waiting.comment) == ("approved", petra, "")


def test_two_supervisors_at_once_one_decides(
    transactional_db: None,
    ada: User,
    clinic: Any,
    sunil: User,
    waiting: Review,
    at_once: Any,
    monkeypatch: Any,
) -> None:
    """Each is held up between looking and deciding, so both are at it together."""
    people = (sunil, person(clinic, "Petra", "supervisor"))

    def slowly(session: TherapySession) -> str:
        time.sleep(0.3)
        return ""

    def decide(number: int) -> str:
        by = people[number]
        try:
            with walls.inside(clinic.pk):
                actions.approve_session(review=waiting, by=by, version=1)
        except NotAllowed as refusal:
            return str(refusal)
        return by.name

    monkeypatch.setattr(actions, "why_no_review", slowly)
    first, second = sorted(at_once(decide, 2), key=len)
    assert second == f"{first} approved this session while you read it."
    assert AuditEvent.objects.filter(kind="session approved").count() == 1


def test_the_same_decision_posted_twice_is_one(his: Browser, waiting: Review) -> None:
    for _ in range(2):
        assert send(his, waiting, "approve/").status_code == 302
    assert AuditEvent.objects.filter(kind="session approved").count() == 1


def test_several_at_once_submit_one_review(
    transactional_db: None, session: TherapySession, at_once: Any
) -> None:
    by = session.client.therapist

    def submit(number: int) -> None:
        with walls.inside(by.organisation_id):
            if number % 2:
                actions.submit_sessions(by=by, now=timezone.now())
            else:
                actions.submit_session(session=session, by=by)

    at_once(submit, 4)
    assert Review.objects.count() == 1
    assert AuditEvent.objects.filter(kind="session submitted").count() == 1


# --- time ----------------------------------------------------------------------------------------


def test_the_earliest_due_stands_first_and_what_is_over_is_said_in_words(
    his: Browser, trainee: User, heron: Client, waiting: Review
) -> None:
    late = actions.submit_session(session=log(heron, days=30), by=trainee)
    Review.objects.filter(pk=late.pk).update(due_at=timezone.now() - dt.timedelta(minutes=1))
    page = body(his, "/supervision/reviews/")
    assert page.index(address(late)) < page.index(address(waiting))
    assert "its 48 hours ended" in page
    assert "48<small>hours left" in page


# --- where nobody is concerned -------------------------------------------------------------------


@pytest.mark.parametrize("why", ["off", "not in training", "missed", "handed over"])
def test_no_trace_where_it_concerns_nobody(
    hers: Browser, his: Browser, ada: User, tom: User, session: TherapySession, why: str
) -> None:
    thea, heron = session.client.therapist, session.client
    browser = hers
    if why == "off":
        change_settings(by=ada, review_queue=False)
    elif why == "not in training":
        change_person(person=thea, by=ada, roles=["therapist"], in_training=False)
    elif why == "missed":
        amend(session, attendance="no_show")
    else:
        change_person(person=tom, by=ada, roles=["therapist"], in_training=True)
        transfer_cases(clients=[heron], to=tom, by=ada, reason="", today=TODAY())
        browser = Browser()
        browser.force_login(tom)
    assert "/supervision/sessions/" not in body(browser, f"/sessions/{session.pk}/")
    assert body(browser, f"/supervision/sessions/{session.pk}/state/").strip() == ""
    browser.post(f"/supervision/sessions/{session.pk}/submit/")
    browser.post("/supervision/reviews/submit/")
    assert Review.objects.count() == 0


def test_when_the_queue_is_off_the_page_says_so(
    his: Browser, hers: Browser, ada: User, waiting: Review
) -> None:
    change_settings(by=ada, review_queue=False)
    for browser in (his, hers):
        page = body(browser, "/supervision/reviews/")
        assert "The review queue is off" in page
        assert "an administrator turns it on" in page
        assert "Heron" not in page
    assert send(his, waiting, "approve/").status_code == 409
    assert 'name="comment"' not in body(his, address(waiting))


def test_what_needs_no_review_any_more_leaves_the_queue(
    his: Browser, ada: User, waiting: Review
) -> None:
    change_person(person=waiting.therapist, by=ada, roles=["therapist"], in_training=False)
    assert "Nothing waits" in body(his, "/supervision/reviews/")
    assert "Thea is not in training" in body(his, address(waiting))


def test_a_therapist_not_in_training_has_nothing_to_submit(
    client_for: SignIn, ada: User, trainee: User, tom: User
) -> None:
    assert "You are not in training" in body(client_for(tom), "/supervision/reviews/")
    session = log(create_client(by=tom, code_name="Reed"), days=2)
    with pytest.raises(NotAllowed, match="Tom is not in training"):
        actions.submit_session(session=session, by=tom)


def test_who_reads_and_who_hands_in_find_the_queue(
    waiting: Review, hers: Browser, his: Browser, ada: User
) -> None:
    link = 'href="/supervision/reviews/">Reviews</a>'
    assert link in body(his, "/supervision/")
    assert link in body(hers, "/supervision/meetings/")
    change_settings(by=ada, review_queue=False)
    assert link not in body(his, "/supervision/")
    assert link not in body(hers, "/supervision/meetings/")
