"""Saving, changing and drafting at the level of the actions: what holds whoever calls them."""

import datetime as dt
import json
import uuid
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from impasses import actions as impasses
from impasses.models import Trial
from people import actions as people
from people.actions import NotAllowed
from people.models import Client, StalePeriod, User
from sessions_app import actions as sessions
from sessions_app import content
from sessions_app.actions import DraftTaken, StaleEdit
from sessions_app.content import read_entry
from sessions_app.entries import ScoreEntry, SessionEntry, TagEntry, TrialEntry
from sessions_app.models import CaseSnapshot, SessionDraft, Tag, TherapySession
from tests.conftest import TODAY, ago, log

FULL = SessionEntry(
    held_at=ago(3),
    attendance="late",
    minutes=45,
    format="phone",
    tags=(
        TagEntry(code="M4", intensity=3, sub_forms=("M4a", "M4c"), how="complaint"),
        TagEntry(code="M5", sub_forms=("M5c",), private_forms=("M5c",), visibility="counts"),
        TagEntry(code="Y3c", intensity=1, visibility="private"),
    ),
    repair="unrepaired",
    repair_steps=("named",),
    task="partly",
    agreed_task="Rest.",
    theme="Being left",
    goals_reviewed=True,
    ambivalence=True,
    movement=True,
    context=True,
    safety=True,
    safety_checked=True,
    scores=(
        ScoreEntry(instrument="GAD-7", total=Decimal("7.0"), completed_by="therapist", on=TODAY()),
        ScoreEntry(instrument="PHQ-9", total=Decimal("14.5"), on=TODAY()),
    ),
    note="a note",
    note_visibility="private",
    process_note="a process note",
)


def save(client: Client, entry: SessionEntry, key: uuid.UUID | None = None) -> TherapySession:
    return sessions.log_session(
        client=client, by=client.therapist, entry=entry, key=key or uuid.uuid4()
    )


def test_what_went_in_comes_out(heron: Client) -> None:
    session = save(heron, FULL)
    assert read_entry(TherapySession.objects.get(pk=session.pk)) == FULL


def test_a_revision_tells_everything_that_was_there(heron: Client) -> None:
    session = save(heron, FULL)
    sessions.amend_session(
        session=session, by=heron.therapist, entry=SessionEntry(held_at=ago(3)), version=1
    )
    kept = content.from_text(session.revisions.get().content)
    assert kept == json.loads(content.to_text(FULL))
    after = TherapySession.objects.get(pk=session.pk)
    assert read_entry(after) == SessionEntry(held_at=ago(3))
    assert not Tag.objects.exists()


def test_a_key_belongs_to_one_client(heron: Client) -> None:
    finch = people.create_client(by=heron.therapist, code_name="Finch")
    key = uuid.uuid4()
    save(heron, FULL, key)
    with pytest.raises(NotAllowed, match="belongs to another client"):
        save(finch, FULL, key)
    assert not finch.therapy_sessions.exists()


def test_a_key_drawn_twice_in_two_organisations_is_two_forms(heron: Client, wren: Client) -> None:
    from people import walls

    key = uuid.uuid4()
    save(heron, FULL, key)
    with walls.inside(wren.organisation_id):
        assert save(wren, FULL, key).client == wren


def test_the_same_form_with_other_words_is_told(heron: Client) -> None:
    key = uuid.uuid4()
    first = save(heron, FULL, key)
    assert save(heron, FULL, key) == first
    with pytest.raises(StaleEdit) as told:
        save(heron, replace(FULL, note="another note"), key)
    assert told.value.current == first
    assert heron.therapy_sessions.count() == 1


def test_a_score_without_a_day_is_of_the_sessions_day(heron: Client) -> None:
    entry = replace(FULL, scores=(ScoreEntry(instrument="PHQ-9", total=Decimal(3)),))
    key = uuid.uuid4()
    session = save(heron, entry, key)
    assert session.measurements.get().on == session.held_at.date()
    assert save(heron, entry, key) == session
    sessions.amend_session(session=session, by=heron.therapist, entry=entry, version=1)
    assert not session.revisions.exists()


def test_the_database_refuses_what_the_form_would_not_send(heron: Client) -> None:
    for tag in (TagEntry(code="M9"), TagEntry(code="M1", intensity=9), TagEntry(code="Y1z")):
        with pytest.raises(IntegrityError), transaction.atomic():
            save(heron, replace(FULL, tags=(tag,)))
    assert not heron.therapy_sessions.exists()
    assert not CaseSnapshot.objects.exists()


def test_both_weeks_are_marked_stale_when_a_session_moves(heron: Client) -> None:
    session = save(heron, replace(FULL, held_at=ago(3)))
    StalePeriod.objects.all().delete()
    moved = replace(FULL, held_at=ago(40))
    sessions.amend_session(session=session, by=heron.therapist, entry=moved, version=1)
    weeks = set(StalePeriod.objects.values_list("week", flat=True))
    days = [(TODAY() - dt.timedelta(days=n)) for n in (3, 40)]
    assert weeks == {day - dt.timedelta(days=day.weekday()) for day in days}


