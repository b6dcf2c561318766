"""Where a case stands is always what its rows say, whatever was done in whatever order."""

import random
import uuid
from dataclasses import replace
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from impasses import actions as impasses
from people.models import Client
from sessions_app import actions as sessions
from sessions_app import snapshots
from sessions_app.content import read_entry
from sessions_app.entries import SessionEntry, TagEntry, TrialEntry
from sessions_app.models import HELD, CaseSnapshot, TherapySession
from tests.conftest import TODAY, ago, log

ATTENDANCE = [*HELD, "attended", "attended", *(set(TherapySession.Attendance.values) - set(HELD))]
VISIBILITY = ["shared", "shared", "counts", "private"]


def any_entry(chance: random.Random, steps: list[uuid.UUID]) -> SessionEntry:
    marks = chance.sample(["M1", "M2", "M3", "M4", "M5", "Y1a", "Y3c"], chance.randint(0, 4))
    return SessionEntry(
        held_at=ago(chance.randint(0, 60), hour=chance.choice([9, 10])),
        attendance=chance.choice(ATTENDANCE),
        tags=tuple(
            TagEntry(code=c, intensity=chance.randint(1, 3), visibility=chance.choice(VISIBILITY))
            for c in sorted(marks)
        ),
        repair=chance.choice(["", "repaired", "partly", "unrepaired", "unrepaired"]),
        movement=chance.random() < 0.2,
        goals_reviewed=chance.random() < 0.2,
        trials=tuple(
            TrialEntry(step=step, outcome=chance.choice(["helped", "no"]))
            for step in sorted(steps)
            if chance.random() < 0.3
        ),
    )


@pytest.mark.parametrize("seed", range(3))
def test_after_anything_the_snapshot_is_what_the_rows_say(stuck_heron: Client, seed: int) -> None:
    chance, heron = random.Random(seed), stuck_heron
    row = heron.suggestions.live()[0]
    steps = [
        step.pk
        for step in impasses.plan_suggestion(
            suggestion=row, by=heron.therapist, today=TODAY(), therapist_words="I try.",
            client_words="We try.",
        )
    ]  # fmt: skip
    for _ in range(20):
        if chance.random() < 0.5:
            sessions.log_session(
                client=heron, by=heron.therapist, entry=any_entry(chance, steps), key=uuid.uuid4()
            )
        else:
            session = chance.choice(list(heron.therapy_sessions.all()))
            sessions.amend_session(
                session=session, by=heron.therapist, entry=any_entry(chance, steps),
                version=session.version,
            )  # fmt: skip
        check(heron)
    call_command("rebuild", verbosity=0)


def check(heron: Client) -> None:
    stored = CaseSnapshot.objects.get(client=heron)
    said = {name: getattr(stored, name) for name in snapshots.current_values(heron)}
    assert said == snapshots.current_values(heron)
    held = list(
        heron.therapy_sessions.filter(attendance__in=HELD).order_by("held_at", "created_at")
    )
    assert stored.sessions_held == len(held)
    assert [session.number for session in held] == list(range(1, len(held) + 1))
    assert not heron.therapy_sessions.exclude(attendance__in=HELD).exclude(number=None).exists()
    assert stored.last_held_at == (held[-1].held_at if held else None)
    assert stored.own_since_movement == plain_since_movement(held)
    for own in (True, False):
        assert stored.unrepaired(own=own) == plain_unrepaired(held, own=own)
    for strip in (stored.own_strip, stored.shared_strip):
        assert len(strip) == min(8, heron.therapy_sessions.count())


def plain_since_movement(held: list[TherapySession]) -> int:
    """Counted by hand: held sessions after the last in which something moved or helped."""
    from impasses.models import Trial

    helped = set(Trial.objects.filter(outcome="helped").values_list("session_id", flat=True))
    last = max((n for n, s in enumerate(held, 1) if s.movement or s.pk in helped), default=0)
    return len(held) - last


def plain_unrepaired(held: list[TherapySession], *, own: bool) -> int:
    is_open, run = False, 0
    for session in held:
        for tag in session.tags.all():
            is_open |= tag.code == "M5" and (own or tag.visibility == "shared")
        run = run + 1 if is_open and session.repair == "unrepaired" else 0
        is_open &= session.repair != "repaired"
    return run


def test_a_client_without_sessions_has_no_snapshot(heron: Client) -> None:
    assert not CaseSnapshot.objects.exists()


def test_what_is_private_is_not_in_the_shared_strip(heron: Client) -> None:
    shared = TagEntry(code="M1")
    private = TagEntry(code="M2", visibility="private")
    counts = TagEntry(code="M3", visibility="counts")
    log(heron, shared, private, counts)
    snapshot = CaseSnapshot.objects.get()
    assert snapshot.own_strip[0]["lanes"] == {"M1": 2, "M2": 2, "M3": 2}
    assert snapshot.shared_strip[0]["lanes"] == {"M1": 2}


def test_private_strain_counts_for_its_author_alone(heron: Client) -> None:
    for days in (14, 7):
        log(heron, TagEntry(code="M5", visibility="private"), days=days, repair="unrepaired")
    snapshot = CaseSnapshot.objects.get()
    assert (snapshot.unrepaired(own=True), snapshot.unrepaired(own=False)) == (2, 0)


def test_changing_a_visibility_brings_both_variants_up_to_date(heron: Client) -> None:
    session = log(heron, TagEntry(code="M1", visibility="private"))
    before = CaseSnapshot.objects.get()
    entry = replace(read_entry(session), tags=(TagEntry(code="M1"),))
    sessions.amend_session(session=session, by=heron.therapist, entry=entry, version=1)
    after = CaseSnapshot.objects.get()
    assert (before.shared_strip[0]["lanes"], after.shared_strip[0]["lanes"]) == (
        {}, {"M1": 2},
    )  # fmt: skip
    assert after.facts_version == before.facts_version + 1


def test_rebuild_finds_what_differs_and_puts_it_right(heron: Client, capsys: Any) -> None:
    log(heron, "M1a")
    CaseSnapshot.objects.update(sessions_held=7, own_strip=[])
    with pytest.raises(CommandError, match="rebuild --write"):
        call_command("rebuild")
    assert "sessions_held, own_strip" in capsys.readouterr().out
    call_command("rebuild", write=True, verbosity=0)
    check(heron)
    call_command("rebuild", verbosity=0)


def test_history_makes_no_save_slower(heron: Client) -> None:
    """The same statements at the sixth session as at the sixty-first."""

    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            log(heron, "M5b", "M2a", days=0, assess=True)
        return len(seen)

    for days in range(70, 64, -1):
        log(heron, "M5b", "M2a", days=days, assess=True)
    few = queries()
    for days in range(64, 8, -1):
        log(heron, "M5b", "M2a", days=days)
    queries()
    assert queries() == few


def test_what_is_read_does_not_grow_with_the_history(heron: Client) -> None:
    """Rows read for the snapshot and the rules, not statements alone."""
    for days in range(60, 0, -1):
        log(heron, "M5b", days=days)
    with CaptureQueriesContext(connection) as seen:
        snapshots.current_values(heron)
    assert all("LIMIT" in q["sql"] or "tag" in q["sql"] for q in seen.captured_queries)
    assert len(seen) <= 6
