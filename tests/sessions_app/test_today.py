"""Today."""

import datetime as dt
import zoneinfo
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from impasses.actions import dismiss_suggestion, plan_suggestion
from people import actions as people
from people.models import Client, User
from sessions_app import actions
from sessions_app.caseload import case_rows, expected_after
from tests.conftest import TODAY, log

SignIn = Callable[[User], Browser]
LONDON = zoneinfo.ZoneInfo("Europe/London")


def body_of(browser: Browser) -> str:
    return browser.get("/today/").content.decode()


def test_a_session_that_was_expected_waits(client_for: SignIn, thea: User, heron: Client) -> None:
    log(heron, days=10)
    body = body_of(client_for(thea))
    assert "One session to log." in body
    assert "Expected " in body


def test_a_draft_is_finished_first(client_for: SignIn, thea: User, heron: Client) -> None:
    log(heron, days=10)
    actions.save_draft(by=thea, client=heron, body={"note": ["half"]})
    body = body_of(client_for(thea))
    assert "Finish the draft" in body
    assert "Log session" not in body


def test_of_what_ended_a_draft_alone_is_left(client_for: SignIn, thea: User, heron: Client) -> None:
    log(heron, "M5b", days=10, repair="unrepaired")
    draft = actions.save_draft(by=thea, client=heron, body={"note": ["half"]})
    people.end_client(client=heron, by=thea, reason="completed", on=TODAY())
    assert "Finish the draft" in body_of(client_for(thea))
    actions.discard_draft(draft=draft, by=thea)
    body = body_of(client_for(thea))
    assert "Heron" not in body
    assert "Begin with your first client" not in body, "there was one"


def test_strain_left_unrepaired_presses(client_for: SignIn, thea: User, heron: Client) -> None:
    for days in (9, 2):
        log(heron, "M5a", days=days, repair="unrepaired")
    assert "Strain left unrepaired for 2 sessions." in body_of(client_for(thea))


def test_what_has_loosened_does_not_press_and_is_not_stuck(
    client_for: SignIn, thea: User, heron: Client
) -> None:
    for days in (21, 14, 7):
        log(heron, days=days, movement=True, assess=True)
    browser = client_for(thea)
    assert "No case presses." in body_of(browser)
    assert "may have loosened" in browser.get(f"/clients/{heron.pk}/").content.decode()
    (row,) = case_rows(thea, Client.objects.treated_by(thea), today=TODAY())
    assert (row.stuck, row.is_pressing) == (0, False)
    assert row.prompt is not None
    assert row.prompt.title == "It may have loosened"


def test_a_dismissed_pattern_that_comes_back_unchanged_stays_quiet(
    client_for: SignIn, thea: User, stuck_heron: Client
) -> None:
    row = stuck_heron.suggestions.get()
    dismiss_suggestion(suggestion=row, by=thea, reason="No.")
    row.refresh_from_db()
    row.ended_at = timezone.now()
    row.save()
    log(stuck_heron, days=1, assess=True)
    again = stuck_heron.suggestions.live().get()
    assert (again.state, again.trace["dismissed"]) == ("offered", True)
    assert "No case presses." in body_of(client_for(thea))


def test_a_new_client_waits_for_the_first_session(
    client_for: SignIn, thea: User, heron: Client
) -> None:
    assert "first session" in body_of(client_for(thea))


def test_paused_clients_are_not_expected(client_for: SignIn, thea: User, heron: Client) -> None:
    log(heron, days=10)
    people.pause_client(client=heron, by=thea)
    assert "Nothing waits" in body_of(client_for(thea))


def test_without_clients_it_says_how_to_begin(client_for: SignIn, thea: User) -> None:
    assert "New client" in body_of(client_for(thea))


def test_a_stranger_is_asked_to_sign_in(client: Browser, db: None) -> None:
    assert client.get("/today/")["Location"].startswith("/accounts/login/")


def test_an_administrator_is_refused(client_for: SignIn, ada: User) -> None:
    assert client_for(ada).get("/today/").status_code == 403


def test_clients_of_others_stay_unseen(
    client_for: SignIn, tom: User, sunil: User, otto: User, heron: Client
) -> None:
    for other in (tom, sunil, otto):
        assert "Heron" not in body_of(client_for(other))


def test_only_reading_is_answered(client_for: SignIn, thea: User) -> None:
    assert client_for(thea).post("/today/").status_code == 405


@pytest.mark.parametrize(("rhythm", "days"), [("weekly", 7), ("fortnightly", 14), ("monthly", 28)])
def test_the_rhythm_keeps_the_hour_over_a_change_of_clocks(rhythm: str, days: int) -> None:
    last = dt.datetime(2026, 10, 20, 10, tzinfo=LONDON)
    with timezone.override(LONDON):
        due = expected_after(last, rhythm)
    assert due == dt.datetime(2026, 10, 20, 10, tzinfo=LONDON) + dt.timedelta(days=days)
    assert due is not None
    assert due.hour == 10


def test_as_needed_expects_nothing() -> None:
    assert expected_after(dt.datetime(2026, 10, 20, 10, tzinfo=LONDON), "as_needed") is None


@pytest.mark.parametrize(("path", "pinned"), [("/today/", 10), ("/clients/", 7)])
def test_queries_do_not_grow(
    client_for: SignIn, thea: User, inside: None, path: str, pinned: int
) -> None:
    counts = []
    for names in (range(3), range(3, 30)):
        for number in names:
            client = people.create_client(by=thea, code_name=f"Bird {number}", started_on=TODAY())
            log(client, "M1", days=7)
        browser = client_for(thea)
        browser.get(path)
        with CaptureQueriesContext(connection) as queries:
            browser.get(path)
        counts.append(len(queries))
    assert counts == [pinned, pinned]


def test_what_was_agreed_with_those_expected_today(
    client_for: SignIn, thea: User, stuck_heron: Client
) -> None:
    plan_suggestion(
        suggestion=stuck_heron.suggestions.live()[0], by=thea, today=TODAY(),
        therapist_words="Ask gently, then wait.", client_words="Say it aloud.",
    )  # fmt: skip
    people.create_client(by=thea, code_name="Wren")
    for days in (14, 7):
        log(Client.objects.get(code_name="Wren"), days=days, agreed_task="A letter to bring.")
    page = " ".join(client_for(thea).get("/today/").content.decode().split())
    assert "<b>You:</b> Ask gently, then wait." in page
    assert "<b>Heron:</b> Say it aloud." in page
    assert "<b>For this session:</b> A letter to bring." in page
    assert "Two steps in play to ask about." in page
