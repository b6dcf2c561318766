"""The life of an impasse: every sequence of verbs keeps it legal, and each is on record once."""

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit.models import AuditEvent
from impasses import episode_actions as acts
from impasses.episodes import is_forward, next_stages
from impasses.models import Episode, EpisodeMove
from impasses.models.episode import CLOSED, OPEN, Stage
from people.actions import NotAllowed
from people.models import Client, User
from sessions_app import episode_actions as case
from sessions_app.models import CaseSnapshot
from tests.conftest import TODAY, log

pytestmark = pytest.mark.usefixtures("inside")
STAGES = [str(stage) for stage in Stage]
CLOSING: dict[str, Any] = {
    "repaired": "", "growth": [], "learned_patterns": "", "learned_alliance": "",
    "learned_resilience": "",
}  # fmt: skip


def opened(client: Client, stage: str = "suspected", **more: Any) -> Episode:
    return case.open_impasse(client=client, by=client.therapist, today=TODAY(), stage=stage, **more)


@pytest.mark.parametrize("stage", STAGES)
def test_where_it_can_go(stage: str) -> None:
    place = STAGES.index(stage)
    if stage in CLOSED:
        assert next_stages(stage) == ["worked"]
        return
    back = STAGES[place - 1 : place] if place else []
    assert next_stages(stage) == [*back, *STAGES[place + 1 :]]


@pytest.mark.parametrize(
    ("before", "after", "moves"),
    [
        ("", "suspected", False), ("suspected", "named", True), ("named", "loosening", True),
        ("worked", "named", False), ("loosening", "resolved", True), ("worked", "ended", False),
        ("resolved", "worked", False), ("ended", "worked", False),
    ],
)  # fmt: skip
def test_what_is_movement(before: str, after: str, moves: bool) -> None:
    assert is_forward(before, after) is moves


VERBS = st.lists(
    st.tuples(
        st.sampled_from(["open", "move", "close", "undo", "describe"]), st.sampled_from(STAGES)
    ),
    max_size=12,
)


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(VERBS)
def test_no_sequence_of_verbs_reaches_an_illegal_state(
    heron: Client, tom: User, verbs: list[tuple[str, str]]
) -> None:
    with transaction.atomic():
        for verb, stage in verbs:
            play(heron, verb, stage)
        transaction.set_rollback(True)


def play(heron: Client, verb: str, stage: str) -> None:
    """One verb: it is refused and changes nothing, or leaves one event and a legal state."""
    latest = Episode.objects.order_by("-created_at").first()
    before, events = everything(), AuditEvent.objects.count()
    is_refused = False
    try:
        with transaction.atomic():
            act(heron, latest, verb, stage)
    except NotAllowed:
        is_refused = True
    made = AuditEvent.objects.count() - events
    assert made == (0 if everything() == before else 1)
    assert not (is_refused and everything() != before)
    assert Episode.objects.filter(closed_on=None).count() <= 1
    for row in Episode.objects.all():
        assert (row.stage in OPEN) == (row.closed_on is None)
        standing = [move.after for move in row.moves.filter(undone_at=None).order_by("at", "pk")]
        assert standing[-1] == row.stage
        assert all(move.client_id == row.client_id for move in row.moves.all())


def act(heron: Client, latest: Episode | None, verb: str, stage: str) -> None:
    thea = heron.therapist
    if verb == "open":
        opened(heron, stage)
    elif latest is None:
        return
    elif verb == "move":
        case.move_impasse(episode=latest, by=thea, to=stage, today=TODAY())
    elif verb == "close":
        case.close_impasse(episode=latest, by=thea, today=TODAY(), to=stage, **CLOSING)
    elif verb == "undo":
        from django.utils import timezone

        case.undo_impasse_move(episode=latest, by=thea, now=timezone.now(), today=TODAY())
    else:
        acts.describe_episode(
            episode=latest, by=thea, words=stage, causes=["C1"], version=latest.version
        )


