"""Logging a session: the main job. Whatever goes wrong says so and keeps what was typed."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from people import actions as people
from people import walls
from people.models import Client, User
from sessions_app import actions as sessions
from sessions_app.models import CaseSnapshot, SessionDraft, TherapySession
from tests.conftest import TODAY, log, typed

CANARY = "a kingfisher over the river"
FULL: dict[str, Any] = {
    "attendance": "late",
    "minutes": "45",
    "format": "video",
    "M1": "on",
    "M1-intensity": "3",
    "M1-forms": ["M1a", "M1c"],
    "M1-visibility": "counts",
    "M4": "on",
    "M4-forms": ["M4c"],
    "M4c-how": "hopeless",
    "features": ["Y3c", "Y1a"],
    "Y3c-intensity": "3",
    "features-visibility": "private",
    "repair": "partly",
    "repair_steps": ["named", "owned"],
    "task": "not_done",
    "agreed_task": "Notice the urge to leave.",
    "theme": "Being left",
    "goals_reviewed": "on",
    "ambivalence": "on",
    "movement": "on",
    "context": "on",
    "safety": "on",
    "safety_checked": "on",
    "score-PHQ-9": "14",
    "score-A10": "7",
    "scores_by": "client",
    "note": CANARY,
    "note_visibility": "private",
    "process_note": "I grew impatient.",
}


def where(client: Client) -> str:
    return reverse("sessions:session_log", args=[client.pk])


def only(client: Client) -> TherapySession:
    with walls.inside(client.organisation_id):
        return TherapySession.objects.select_related("theme").get(client=client)


def count(client: Client) -> int:
    with walls.inside(client.organisation_id):
        return client.therapy_sessions.count()


# --- works -----------------------------------------------------------------------------------


def test_the_page_opens_for_the_first_session(hers: Browser, heron: Client) -> None:
    response = hers.get(where(heron))
    assert response.status_code == 200
    body = response.content.decode()
    assert 'type="datetime-local"' in body
    for name in (
        "Resistance",
        "Avoidance of difficult topics",
        "Repetitive patterns",
        "Lack of motivation",
        "Changes in the therapeutic relationship",
    ):
        assert f">{name}</label>" in body
    assert "Save session" in body


def test_a_date_is_all_that_is_needed(hers: Browser, heron: Client) -> None:
    response = hers.post(where(heron), typed())
    assert response.status_code == 302
    assert response["Location"] == reverse("sessions:case", args=[heron.pk])
    session = only(heron)
    assert (session.number, session.attendance, session.note) == (1, "attended", "")
    assert session.author == heron.therapist
    assert session.tags.count() == 0


def test_everything_on_the_page_is_kept(hers: Browser, heron: Client) -> None:
    assert hers.post(where(heron), typed(**FULL)).status_code == 302
    session = only(heron)
    for name in ("attendance", "format", "repair", "task", "agreed_task", "note", "process_note",
                 "note_visibility"):  # fmt: skip
        assert getattr(session, name) == FULL[name], name
    for name in ("goals_reviewed", "ambivalence", "movement", "context", "safety"):
        assert getattr(session, name) is True, name
    assert (session.minutes, session.repair_steps) == (45, ["named", "owned"])
    assert session.theme is not None
    assert session.theme.label == "Being left"
    tags = {tag.code: tag for tag in session.tags.all()}
    assert sorted(tags) == ["M1", "M4", "Y1a", "Y3c"]
    assert (tags["M1"].intensity, tags["M1"].sub_forms) == (3, ["M1a", "M1c"])
    assert (tags["M1"].visibility, tags["Y3c"].visibility) == ("counts", "private")
    assert (tags["M4"].how, tags["M4"].intensity) == ("hopeless", 2)
    assert (tags["Y3c"].intensity, tags["Y1a"].intensity) == (3, 2)
    scores = {s.instrument: s for s in session.measurements.all()}
    assert {name: int(score.total) for name, score in scores.items()} == {"PHQ-9": 14, "A10": 7}
    assert scores["A10"].on == session.held_at.date()
    heron.refresh_from_db()
    assert heron.goals_reviewed_on == session.held_at.date()


def test_the_moment_is_read_in_the_clinics_time_zone(
    hers: Browser, heron: Client, time_machine: Any
) -> None:
    time_machine.move_to("2026-07-10 12:00 +0000")
    hers.post(where(heron), typed() | {"held_at": "2026-07-08T14:00"})
    assert only(heron).held_at.isoformat() == "2026-07-08T13:00:00+00:00"


def test_a_mark_that_is_not_ticked_does_not_count_whatever_lies_under_it(
    hers: Browser, heron: Client
) -> None:
    hers.post(where(heron), typed(**{"M1-intensity": "3", "M1-forms": ["M1a"]}))
    assert only(heron).tags.count() == 0


@pytest.mark.parametrize("shared", [False, True])
def test_counter_transference_is_private_unless_shared(
    hers: Browser, heron: Client, shared: bool
) -> None:
    fields = {"M5": "on", "M5-forms": ["M5a", "M5c"]} | ({"M5c-shared": "on"} if shared else {})
    hers.post(where(heron), typed(**fields))
    tag = only(heron).tags.get()
    assert tag.forms_for(own=True) == ["M5a", "M5c"]
    assert tag.forms_for(own=False) == (["M5a", "M5c"] if shared else ["M5a"])
    assert tag.is_seen(own=False)


def test_counter_transference_alone_is_seen_by_nobody_else(hers: Browser, heron: Client) -> None:
    hers.post(where(heron), typed(M5="on", **{"M5-forms": ["M5c"]}))
    assert not only(heron).tags.get().is_seen(own=False)
    snapshot = CaseSnapshot.objects.get()
    assert snapshot.own_strip[0]["lanes"] == {"M5": 2}
    assert snapshot.shared_strip[0]["lanes"] == {}


def test_a_theme_of_before_is_used_again(hers: Browser, heron: Client) -> None:
    for label in ("Being left", "Being left", "Being Left"):
        hers.post(where(heron), typed(theme=label))
    assert sorted(theme.label for theme in heron.themes.all()) == ["Being Left", "Being left"]


@pytest.mark.parametrize("attendance", ["cancelled_by_client", "cancelled_by_therapist", "no_show"])
def test_a_session_that_was_not_held_has_no_number(
    hers: Browser, heron: Client, attendance: str
) -> None:
    log(heron, days=14)
    response = hers.post(where(heron), typed(attendance=attendance), follow=True)
    assert "The missed session saved." in response.content.decode()
    session = heron.therapy_sessions.get(attendance=attendance)
    assert session.number is None
    assert CaseSnapshot.objects.get().sessions_held == 1


def test_a_back_dated_session_takes_its_place_and_says_so(hers: Browser, heron: Client) -> None:
    first, last = log(heron, days=21), log(heron, days=7)
    response = hers.post(where(heron), typed(days=14), follow=True)
    assert "Session 2 saved." in response.content.decode()
    first.refresh_from_db()
    last.refresh_from_db()
    assert (first.number, last.number) == (1, 3)


def test_the_draft_is_gone_after_saving(hers: Browser, heron: Client) -> None:
    form = typed(note=CANARY)
    body = {name: [value] for name, value in form.items()}
    sessions.save_draft(by=heron.therapist, client=heron, body=body)
    assert CANARY in hers.get(where(heron)).content.decode()
    hers.post(where(heron), form)
    assert not SessionDraft.objects.exists()
    assert "This is your draft" not in hers.get(where(heron)).content.decode()


def test_last_times_marks_are_shown_and_not_ticked(hers: Browser, heron: Client) -> None:
    log(heron, "M2a", agreed_task="Write one page.")
    body = hers.get(where(heron)).content.decode()
    assert "last time" in body
    assert "Write one page." in body
    assert not re.search(r'name="M\d"[^>]*checked', body)


def test_an_ended_case_is_not_logged(hers: Browser, heron: Client) -> None:
    ended = people.end_client(client=heron, by=heron.therapist, reason="moved", on=TODAY())
    response = hers.get(where(ended), follow=True)
    assert "Reopen the case to log." in response.content.decode()
    response = hers.post(where(ended), typed(note=CANARY))
    assert response.status_code == 422
    assert "Heron has ended: reopen the case to log a session." in response.content.decode()
    assert CANARY in response.content.decode()
    assert count(heron) == 0


# --- nothing is doubled ----------------------------------------------------------------------


def test_a_stranger_is_sent_to_sign_in(heron: Client) -> None:
    for response in (Browser().get(where(heron)), Browser().post(where(heron), typed())):
        assert response.status_code == 302
        assert response["Location"].startswith(reverse("account_login"))
    assert count(heron) == 0


def test_an_administrator_may_not(ada: User, heron: Client, client_for: Any) -> None:
    assert client_for(ada).get(where(heron)).status_code == 403
    assert client_for(ada).post(where(heron), typed()).status_code == 403
    assert count(heron) == 0


def test_another_therapist_does_not_find_the_client(
    tom: User, heron: Client, client_for: Any
) -> None:
    assert client_for(tom).get(where(heron)).status_code == 404
    assert client_for(tom).post(where(heron), typed()).status_code == 404
    assert count(heron) == 0


def test_a_supervisor_sees_the_client_and_may_not_log(
    sunil: User, heron: Client, client_for: Any
) -> None:
    assert client_for(sunil).get(where(heron)).status_code == 403
    assert client_for(sunil).post(where(heron), typed()).status_code == 403
    assert count(heron) == 0


def test_another_organisation_does_not_find_the_client(
    otto: User, heron: Client, client_for: Any
) -> None:
    assert client_for(otto).get(where(heron)).status_code == 404
    assert client_for(otto).post(where(heron), typed()).status_code == 404
    assert count(heron) == 0


# --- wrong method, and how much it asks of the database --------------------------------------


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_other_methods_are_refused(hers: Browser, heron: Client, method: str) -> None:
    assert getattr(hers, method)(where(heron)).status_code == 405


def test_the_answer_is_never_kept_by_the_browser(hers: Browser, heron: Client) -> None:
    assert "no-store" in hers.get(where(heron))["Cache-Control"]


def test_the_number_of_queries_does_not_grow_with_the_history(hers: Browser, heron: Client) -> None:
    def queries() -> tuple[int, int]:
        with CaptureQueriesContext(connection) as opening:
            hers.get(where(heron))
        with CaptureQueriesContext(connection) as saving:
            hers.post(where(heron), typed(days=0, M5="on", theme="Being left"))
        return len(opening), len(saving)

    for days in range(40, 35, -1):
        log(heron, "M5a", days=days, theme="Being left", assess=True)
    few = queries()
    for days in range(35, 5, -1):
        log(heron, "M5a", days=days, theme="Being left")
    sessions.assess_case(client=heron, today=TODAY())
    queries()
    assert queries() <= (few[0], few[1] + 2)


def test_strain_is_asked_about_until_it_is_repaired_however_long_ago(
    hers: Browser, heron: Client
) -> None:
    asked = "Session 1 carried strain between you."
    address = f"/clients/{heron.pk}/sessions/new/"
    log(heron, "M5b", days=140)
    for days in range(130, 10, -6):
        log(heron, days=days)
    assert asked in hers.get(address).content.decode()
    log(heron, days=8, repair="repaired")
    log(heron, days=2)
    assert asked not in hers.get(address).content.decode()
