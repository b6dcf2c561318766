"""What the rules find is kept: once, with what was decided, and for others only what is shared."""

from typing import Any

import pytest
from django.utils import timezone

from audit.models import AuditEvent
from impasses import actions
from impasses.models import Suggestion
from people.models import Client, User
from sessions_app import actions as sessions
from sessions_app.actions import assess_case
from sessions_app.entries import SessionEntry
from sessions_app.facts import gather
from sessions_app.models import CaseSnapshot, TherapySession
from tests.conftest import TagEntry, log

pytestmark = pytest.mark.usefixtures("inside")
TODAY = timezone.localdate


def assess(client: Client) -> None:
    own, shared = gather(client)
    actions.assess(client=client, own=own, shared=shared, today=TODAY())


def the_strain(client: Client) -> Suggestion:
    return client.suggestions.get(rule="R1", ended_at=None)


def rows(client: Client) -> list[dict[str, Any]]:
    return list(client.suggestions.order_by("pk").values())


def strain(client: Client, *, visibility: str = "shared") -> None:
    for days in (28, 21, 14):
        log(client, TagEntry(code="M5", visibility=visibility), days=days)
    assess(client)


def test_the_same_facts_leave_the_same_rows(stuck_heron: Client) -> None:
    before, noted = rows(stuck_heron), AuditEvent.objects.count()
    for _ in range(3):
        assess(stuck_heron)
    assert rows(stuck_heron) == before
    assert AuditEvent.objects.count() == noted


def test_new_facts_supersede_what_was_offered(stuck_heron: Client) -> None:
    before = the_strain(stuck_heron)
    log(stuck_heron, "M5b", days=1)
    assess(stuck_heron)
    before.refresh_from_db()
    assert before.state == "superseded"
    assert before.ended_at is not None
    assert the_strain(stuck_heron).pk != before.pk


def test_a_rule_that_no_longer_fires_leaves_a_superseded_row(stuck_heron: Client) -> None:
    before = the_strain(stuck_heron)
    for days in (4, 3, 2):
        log(stuck_heron, days=days)
    assess(stuck_heron)
    before.refresh_from_db()
    assert before.state == "superseded"
    assert not stuck_heron.suggestions.live().filter(rule="R1").exists()


@pytest.mark.parametrize("state", ["planned", "snoozed"])
def test_what_was_decided_stays_as_it_was_decided(
    stuck_heron: Client, thea: User, state: str
) -> None:
    row = the_strain(stuck_heron)
    if state == "planned":
        actions.plan_suggestion(
            suggestion=row, by=thea, today=TODAY(), therapist_words="a", client_words="b"
        )
    else:
        later = TODAY().replace(year=TODAY().year + 1)
        actions.snooze_suggestion(suggestion=row, by=thea, reason="No.", until=later)
    log(stuck_heron, "M5b", days=1)
    assess(stuck_heron)
    assert the_strain(stuck_heron).pk == row.pk
    assert the_strain(stuck_heron).state == state


def test_a_dismissal_is_quiet_on_the_same_facts_and_ends_with_new_ones(
    stuck_heron: Client, thea: User
) -> None:
    row = the_strain(stuck_heron)
    actions.dismiss_suggestion(suggestion=row, by=thea, reason="No.")
    log(stuck_heron, days=2)
    assess(stuck_heron)
    assert the_strain(stuck_heron).pk == row.pk
    log(stuck_heron, "M5b", days=1)
    assess(stuck_heron)
    again = the_strain(stuck_heron)
    assert (again.pk != row.pk, again.state) == (True, "offered")
    row.refresh_from_db()
    assert (row.state, row.reason) == ("dismissed", "No.")


def test_an_old_session_that_is_changed_ends_a_dismissal(stuck_heron: Client, thea: User) -> None:
    row = the_strain(stuck_heron)
    actions.dismiss_suggestion(suggestion=row, by=thea, reason="No.")
    first = stuck_heron.therapy_sessions.get(number=1)
    entry = SessionEntry(held_at=first.held_at, tags=(TagEntry(code="M5", sub_forms=("M5b",)),))
    sessions.amend_session(session=first, by=thea, entry=entry, version=1)
    assess(stuck_heron)
    assert the_strain(stuck_heron).state == "offered"


def test_reasons_follow_the_window_until_they_are_decided(stuck_heron: Client) -> None:
    row = the_strain(stuck_heron)
    assert row.trace["facts"][0]["observed"] == "3 of 4"
    log(stuck_heron, days=1)
    assess(stuck_heron)
    log(stuck_heron, days=0)
    assess(stuck_heron)
    again = the_strain(stuck_heron)
    assert again.trace["facts"][0]["observed"] == "2 of 4"


def test_a_private_mark_is_its_authors_alone(heron: Client) -> None:
    strain(heron, visibility="private")
    assert the_strain(heron).trace["rule"] == "R1"
    assert the_strain(heron).shared_trace is None


def test_a_mark_that_only_counts_is_never_linked(heron: Client) -> None:
    strain(heron, visibility="counts")
    shared = the_strain(heron).shared_trace
    assert shared is not None
    assert shared["facts"][0]["unlinked"] == 3
    assert shared["sessions"] == []
    assert not any(str(s.pk) in str(shared) for s in heron.therapy_sessions.all())


def test_changing_a_visibility_changes_only_what_others_see(heron: Client) -> None:
    strain(heron)
    row = the_strain(heron)
    assert row.shared_trace is not None
    heron.therapy_sessions.first().tags.update(visibility="counts")
    assess(heron)
    after = the_strain(heron)
    assert after.pk == row.pk
    assert after.trace == row.trace
    assert after.shared_trace != row.shared_trace


def test_each_change_is_in_the_audit(stuck_heron: Client) -> None:
    event = AuditEvent.objects.get(kind="case assessed")
    assert event.target_id == stuck_heron.pk
    assert event.detail["offered"] >= 1
    assert "M5" not in str(event.detail)


def test_a_failing_rule_leaves_the_session_and_the_work_to_do(
    heron: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr(actions, "evaluate_rule", broken)
    log(heron, "M5b")
    with pytest.raises(RuntimeError):
        assess_case(client=heron, today=TODAY())
    assert TherapySession.objects.filter(client=heron).count() == 1
    assert CaseSnapshot.objects.get(client=heron).is_waiting
    monkeypatch.undo()
    assess_case(client=heron, today=TODAY())
    assert not CaseSnapshot.objects.get(client=heron).is_waiting


def test_rules_that_take_too_long_are_stopped(
    heron: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    log(heron, "M5b")
    monkeypatch.setattr(actions, "RULES_SECONDS", -1)
    with pytest.raises(actions.TooSlow):
        assess(heron)
    assert not heron.suggestions.exists()
