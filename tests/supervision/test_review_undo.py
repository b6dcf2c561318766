"""An approval given by mistake is taken back for a moment: said, told, and on record."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client as Browser

from audit.models import AuditEvent
from people.models import Notice, User
from people.supervision_actions import start_supervision
from supervision import review_actions as actions
from supervision.models import Review
from tests.conftest import TODAY
from tests.supervision.conftest import SignIn, body

pytestmark = pytest.mark.usefixtures("inside")


def address(review: Review, verb: str = "") -> str:
    return f"/supervision/reviews/{review.pk}/{verb}"


def approve(browser: Browser, review: Review, comment: str = "") -> Any:
    return browser.post(address(review, "approve/"), {"version": "1", "comment": comment})


def test_it_waits_again_as_it_did_with_what_was_typed(
    his: Browser, thea: User, waiting: Review, sunil: User
) -> None:
    due = waiting.due_at
    actions.send_back_session(review=waiting, by=sunil, version=1, comment="What did you feel?")
    actions.submit_session(session=waiting.therapy_session, by=thea)
    Review.objects.filter(pk=waiting.pk).update(due_at=due)
    where = approve(his, waiting, comment="Well held.")["Location"]
    page = body(his.get(where))
    assert "Approved: Heron, " in page
    assert address(waiting, "undo/") in page
    answer = his.post(address(waiting, "undo/"))
    assert answer.status_code == 200
    assert "Your decision" in body(answer)
    assert answer.context["form"]["comment"].value() == "Well held."
    waiting.refresh_from_db()
    assert (waiting.state, waiting.decided_by, waiting.decided_at) == ("waiting", None, None)
    assert (waiting.due_at, waiting.comment) == (due, "What did you feel?")
    assert "Approved: Heron" not in body(his.get("/supervision/reviews/"))
    told = list(
        Notice.objects.filter(person=thea).order_by("created_at").values_list("text", flat=True)
    )
    assert told[-2:] == [
        "Sunil approved a session of yours.",
        "Sunil took an approval back: a session of yours waits again.",
    ]
    events = AuditEvent.objects.order_by("pk").values_list("kind", flat=True)
    assert list(events.filter(kind__startswith="approval")) == ["approval taken back"]


def test_pressed_twice_it_waits_once(his: Browser, waiting: Review) -> None:
    approve(his, waiting)
    assert his.post(address(waiting, "undo/")).status_code == 200
    assert his.post(address(waiting, "undo/")).status_code == 200
    assert AuditEvent.objects.filter(kind="approval taken back").count() == 1


def test_after_five_minutes_it_stands(
    waiting: Review, sunil: User, client_for: SignIn, time_machine: Any
) -> None:
    approve(client_for(sunil), waiting)
    at = Review.objects.get(pk=waiting.pk).decided_at
    assert at
    time_machine.move_to(at + dt.timedelta(minutes=5, seconds=1), tick=False)
    his = client_for(sunil)
    assert "undo/" not in body(his.get("/supervision/reviews/"))
    answer = his.post(address(waiting, "undo/"), follow=True)
    assert "within five minutes" in body(answer)
    assert Review.objects.get(pk=waiting.pk).is_approved


def test_what_was_sent_back_is_not_taken_back(his: Browser, waiting: Review, sunil: User) -> None:
    actions.send_back_session(review=waiting, by=sunil, version=1, comment="Say more.")
    assert "undo/" not in body(his.get("/supervision/reviews/"))
    assert his.post(address(waiting, "undo/")).status_code == 302
    waiting.refresh_from_db()
    assert waiting.state == "sent_back"


def test_another_supervisor_does_not_take_it_back(
    his: Browser, waiting: Review, petra: User, thea: User, ada: User, client_for: SignIn
) -> None:
    start_supervision(supervisor=petra, therapist=thea, since=TODAY(), by=ada)
    approve(his, waiting)
    hers = client_for(petra)
    assert "undo/" not in body(hers.get("/supervision/reviews/"))
    assert hers.post(address(waiting, "undo/")).status_code == 302
    assert Review.objects.get(pk=waiting.pk).is_approved


@pytest.mark.parametrize(
    ("who", "status"), [("thea", 403), ("ada", 403), ("petra", 404), ("otto", 404)]
)
def test_nobody_else_may(
    waiting: Review, who: str, status: int, client_for: SignIn, request: pytest.FixtureRequest
) -> None:
    browser = client_for(request.getfixturevalue(who))
    assert browser.post(address(waiting, "undo/")).status_code == status
    assert (
        client_for(request.getfixturevalue(who)).get(address(waiting, "undo/")).status_code == 405
    )