def test_goals_reviewed_is_the_latest_day(heron: Client) -> None:
    for days in (10, 30):
        save(heron, replace(FULL, held_at=ago(days)))
    heron.refresh_from_db()
    assert heron.goals_reviewed_on == ago(10).date()


def test_trials_are_of_ones_own_steps(stuck_heron: Client) -> None:
    heron = stuck_heron
    step, other = impasses.plan_suggestion(
        suggestion=heron.suggestions.live()[0], by=heron.therapist, today=TODAY(),
        therapist_words="I try.", client_words="We try.",
    )  # fmt: skip
    finch = people.create_client(by=heron.therapist, code_name="Finch")
    trials = tuple(TrialEntry(step=s.pk, outcome="helped") for s in (step, other))
    save(finch, replace(FULL, trials=trials))
    assert not Trial.objects.exists()
    session = save(heron, replace(FULL, trials=trials))
    assert [trial.client for trial in Trial.objects.all()] == [heron, heron]
    gone = replace(FULL, trials=())
    sessions.amend_session(session=session, by=heron.therapist, entry=gone, version=1)
    assert not Trial.objects.exists()


def test_a_failed_change_leaves_everything_as_it_was(heron: Client, monkeypatch: Any) -> None:
    session = save(heron, FULL)
    before = CaseSnapshot.objects.values().get()

    def fail(*args: Any, **kwargs: Any) -> None:
        raise ConnectionError

    monkeypatch.setattr("sessions_app.snapshots.refresh", fail)
    with pytest.raises(ConnectionError), transaction.atomic():
        sessions.amend_session(
            session=session, by=heron.therapist, entry=SessionEntry(held_at=ago(9)), version=1
        )
    assert read_entry(TherapySession.objects.get(pk=session.pk)) == FULL
    assert CaseSnapshot.objects.values().get() == before
    assert not session.revisions.exists()


def test_assessing_is_idempotent_and_notes_what_it_saw(stuck_heron: Client) -> None:
    rows = list(stuck_heron.suggestions.values())
    for _ in range(3):
        sessions.assess_case(client=stuck_heron, today=TODAY())
    assert list(stuck_heron.suggestions.values()) == rows
    assert not CaseSnapshot.objects.get().is_waiting


def test_a_slow_assessment_is_stopped_by_the_database(heron: Client, monkeypatch: Any) -> None:
    from django.db import OperationalError, connection

    log(heron, "M5a")

    def slow(**case: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(30)")

    monkeypatch.setattr(sessions, "ASSESS_SECONDS", 0.2)
    monkeypatch.setattr("impasses.actions.assess", slow)
    with pytest.raises(OperationalError, match="statement timeout"), transaction.atomic():
        sessions.assess_case(client=heron, today=TODAY())
    assert CaseSnapshot.objects.get().is_waiting


# --- drafts ----------------------------------------------------------------------------------


KEY = uuid.UUID("0190aaaa-0000-7000-8000-000000000001")


def keep(heron: Client, by: User | None = None, **more: Any) -> SessionDraft:
    body = {"note": ["x"], "key": [str(KEY)]}
    return sessions.save_draft(by=by or heron.therapist, client=heron, body=body, **more)


def test_a_draft_is_its_authors(heron: Client, tom: User) -> None:
    keep(heron)
    assert sessions.find_draft(by=tom, client=heron) is None
    keep(heron, by=tom)
    assert SessionDraft.objects.count() == 2


def test_a_draft_that_missed_another_page_is_told(heron: Client) -> None:
    keep(heron)
    keep(heron, draft_version=1)
    for version in (0, 1, 3):
        with pytest.raises(DraftTaken, match="another device"):
            keep(heron, draft_version=version)
    assert keep(heron, draft_version=2).version == 3


def test_saving_takes_the_draft_of_its_author_alone(heron: Client, tom: User) -> None:
    keep(heron)
    keep(heron, by=tom)
    save(heron, FULL, key=KEY)
    assert SessionDraft.objects.get().author == tom


def test_a_draft_of_an_edit_goes_with_the_edit(heron: Client) -> None:
    session = save(heron, FULL)
    keep(heron)
    keep(heron, therapy_session=session, base_version=1)
    changed = replace(FULL, note="another note")
    sessions.amend_session(session=session, by=heron.therapist, entry=changed, version=1)
    assert SessionDraft.objects.get().therapy_session is None


@pytest.mark.parametrize("key", ["", "x", "\ufffd", str(uuid.UUID(int=7))])
def test_a_key_of_no_session_keeps_a_draft(heron: Client, key: str) -> None:
    draft = sessions.save_draft(by=heron.therapist, client=heron, body={"key": [key]})
    assert draft.version == 1
