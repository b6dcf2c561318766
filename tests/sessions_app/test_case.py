"""The case page."""

import datetime as dt
import re
import uuid
import zoneinfo
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from audit.models import AuditEvent
from impasses import actions as impasses
from impasses.models import Suggestion
from people import actions as people
from people import supervision_actions as supervisions
from people.models import Client, Supervision, User
from sessions_app import actions as sessions
from sessions_app.entries import ScoreEntry, TagEntry, TrialEntry
from sessions_app.models import TherapySession
from tests.conftest import log

pytestmark = pytest.mark.usefixtures("inside")
SignIn = Callable[[User], Browser]
MOST_QUERIES = 21


def address(client: Client) -> str:
    return reverse("sessions:case", args=[client.pk])


def text(answer: Any) -> str:
    """The page without its markup, in one line."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", answer.content.decode()))


@pytest.fixture
def hers(thea: User, client_for: SignIn) -> Browser:
    return client_for(thea)


def test_it_says_where_the_case_stands_and_what_the_pattern_suggests(
    stuck_heron: Client, hers: Browser
) -> None:
    page = hers.get(address(stuck_heron))
    assert page.status_code == 200
    assert "Stuck for 4 held sessions." in text(page)
    assert '<h2 id="pattern-title">What the pattern suggests</h2>' in page.content.decode()
    assert text(page).count("Why am I seeing this?") >= 1
    assert "Rule R1, version 1:" in text(page)
    assert reverse("sessions:session_log", args=[stuck_heron.pk]) in page.content.decode()


def test_an_empty_case_says_what_to_do(heron: Client, hers: Browser) -> None:
    page = text(hers.get(address(heron)))
    assert "No session held yet." in page
    assert "Log the first one" in page
    assert "A pattern needs 3 held sessions." in page


def test_a_calm_case_says_what_was_looked_at(heron: Client, hers: Browser) -> None:
    for days in (28, 21, 14):
        log(heron, days=days, assess=True)
    page = text(hers.get(address(heron)))
    assert "Nothing stands out." in page
    assert "in the latest of 3 held sessions" in page


def test_a_young_case_says_how_many_sessions_are_missing(heron: Client, hers: Browser) -> None:
    log(heron, "M1", assess=True)
    assert "1 of the 3 held sessions that a pattern needs is there." in text(
        hers.get(address(heron))
    )


def test_each_session_is_one_link_with_a_text_equivalent(heron: Client, hers: Browser) -> None:
    held = log(
        heron,
        TagEntry(code="M2", intensity=3),
        "M5",
        repair="partly",
        scores=(ScoreEntry(instrument="A10", total=Decimal(7)),),
    )
    missed = log(heron, days=2, attendance="no_show", minutes=None)
    page = hers.get(address(heron)).content.decode()
    for session in (held, missed):
        assert f'<a class="tl-session" href="/sessions/{session.pk}/"' in page
    assert "Avoidance 3 of 3, Alliance strain 2 of 3, partly repaired; alliance score 7" in page
    assert re.search(r'aria-label="No-show, \w{3} \d+ \w{3}', page)


def test_strain_left_unrepaired_is_said(heron: Client, hers: Browser) -> None:
    for days in (14, 7):
        log(heron, "M5", days=days, repair="unrepaired", assess=True)
    assert "Strain left unrepaired for 2 sessions." in text(hers.get(address(heron)))


def test_an_open_safety_concern_stands_above_everything(heron: Client, hers: Browser) -> None:
    log(heron, days=14, safety=True, assess=True)
    assert "A safety concern stands since" in text(hers.get(address(heron)))
    log(heron, days=7, safety_checked=True, assess=True)
    assert "A safety concern stands since" not in text(hers.get(address(heron)))


def test_one_prompt_first_and_the_others_folded_below(heron: Client, hers: Browser) -> None:
    for days in (28, 21, 14, 7):
        log(heron, "M5b", "M4a", "M2a", days=days, assess=True)
    page = hers.get(address(heron)).content.decode()
    first, *others = Suggestion.objects.live().filter(client=heron).order_by("rank")
    assert others
    prompt, folded = page.split("pattern fired" if len(others) == 1 else "patterns fired")
    assert str(first.pk) in prompt
    assert all(f'aria-labelledby="claim-{row.pk}"' in folded for row in others)
    assert page.count('class="btn btn-primary" href="/suggestions/') == 1


def test_decided_suggestions_stand_in_a_quiet_list(
    stuck_heron: Client, hers: Browser, thea: User
) -> None:
    impasses.dismiss_suggestion(
        suggestion=stuck_heron.suggestions.get(rule="R1"), by=thea, reason="It was the holiday."
    )
    page = text(hers.get(address(stuck_heron)))
    assert "Decided already" in page
    assert "It was the holiday." in page


def test_the_plan_shows_steps_in_play_and_their_outcomes(
    stuck_heron: Client, hers: Browser, thea: User
) -> None:
    step, _ = impasses.plan_suggestion(
        suggestion=stuck_heron.suggestions.get(rule="R1"),
        by=thea,
        today=timezone.localdate(),
        therapist_words="Ask, then wait.",
        client_words="Say one thing.",
    )
    log(stuck_heron, days=1, trials=(TrialEntry(step=step.pk, outcome="partly"),), assess=True)
    page = text(hers.get(address(stuck_heron)))
    assert "Ask, then wait." in page
    assert "Partly, session 5" in page


def test_a_draft_that_waits_is_said(heron: Client, hers: Browser, thea: User) -> None:
    draft = sessions.save_draft(by=thea, client=heron, body={"key": [str(uuid.uuid4())]})
    zone = zoneinfo.ZoneInfo(thea.organisation.time_zone)
    saved_at = f"{draft.saved_at.astimezone(zone):%H:%M}"
    page = hers.get(address(heron)).content.decode()
    assert f"A draft from {saved_at} is waiting." in page
    assert f'<a href="/clients/{heron.pk}/sessions/new/">Go on writing</a>' in page


def test_paused_and_ended_are_said(heron: Client, hers: Browser, thea: User) -> None:
    people.pause_client(client=heron, by=thea)
    assert "Paused: no session is expected." in text(hers.get(address(heron)))
    people.end_client(client=heron, by=thea, reason="completed", on=timezone.localdate())
    page = hers.get(address(heron))
    assert "the work was completed" in text(page)
    assert "Log session" not in text(page)
    assert reverse("people:client_reopen", args=[heron.pk]) in page.content.decode()


def test_while_reasoning_failed_the_session_is_there_and_suggestions_are_being_prepared(
    heron: Client, hers: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr(impasses, "evaluate_rule", broken)
    log(heron, "M5b")
    with pytest.raises(RuntimeError):
        sessions.assess_case(client=heron, today=timezone.localdate())
    page = hers.get(address(heron))
    assert TherapySession.objects.filter(client=heron).count() == 1
    assert "Suggestions are being prepared." in text(page)
    assert f'hx-get="/clients/{heron.pk}/suggestions/"' in page.content.decode()
    assert "Nothing stands out" not in text(page)


def test_long_histories_are_shown_window_by_window(heron: Client, hers: Browser) -> None:
    logged = [log(heron, days=7 * weeks) for weeks in range(30, 0, -1)]
    page = hers.get(address(heron)).content.decode()
    assert page.count('class="tl-session"') == 27
    assert f"?before={logged[3].pk}" in page
    earlier = hers.get(f"{address(heron)}?before={logged[3].pk}").content.decode()
    assert earlier.count('class="tl-session"') == 3
    assert "Latest sessions" in earlier


@pytest.mark.parametrize("before", ["nonsense", "", str(uuid.UUID(int=7)), "0" * 4000])
def test_bad_input_shows_the_latest_sessions(heron: Client, hers: Browser, before: str) -> None:
    log(heron)
    page = hers.get(address(heron), {"before": before})
    assert page.status_code == 200
    assert page.content.decode().count('class="tl-session"') == 1


def queries(browser: Browser, client: Client) -> int:
    browser.get(address(client))
    with CaptureQueriesContext(connection) as seen:
        assert browser.get(address(client)).status_code == 200
    return len(seen)


def test_the_number_of_queries_is_fixed(stuck_heron: Client, hers: Browser, thea: User) -> None:
    log(stuck_heron, "M5b", days=1, assess=True)
    few = queries(hers, stuck_heron)
    for days in range(30, 85):
        log(stuck_heron, "M1c", "M5b", days=days, repair="unrepaired")
    sessions.assess_case(client=stuck_heron, today=timezone.localdate())
    assert queries(hers, stuck_heron) == few <= MOST_QUERIES


def test_a_supervisor_reads_without_being_able_to_change(
    stuck_heron: Client, sunil: User, client_for: SignIn
) -> None:
    log(stuck_heron, days=2, note="Mine alone.", note_visibility="private", assess=True)
    people.edit_client(
        client=stuck_heron,
        by=stuck_heron.therapist,
        code_name="Heron",
        rhythm="weekly",
        started_on=stuck_heron.started_on,
        focus="A focus of hers.",
        goals="",
        version=1,
    )
    page = client_for(sunil).get(address(stuck_heron))
    assert "You are reading as supervisor. One note is private." in text(page)
    assert "Opening it is put on record." in text(page)
    assert "Rule R1" in text(page)
    for hidden in ("Log session", "Plan it", "Dismiss", "A focus of hers.", "Mine alone."):
        assert hidden not in text(page)


def test_each_reading_of_a_supervisor_is_on_record_of_a_part_too(
    stuck_heron: Client, sunil: User, client_for: SignIn, hers: Browser
) -> None:
    read = AuditEvent.objects.filter(kind="case read")
    hers.get(address(stuck_heron))
    assert read.count() == 0
    client_for(sunil).get(address(stuck_heron))
    assert read.count() == 1
    client_for(sunil).get(reverse("sessions:case_suggestions", args=[stuck_heron.pk]))
    assert read.count() == 2


def test_a_supervisor_sees_no_private_mark_and_no_count_on_its_session(
    heron: Client, sunil: User, client_for: SignIn
) -> None:
    log(
        heron,
        TagEntry(code="M1", visibility="private"),
        TagEntry(code="M5", visibility="counts"),
        TagEntry(code="M3"),
        repair="unrepaired",
        assess=True,
    )
    page = client_for(sunil).get(address(heron)).content.decode()
    assert 'aria-label="Session 1,' in page
    assert "Repetition 2 of 3" in page
    for hidden in ("Resistance 2 of 3", "Alliance strain 2 of 3", ">unrepaired</td>"):
        assert hidden not in page


def test_a_supervisor_sees_no_step_that_rests_on_a_private_mark(
    heron: Client, sunil: User, thea: User, client_for: SignIn
) -> None:
    for days in (28, 21, 14, 7):
        log(heron, TagEntry(code="M5", visibility="private"), days=days, assess=True)
    impasses.plan_suggestion(
        suggestion=heron.suggestions.get(rule="R1", ended_at=None),
        by=thea,
        today=timezone.localdate(),
        therapist_words="Hers.",
        client_words="Theirs.",
    )
    page = text(client_for(sunil).get(address(heron)))
    assert "Nothing is being tried yet." in page
    assert "R1" not in page


def test_anonymous(stuck_heron: Client) -> None:
    answer = Browser().get(address(stuck_heron))
    assert answer.status_code == 302
    assert reverse("account_login") in answer["Location"]


def test_wrong_role(stuck_heron: Client, ada: User, client_for: SignIn) -> None:
    assert client_for(ada).get(address(stuck_heron)).status_code == 403


def test_another_therapists_client(stuck_heron: Client, tom: User, client_for: SignIn) -> None:
    assert client_for(tom).get(address(stuck_heron)).status_code == 404


def test_an_ended_supervision(stuck_heron: Client, sunil: User, client_for: SignIn) -> None:
    supervisions.end_supervision(
        supervision=Supervision.objects.get(supervisor=sunil),
        until=timezone.localdate() - dt.timedelta(days=1),
        by=sunil,
    )
    assert client_for(sunil).get(address(stuck_heron)).status_code == 404


def test_another_organisation(stuck_heron: Client, otto: User, client_for: SignIn) -> None:
    assert client_for(otto).get(address(stuck_heron)).status_code == 404


def test_wrong_method(stuck_heron: Client, hers: Browser) -> None:
    assert hers.post(address(stuck_heron)).status_code == 405
