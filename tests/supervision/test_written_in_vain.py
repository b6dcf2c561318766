"""What was written for a place that is gone meanwhile comes back to whoever wrote it."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.test import Client as Browser

from people.models import Client as Case
from people.models import Supervision, User
from supervision.models import AgendaItem, Meeting
from tests.conftest import TODAY
from tests.supervision.conftest import body

SignIn = Callable[[User], Browser]
WORDS = "The pauses grew longer."


def end_supervision() -> None:
    yesterday = TODAY() - dt.timedelta(days=1)
    Supervision.objects.update(since=yesterday, until=yesterday)


@pytest.mark.parametrize("of", ["sunil", "thea"])
def test_notes_of_a_meeting_one_may_not_open_any_more(
    meeting: Meeting, of: str, client_for: SignIn, request: pytest.FixtureRequest
) -> None:
    browser = client_for(request.getfixturevalue(of))
    end_supervision()
    answer = browser.post(f"/supervision/meetings/{meeting.pk}/", {"notes": WORDS, "version": "1"})
    assert answer.status_code == 404
    assert "Not saved: what you wrote" in body(answer)
    assert WORDS in body(answer)
    assert "Not saved" not in body(browser.get(f"/supervision/meetings/{meeting.pk}/"))


def test_a_question_when_nobody_supervises_any_more(
    meeting: Meeting, thea: User, heron: Case, client_for: SignIn
) -> None:
    browser = client_for(thea)
    end_supervision()
    answer = browser.post(f"/supervision/cases/{heron.pk}/bring/", {"question": WORDS})
    assert answer.status_code == 422
    assert "Nobody supervises you today." in body(answer)
    assert WORDS in body(answer)
    assert not AgendaItem.objects.exists()


def test_a_token_and_single_words_are_not_shown(thea: User, client_for: SignIn) -> None:
    gone = "/supervision/meetings/0197c2f4-0000-7000-8000-000000000000/"
    answer = client_for(thea).post(gone, {"version": "17", "notes": ""})
    assert answer.status_code == 404
    assert "Not saved" not in body(answer)
