"""Two devices, two tabs, two therapists: what one of them does loses nothing of another."""

import datetime as dt
import uuid
from dataclasses import replace
from typing import Any

from django.conf import settings
from django.test import Client as Browser
from django.urls import reverse

from impasses import actions as impasses
from impasses.models import Trial
from people import actions as people
from people import walls
from people.models import Client, User
from sessions_app import actions as sessions
from sessions_app.content import read_entry
from sessions_app.models import SessionDraft
from tests.conftest import PASSWORD, TODAY, ago, log, typed


def where(client: Client) -> str:
    return reverse("sessions:session_log", args=[client.pk])


def test_saving_here_leaves_the_draft_of_another_form(hers: Browser, heron: Client) -> None:
    phone = {"key": [str(uuid.uuid4())], "note": ["Typed on the phone."]}
    sessions.save_draft(by=heron.therapist, client=heron, body=phone)
    assert hers.post(where(heron), typed()).status_code == 302
    assert "Typed on the phone." in SessionDraft.objects.get().body
    assert "Typed on the phone." in hers.get(where(heron)).content.decode()


def test_a_step_ended_in_another_tab_is_still_answered_for(
    hers: Browser, stuck_heron: Client, thea: User
) -> None:
    step, _ = impasses.plan_suggestion(
        suggestion=stuck_heron.suggestions.live()[0], by=thea, today=TODAY(),
        therapist_words="Ask gently.", client_words="Say it.",
    )  # fmt: skip
    form = typed(**{f"trial-{step.pk}": "helped"})
    impasses.end_step(step=step, by=thea, today=TODAY())
    assert hers.post(where(stuck_heron), form).status_code == 302
    assert Trial.objects.get().outcome == "helped"


def test_a_step_of_another_client_is_not_answered_for(
    hers: Browser, stuck_heron: Client, wren: Client, thea: User
) -> None:
    step, _ = impasses.plan_suggestion(
        suggestion=stuck_heron.suggestions.live()[0], by=thea, today=TODAY(),
        therapist_words="Ask gently.", client_words="Say it.",
    )  # fmt: skip
    hers.post(where(wren), typed(**{f"trial-{step.pk}": "helped", "trial-x": "no"}))
    assert not Trial.objects.exists()


def test_sessions_that_cross_between_two_weeks_do_not_lock_each_other(
    transactional_db: None, thea: User, tom: User, heron: Client, at_once: Any
) -> None:
    other = people.create_client(by=tom, code_name="Wren")
    early, late = ago(21), ago(7)
    moved = [log(heron, days=21), log(other, days=7)]

    def cross(number: int) -> int:
        session = moved[number % 2]
        with walls.inside(heron.organisation_id):
            for turn in range(10):
                session.refresh_from_db()
                held_at = (early, late)[(turn + number) % 2] + dt.timedelta(hours=turn)
                entry = replace(read_entry(session), held_at=held_at)
                by = session.client.therapist
                sessions.amend_session(session=session, by=by, entry=entry, version=session.version)
        return 1

    assert sum(at_once(cross, 2)) == 2


def test_a_message_does_not_outlive_the_sign_in(thea: User, heron: Client, otto: User) -> None:
    browser = Browser()
    sign_in = {"login": thea.email, "password": PASSWORD}
    browser.post("/accounts/login/", sign_in)
    browser.post(reverse("people:client_pause", args=[heron.pk]))  # the answer never loads
    browser.post("/accounts/logout/")
    browser.post("/accounts/login/", sign_in | {"login": otto.email})
    assert b"Heron" not in browser.get("/today/").content
    assert set(browser.cookies) <= {settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME}


def test_a_frozen_broker_is_given_up_soon() -> None:
    options = settings.CELERY_BROKER_TRANSPORT_OPTIONS
    assert 0 < options["socket_timeout"] <= 3
    assert options["max_retries"] == 0
