"""Changing a session: its history is kept, and nobody overwrites anybody."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.urls import reverse

from impasses.models import Suggestion
from people import walls
from people.models import Client, User
from sessions_app import actions as sessions
from sessions_app import content
from sessions_app.models import CaseSnapshot, SessionDraft, SessionRevision, TherapySession
from tests.conftest import log, typed

FIRST, SECOND, THIRD = "first kingfisher", "second kingfisher", "third kingfisher"


def where(session: TherapySession) -> str:
    return reverse("sessions:session_edit", args=[session.pk])


def now(session: TherapySession) -> TherapySession:
    with walls.inside(session.organisation_id):
        return TherapySession.objects.select_related("theme").get(pk=session.pk)


def change(days: int = 7, *, version: int | str = 1, **fields: Any) -> dict[str, Any]:
    """What the page of a session of some days ago posts, begun from a version."""
    return typed(days, version=version) | fields


@pytest.fixture
def session(heron: Client) -> TherapySession:
    return log(heron, "M2a", note=FIRST, theme="Being left", minutes=None)


# --- works -----------------------------------------------------------------------------------


def test_the_page_shows_what_was_saved(hers: Browser, session: TherapySession) -> None:
    body = hers.get(where(session)).content.decode()
    assert FIRST in body
    assert "Being left" in body
    assert 'name="version" value="1"' in body
    assert re.search(r'name="M2"[^>]*checked', body)
    assert not re.search(r'name="M1"[^>]*checked', body)


def test_a_change_keeps_what_was_before_sealed(hers: Browser, session: TherapySession) -> None:
    response = hers.post(where(session), change(note=SECOND))
    assert response.status_code == 302
    assert response["Location"] == reverse("sessions:case", args=[session.client_id])
    after = now(session)
    assert (after.note, after.version, after.number) == (SECOND, 2, 1)
    assert after.changed_by == session.author
    assert after.changed_at > session.changed_at
    revision = SessionRevision.objects.get()
    before = content.from_text(revision.content)
    assert (revision.version, revision.written_by) == (1, session.author)
    assert revision.written_at == session.changed_at
    assert (before["note"], before["theme"]) == (FIRST, "Being left")
    assert before["tags"][0]["sub_forms"] == ["M2a"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT content FROM sessions_app_sessionrevision")
        assert "kingfisher" not in cursor.fetchone()[0]


def test_each_change_adds_a_revision_in_order(hers: Browser, session: TherapySession) -> None:
    hers.post(where(session), change(note=SECOND))
    hers.post(where(session), change(version=2, note=THIRD))
    kept = [
        content.from_text(r.content)["note"] for r in SessionRevision.objects.order_by("version")
    ]
    assert kept == [FIRST, SECOND]
    assert now(session).note == THIRD


def test_a_change_of_nothing_leaves_no_revision(
    hers: Browser, heron: Client, session: TherapySession
) -> None:
    """The page as it was shown, posted back field by field."""
    full = log(
        heron, "M1a", "M5c", "Y3c", days=3, note="two\r\nlines ", process_note=" p",
        theme="Being left", agreed_task="Rest.", task="done", repair="partly",
        repair_steps=("named", "changed"), safety=True, note_visibility="private",
    )  # fmt: skip
    for one in (session, full):
        page = hers.get(where(one))
        response = hers.post(where(one), as_posted(page))
        assert response.status_code == 302
        assert now(one).version == 1
    assert not SessionRevision.objects.exists()
    assert now(full).note == "two\r\nlines "


def as_posted(page: Any) -> dict[str, Any]:
    """The fields a browser would send for the form as it stands on the page."""
    form, posted = page.context["form"], {}
    for bound in form:
        value = bound.value()
        if bound.name == "held_at":
            value = re.search(r'name="held_at"[^>]*value="([^"]*)"', page.content.decode())[1]  # type: ignore[index]
        if value not in (None, False, "", []):
            posted[bound.html_name] = "on" if value is True else value
    return posted | {"version": page.context["version"], "key": page.context["key"]}


def test_scores_and_their_day_come_back_unchanged(hers: Browser, heron: Client) -> None:
    hers.post(reverse("sessions:session_log", args=[heron.pk]), typed(**{"score-PHQ-9": "14.0"}))
    one = heron.therapy_sessions.get()
    hers.post(where(one), as_posted(hers.get(where(one))))
    assert now(one).version == 1


def test_a_change_is_assessed_anew_and_takes_findings_back(
    hers: Browser, stuck_heron: Client
) -> None:
    assert list(stuck_heron.suggestions.live().values_list("rule", flat=True)) == ["R1"]
    for one in stuck_heron.therapy_sessions.all():
        hers.post(where(one), {"version": 1, "held_at": f"{one.held_at:%Y-%m-%dT%H:%M}"})
    assert not stuck_heron.suggestions.live().exists()
    row = stuck_heron.suggestions.order_by("created_at").last()
    assert row is not None
    assert row.state == Suggestion.State.SUPERSEDED
    assert row.ended_at is not None
    assert not CaseSnapshot.objects.get().is_waiting


def test_a_session_moved_to_another_day_takes_its_number_there(
    hers: Browser, heron: Client
) -> None:
    first, second, third = (log(heron, days=days) for days in (21, 14, 7))
    response = hers.post(where(third), change(days=30), follow=True)
    assert "Session 1 changed." in response.content.decode()
    assert [now(one).number for one in (third, first, second)] == [1, 2, 3]


def test_a_session_that_was_not_held_after_all_gives_its_number_away(
    hers: Browser, heron: Client
) -> None:
    first, second = log(heron, days=14), log(heron, days=7)
    hers.post(where(first), change(days=14, attendance="no_show"))
    assert [now(one).number for one in (first, second)] == [None, 1]
    assert CaseSnapshot.objects.get().sessions_held == 1
    hers.post(where(first), change(days=14, version=2, attendance="late"))
    assert [now(one).number for one in (first, second)] == [1, 2]


# --- nobody overwrites anybody ---------------------------------------------------------------


def test_a_stale_edit_shows_both_and_loses_neither(hers: Browser, session: TherapySession) -> None:
    hers.post(where(session), change(note=SECOND))
    response = hers.post(where(session), change(note=THIRD))
    body = response.content.decode()
    assert response.status_code == 409
    assert SECOND in body
    assert THIRD in body
    assert now(session).note == SECOND
    assert SessionRevision.objects.count() == 1
    assert 'name="version" value="2"' in body
    assert hers.post(where(session), change(version=2, note=THIRD)).status_code == 302
    assert now(session).note == THIRD
    kept = [
        content.from_text(r.content)["note"] for r in SessionRevision.objects.order_by("version")
    ]
    assert kept == [FIRST, SECOND]


def test_a_stale_edit_with_a_mistake_does_not_become_a_fresh_one(
    hers: Browser, session: TherapySession
) -> None:
    """Another device saved; this one posts something invalid first, mends it, and posts again."""
    hers.post(where(session), change(note=SECOND))
    response = hers.post(where(session), change(note=THIRD, held_at=""))
    assert response.status_code == 422
    assert 'name="version" value="1"' in response.content.decode()
    assert hers.post(where(session), change(note=THIRD)).status_code == 409
    assert now(session).note == SECOND


def test_a_draft_that_is_behind_meets_both_versions(hers: Browser, session: TherapySession) -> None:
    autosave = reverse("sessions:edit_draft_save", args=[session.pk])
    hers.post(autosave, change(note=THIRD))
    sessions.amend_session(
        session=session,
        by=session.author,
        version=1,
        entry=content.read_entry(session).__class__(held_at=session.held_at, note=SECOND),
    )
    # The change came from the same author and took the draft along: another device types on.
    hers.post(autosave, change(note=THIRD))
    page = hers.get(where(session))
    assert "The session was changed after you began it." in page.content.decode()
    assert page.context["version"] in ("1", 1)
    assert hers.post(where(session), change(note=THIRD)).status_code == 409
    assert now(session).note == SECOND


@pytest.mark.parametrize("version", ["", "0", "x", "2", "-1", "9" * 5000, "\u0661"])
def test_a_version_that_is_none_of_ours_never_overwrites(
    hers: Browser, session: TherapySession, version: str
) -> None:
    response = hers.post(where(session), change(version=version, note=SECOND))
    if version == "\u0661":  # an Arabic digit one
        assert response.status_code in (302, 409)
        return
    assert response.status_code == 409
    assert now(session).note == FIRST


def test_of_two_edits_at_once_one_is_told(
    transactional_db: None, thea: User, heron: Client, client_for: Any, at_once: Any
) -> None:
    session = log(heron, note=FIRST)
    browsers = [client_for(thea) for _ in range(8)]
    answers = at_once(lambda n: browsers[n].post(where(session), change(note=f"kingfisher {n}")), 8)
    assert sorted(a.status_code for a in answers) == [302, *[409] * 7]
    winner = next(n for n, answer in enumerate(answers) if answer.status_code == 302)
    assert now(session).note == f"kingfisher {winner}"
    for number, answer in enumerate(answers):
        if number != winner:
            assert f"kingfisher {number}" in answer.content.decode()
    assert now(session).version == 2


def test_two_equal_edits_at_once_are_one_change(
    transactional_db: None, thea: User, heron: Client, client_for: Any, at_once: Any
) -> None:
    """A double click: the second one says the same as what stands now."""
    session = log(heron, note=FIRST)
    browsers = [client_for(thea) for _ in range(4)]
    at_once(lambda n: browsers[n].post(where(session), change(note=SECOND)), 4)
    with walls.inside(heron.organisation_id):
        assert SessionRevision.objects.count() == 1
    assert now(session).note == SECOND


# --- a draft of an edit ----------------------------------------------------------------------


def test_a_draft_of_an_edit_comes_back_and_the_session_stands(
    hers: Browser, session: TherapySession
) -> None:
    autosave = reverse("sessions:edit_draft_save", args=[session.pk])
    answer = hers.post(autosave, change(note=SECOND, held_at=""))
    assert answer.json()["status"] == "saved"
    body = hers.get(where(session)).content.decode()
    assert SECOND in body
    assert "The session itself still stands as it was saved." in body
    assert now(session).note == FIRST
    hers.post(where(session), change(note=SECOND))
    assert not SessionDraft.objects.exists()


def test_a_draft_of_an_edit_can_be_discarded(hers: Browser, session: TherapySession) -> None:
    hers.post(reverse("sessions:edit_draft_save", args=[session.pk]), change(note=SECOND))
    hers.post(reverse("sessions:edit_draft_discard", args=[session.pk]))
    body = hers.get(where(session)).content.decode()
    assert FIRST in body
    assert SECOND not in body


# --- who may not, bad input, wrong method ----------------------------------------------------


def test_a_stranger_is_sent_to_sign_in(session: TherapySession) -> None:
    response = Browser().post(where(session), change(note=SECOND))
    assert response["Location"].startswith(reverse("account_login"))
    assert now(session).note == FIRST


@pytest.mark.parametrize(
    ("who", "status"), [("ada", 403), ("sunil", 403), ("tom", 404), ("otto", 404)]
)
def test_nobody_but_the_therapist_may_change_it(
    session: TherapySession, request: pytest.FixtureRequest, client_for: Any, who: str, status: int
) -> None:
    theirs = client_for(request.getfixturevalue(who))
    assert theirs.get(where(session)).status_code == status
    response = theirs.post(where(session), change(note=SECOND))
    assert response.status_code == status
    assert FIRST not in response.content.decode()
    assert now(session).note == FIRST


def test_bad_input_keeps_what_was_typed_and_what_was_saved(
    hers: Browser, session: TherapySession
) -> None:
    response = hers.post(where(session), change(note=SECOND, **{"score-A10": "11"}))
    body = response.content.decode()
    assert response.status_code == 422
    assert "run from 0 to 10." in body
    assert SECOND in body
    assert now(session).note == FIRST


def test_a_stale_token_keeps_what_was_typed(thea: User, session: TherapySession) -> None:
    strict = Browser(enforce_csrf_checks=True)
    strict.force_login(thea)
    response = strict.post(where(session), change(note=SECOND))
    assert response.status_code == 403
    assert SECOND in response.content.decode()
    assert 'name="version" value="1"' in response.content.decode()
    assert now(session).note == FIRST


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_other_methods_are_refused(hers: Browser, session: TherapySession, method: str) -> None:
    assert getattr(hers, method)(where(session)).status_code == 405
