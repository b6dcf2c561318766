"""Who may read and decide a review, what is asked of the form, and what the list costs."""

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from people.account_actions import change_person
from people.actions import NotAllowed, create_client
from people.models import Client, Supervision, User
from people.supervision_actions import end_supervision, start_supervision
from sessions_app.entries import TagEntry
from sessions_app.transfer_actions import transfer_cases
from supervision import review_actions as actions
from supervision.models import Review
from tests.conftest import TODAY, log, person

SignIn = Callable[[User], Browser]
pytestmark = pytest.mark.usefixtures("inside")
DAY = dt.timedelta(days=1)


def answers(browser: Browser, review: Review) -> set[int]:
    """What the review says to reading, approving and sending back."""
    at, said = f"/supervision/reviews/{review.pk}/", {"version": "1", "comment": "Say more."}
    got = {
        browser.get(at).status_code,
        browser.post(f"{at}approve/", said).status_code,
        browser.post(f"{at}back/", said).status_code,
    }
    review.refresh_from_db()
    assert review.is_waiting
    return got


def test_a_stranger_is_asked_to_sign_in(waiting: Review) -> None:
    assert answers(Browser(), waiting) == {302}
    assert Browser().get("/supervision/reviews/")["Location"].startswith("/accounts/login/")


def test_an_administrator_is_refused(client_for: SignIn, ada: User, waiting: Review) -> None:
    assert answers(client_for(ada), waiting) == {403}
    assert client_for(ada).get("/supervision/reviews/").status_code == 403
    state = f"/supervision/sessions/{waiting.therapy_session_id}/state/"
    assert client_for(ada).get(state).status_code == 403


def test_the_trainee_cannot_decide_on_their_own(
    hers: Browser, client_for: SignIn, ada: User, waiting: Review
) -> None:
    assert answers(hers, waiting) == {200, 403}
    both = ["therapist", "supervisor"]
    change_person(person=waiting.therapist, by=ada, roles=both, in_training=True)
    assert answers(client_for(waiting.therapist), waiting) == {200, 403}
    assert (
        "Nothing waits"
        in client_for(waiting.therapist).get("/supervision/reviews/").content.decode()
    )
    with pytest.raises(NotAllowed, match="whoever supervises you"):
        actions.approve_session(review=waiting, by=waiting.therapist, version=1)


def test_who_is_both_sees_both(his: Browser, sunil: User, ada: User, waiting: Review) -> None:
    change_person(person=sunil, by=ada, roles=sunil.roles, in_training=True)
    page = his.get("/supervision/reviews/").content.decode()
    assert "To read" in page
    assert "Not submitted yet" in page
    assert "You have no supervisor at the moment" in page


def test_a_supervision_that_ended_yesterday(his: Browser, ada: User, waiting: Review) -> None:
    assert "Heron" in his.get("/supervision/reviews/").content.decode()
    end_supervision(supervision=Supervision.objects.get(), until=TODAY() - DAY, by=ada)
    assert answers(his, waiting) == {404}
    assert "Heron" not in his.get("/supervision/reviews/").content.decode()


def test_one_that_starts_tomorrow(
    client_for: SignIn, clinic: Any, ada: User, waiting: Review
) -> None:
    petra = person(clinic, "Petra", "supervisor")
    start_supervision(supervisor=petra, therapist=waiting.therapist, since=TODAY() + DAY, by=ada)
    assert answers(client_for(petra), waiting) == {404}
    assert petra.notices.count() == 0


def test_a_colleague_and_another_organisation(
    client_for: SignIn, tom: User, otto: User, waiting: Review
) -> None:
    assert answers(client_for(tom), waiting) == {404, 403}, "whoever treats decides nothing"
    assert answers(client_for(otto), waiting) == {404}
    for verb in ("state", "submit"):
        where = f"/supervision/sessions/{waiting.therapy_session_id}/{verb}/"
        method = "get" if verb == "state" else "post"
        for other in (tom, otto):
            assert getattr(client_for(other), method)(where).status_code == 404


def test_a_supervisor_submits_nothing_of_a_supervisee(his: Browser, waiting: Review) -> None:
    where = f"/supervision/sessions/{waiting.therapy_session_id}/submit/"
    assert his.post(where).status_code == 403


def test_a_case_handed_over_takes_no_review_along(
    his: Browser, hers: Browser, client_for: SignIn, tom: User, ada: User, waiting: Review
) -> None:
    heron = waiting.therapy_session.client
    transfer_cases(clients=[heron], to=tom, by=ada, reason="On leave.", today=TODAY())
    for browser in (his, hers, client_for(tom)):
        assert browser.get(f"/supervision/reviews/{waiting.pk}/").status_code == 404
        assert "Heron" not in browser.get("/supervision/reviews/").content.decode()
    assert his.post(f"/supervision/reviews/{waiting.pk}/approve/").status_code == 404
    with pytest.raises(NotAllowed, match="with somebody else"):
        actions.submit_session(session=waiting.therapy_session, by=waiting.therapist)


