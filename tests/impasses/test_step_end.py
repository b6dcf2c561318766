"""Taking a step out of play."""

from collections.abc import Callable

import pytest
from django.test import Client as Browser
from django.urls import reverse

from audit.models import AuditEvent
from impasses import actions as impasses
from impasses.models import PlanStep, Trial
from people.models import Client, User
from sessions_app.entries import TrialEntry
from tests.conftest import TODAY, log

SignIn = Callable[[User], Browser]
pytestmark = pytest.mark.usefixtures("inside")


@pytest.fixture
def step(stuck_heron: Client, thea: User) -> PlanStep:
    mine, _ = impasses.plan_suggestion(
        suggestion=stuck_heron.suggestions.live()[0], by=thea, today=TODAY(),
        therapist_words="Ask gently, then wait.", client_words="Say it aloud.",
    )  # fmt: skip
    log(stuck_heron, days=0, trials=(TrialEntry(step=mine.pk, outcome="partly"),))
    return mine


def end(browser: Browser, step: PlanStep) -> int:
    return browser.post(reverse("impasses:step_end", args=[step.pk])).status_code


def test_later_sessions_are_not_asked_and_the_answers_stay(
    step: PlanStep, thea: User, client_for: SignIn
) -> None:
    browser = client_for(thea)
    log_page = reverse("sessions:session_log", args=[step.client_id])
    assert b"Ask gently, then wait" in browser.get(log_page).content
    assert end(browser, step) == 302
    assert b"Ask gently, then wait" not in browser.get(log_page).content
    assert b"Say it aloud" in browser.get(log_page).content
    assert Trial.objects.get().outcome == "partly"
    assert AuditEvent.objects.filter(kind="plan step ended", target_id=step.pk).count() == 1


def test_the_session_that_answered_still_shows_it(
    step: PlanStep, thea: User, client_for: SignIn
) -> None:
    end(client_for(thea), step)
    session = Trial.objects.get().session_id
    page = client_for(thea).get(reverse("sessions:session_edit", args=[session]))
    assert b"Ask gently, then wait" in page.content


def test_ending_twice_is_ending_once(step: PlanStep, thea: User, client_for: SignIn) -> None:
    browser = client_for(thea)
    assert [end(browser, step), end(browser, step)] == [302, 302]
    assert AuditEvent.objects.filter(kind="plan step ended").count() == 1


def test_nobody_else_ends_it(
    step: PlanStep, ada: User, sunil: User, tom: User, otto: User, client_for: SignIn
) -> None:
    who = {"ada": ada, "sunil": sunil, "tom": tom, "otto": otto}
    answers = {name: end(client_for(user), step) for name, user in who.items()}
    assert answers == {"ada": 403, "sunil": 403, "tom": 404, "otto": 404}
    assert end(Browser(), step) == 302
    step.refresh_from_db()
    assert step.is_in_play


def test_looking_ends_nothing(step: PlanStep, thea: User, client_for: SignIn) -> None:
    answer = client_for(thea).get(reverse("impasses:step_end", args=[step.pk]))
    assert answer.status_code == 405