def everything() -> list[Any]:
    return [*Episode.objects.order_by("pk").values(), *EpisodeMove.objects.order_by("pk").values()]


def test_one_is_open_at_a_time_and_the_database_says_so_too(heron: Client) -> None:
    first = opened(heron)
    with pytest.raises(NotAllowed, match="open already"):
        opened(heron)
    with pytest.raises(IntegrityError), transaction.atomic():
        Episode.objects.create(
            organisation=heron.organisation, client=heron, stage="named",
            opened_on=TODAY(), opened_by=heron.therapist,
        )  # fmt: skip
    case.move_impasse(episode=first, by=heron.therapist, to="ended", today=TODAY())
    opened(heron)
    with pytest.raises(NotAllowed, match="Another impasse is open"):
        case.move_impasse(episode=first, by=heron.therapist, to="worked", today=TODAY())


def test_a_move_can_be_taken_back_for_ten_minutes_by_its_author(heron: Client, tom: User) -> None:
    row = opened(heron)
    row = case.move_impasse(episode=row, by=heron.therapist, to="worked", today=TODAY())
    at = row.moves.get(after="worked").at
    for by, minutes in ((tom, 1), (heron.therapist, 11)):
        with pytest.raises(NotAllowed, match="ten minutes"):
            acts.undo_move(episode=row, by=by, now=at + dt.timedelta(minutes=minutes))
    row = acts.undo_move(episode=row, by=heron.therapist, now=at + dt.timedelta(minutes=9))
    assert row.stage == "suspected"
    with pytest.raises(NotAllowed):
        acts.undo_move(episode=row, by=heron.therapist, now=at)


def test_it_takes_the_evidence_of_a_suggestion_along(stuck_heron: Client) -> None:
    suggestion = stuck_heron.suggestions.live().get(rule="R1")
    row = opened(stuck_heron, suggestion=suggestion)
    assert [str(key) for key in row.sessions] == suggestion.trace["sessions"]
    assert row.suggestion == suggestion


def test_a_stage_that_moves_forward_is_movement(stuck_heron: Client) -> None:
    def since() -> int:
        return CaseSnapshot.objects.get(client=stuck_heron).own_since_movement

    assert since() == 4
    row = opened(stuck_heron)
    assert since() == 4
    row = case.move_impasse(episode=row, by=stuck_heron.therapist, to="worked", today=TODAY())
    assert since() == 0
    log(stuck_heron, days=0)
    assert since() <= 1
    acts.undo_move(episode=row, by=stuck_heron.therapist, now=row.moves.latest("at").at)
    log(stuck_heron, days=1)
    assert since() >= 4


def test_what_was_tried_before_it_counts_no_more(stuck_heron: Client) -> None:
    from sessions_app.facts import gather

    assert gather(stuck_heron)[0].episode_from is None
    opened(stuck_heron)
    assert [facts.episode_from for facts in gather(stuck_heron)] == [TODAY()] * 2


def test_one_that_rests_on_a_private_finding_is_its_therapists_alone(
    heron: Client, sunil: User
) -> None:
    from sessions_app.entries import TagEntry
    from sessions_app.facts import gather

    for days in (21, 14, 7):
        log(heron, TagEntry(code="M5", visibility="private"), days=days, assess=days == 7)
    row = opened(heron, suggestion=heron.suggestions.live().get(rule="R1"))
    assert not Episode.objects.visible_to(sunil).exists()
    assert Episode.objects.visible_to(heron.therapist).get() == row
    assert [facts.episode_from for facts in gather(heron)] == [TODAY(), None]
    case.move_impasse(episode=row, by=heron.therapist, to="worked", today=TODAY())
    snapshot = CaseSnapshot.objects.get(client=heron)
    assert (snapshot.own_since_movement, snapshot.shared_since_movement) == (0, 3)