def test_an_unknown_review_is_not_found(his: Browser) -> None:
    assert his.get(f"/supervision/reviews/{uuid.uuid4()}/").status_code == 404


def test_private_items_stay_private(his: Browser, trainee: User, heron: Client) -> None:
    session = log(
        heron, TagEntry(code="M2", visibility="private"), TagEntry(code="M1"),
        note="a hidden note", note_visibility="private", theme="our theme", agreed_task="a letter",
    )  # fmt: skip
    review = actions.submit_session(session=session, by=trainee)
    page = his.get(f"/supervision/reviews/{review.pk}/").content.decode()
    assert 'class="mark m1"' in page
    for hidden in ('class="mark m2"', "a hidden note", "our theme", "a letter"):
        assert hidden not in page


@pytest.mark.parametrize("comment", ["", "   "])
def test_without_a_comment_nothing_is_sent_back(
    his: Browser, sunil: User, waiting: Review, comment: str
) -> None:
    where = f"/supervision/reviews/{waiting.pk}/back/"
    answer = his.post(where, {"version": "1", "comment": comment})
    assert answer.status_code == 422
    assert "Write what to look at" in answer.content.decode()
    waiting.refresh_from_db()
    assert waiting.is_waiting
    with pytest.raises(NotAllowed, match="with a comment"):
        actions.send_back_session(review=waiting, by=sunil, version=1, comment=comment)


def test_a_comment_too_long_comes_back_whole(his: Browser, waiting: Review) -> None:
    long = "word " * 900
    where = f"/supervision/reviews/{waiting.pk}/approve/"
    answer = his.post(where, {"version": "1", "comment": long})
    assert answer.status_code == 422
    assert long.strip() in answer.content.decode()


@pytest.mark.parametrize("version", ["", "x", "0", "9" * 400])
def test_a_lost_version_decides_nothing(his: Browser, waiting: Review, version: str) -> None:
    where = f"/supervision/reviews/{waiting.pk}/approve/"
    assert his.post(where, {"version": version}).status_code == 409
    waiting.refresh_from_db()
    assert waiting.is_waiting


def test_the_wrong_method(hers: Browser, his: Browser, waiting: Review) -> None:
    at = f"/supervision/reviews/{waiting.pk}/"
    of = f"/supervision/sessions/{waiting.therapy_session_id}/"
    for where in (f"{at}approve/", f"{at}back/", f"{of}submit/", "/supervision/reviews/submit/"):
        assert his.get(where).status_code == 405
    for where in (at, "/supervision/reviews/", f"{of}state/"):
        assert hers.post(where).status_code == 405


# --- what it costs -------------------------------------------------------------------------------


def test_one_row_costs_what_thirty_do(
    his: Browser, hers: Browser, trainee: User, sunil: User, heron: Client
) -> None:
    def fill(count: int) -> None:
        for number in range(count):
            client = create_client(by=trainee, code_name=f"Reed {number} of {count}")
            rows = [
                actions.submit_session(session=log(client, days=days), by=trainee)
                for days in (9, 8, 7)
            ]
            log(client, days=6)
            actions.approve_session(review=rows[0], by=sunil, version=1)
            actions.send_back_session(review=rows[1], by=sunil, version=1, comment="More.")

    def costs() -> tuple[int, int, int]:
        review = Review.objects.filter(state="waiting")[0]
        pages = [(his, "/supervision/reviews/"), (hers, "/supervision/reviews/")]
        pages += [(his, f"/supervision/reviews/{review.pk}/")]
        return tuple(cost(*page) for page in pages)

    fill(1)
    few = costs()
    fill(29)
    assert costs() == few
    assert few == (9, 12, 16)  # his list and page put on record what they show


def cost(browser: Browser, where: str) -> int:
    """How many statements a page takes: the fewer of two, since being there is noted at times."""
    counts = []
    for _ in range(3):
        with CaptureQueriesContext(connection) as asked:
            assert browser.get(where).status_code == 200
        counts.append(len(asked))
    return min(counts)


def test_hours_left_are_counted_up(his: Browser, waiting: Review) -> None:
    soon = timezone.now() + dt.timedelta(minutes=10)
    Review.objects.filter(pk=waiting.pk).update(due_at=soon)
    assert "1<small>hour left" in his.get("/supervision/reviews/").content.decode()


def test_sent_back_again_with_other_words_the_newer_stand_and_are_told_once(
    waiting: Review, sunil: User, thea: User
) -> None:
    for comment in ("Look at the ending.", "Look at the beginning."):
        actions.send_back_session(review=waiting, by=sunil, version=1, comment=comment)
    waiting.refresh_from_db()
    assert waiting.comment == "Look at the beginning."
    assert thea.notices.filter(text__contains="sent a session of yours back").count() == 1
    with pytest.raises(NotAllowed, match=r"^You sent this session back"):
        actions.approve_session(review=waiting, by=sunil, version=1)
