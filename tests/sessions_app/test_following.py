"""What others are told follows what they may still know, at once and back again."""

import pytest

from impasses.actions import plan_suggestion
from impasses.models import PlanStep, Suggestion
from people.models import Client, User
from sessions_app.actions import assess_case
from sessions_app.facts import gather
from sessions_app.visibility_actions import show_items
from tests.conftest import TODAY, log


@pytest.fixture
def ended(stuck_heron: Client, thea: User) -> Suggestion:
    """R1 was planned while its signs were shared; then calm sessions ended it."""
    row = stuck_heron.suggestions.live().get(rule="R1")
    words = {"therapist_words": "I ask.", "client_words": "We look."}
    plan_suggestion(suggestion=row, by=thea, today=TODAY(), **words)
    for days in (5, 4, 3, 2):
        log(stuck_heron, days=days)
    assess_case(client=stuck_heron, today=TODAY())
    row.refresh_from_db()
    assert row.ended_at is not None
    return row


def steps_of_others(client: Client) -> int:
    return PlanStep.objects.filter(client=client).read_by(own=False).count()


def test_a_live_suggestion_is_withheld_in_the_change_itself(
    stuck_heron: Client, thea: User
) -> None:
    before = {row.rule: row.shared_trace for row in stuck_heron.suggestions.live()}
    assert before["R1"]
    show_items(client=stuck_heron, by=thea, kinds=["M5"], to="private")
    assert not stuck_heron.suggestions.live().filter(shared_trace__isnull=False).exists()
    show_items(client=stuck_heron, by=thea, kinds=["M5"], to="shared")
    assess_case(client=stuck_heron, today=TODAY())
    assert {row.rule: row.shared_trace for row in stuck_heron.suggestions.live()} == before


def test_one_that_has_ended_follows_with_its_steps(
    stuck_heron: Client, thea: User, ended: Suggestion
) -> None:
    told, steps = ended.shared_trace, steps_of_others(stuck_heron)
    assert steps == 2
    show_items(client=stuck_heron, by=thea, kinds=["M5"], to="private")
    ended.refresh_from_db()
    assert (ended.shared_trace, steps_of_others(stuck_heron)) == (None, 0)
    show_items(client=stuck_heron, by=thea, kinds=["M5"], to="shared")
    ended.refresh_from_db()
    assert (ended.shared_trace, steps_of_others(stuck_heron)) == (told, 2)


def test_one_that_has_ended_links_to_nothing_that_only_counts(
    stuck_heron: Client, thea: User, ended: Suggestion
) -> None:
    show_items(client=stuck_heron, by=thea, kinds=["M5"], to="counts")
    ended.refresh_from_db()
    assert ended.shared_trace["sessions"] == []
    assert sum(fact["unlinked"] for fact in ended.shared_trace["facts"]) >= 3
    assert steps_of_others(stuck_heron) == 2


def test_answers_to_private_steps_are_no_fact_for_others(
    stuck_heron: Client, thea: User, ended: Suggestion
) -> None:
    step = PlanStep.objects.filter(suggestion=ended).first()
    step.trials.create(
        organisation_id=step.organisation_id, client=step.client, session_id=step.pk, on=TODAY(),
        outcome="worse",
    )  # fmt: skip
    own, shared = gather(stuck_heron)
    assert (len(own.trials), len(shared.trials)) == (1, 1)
    show_items(client=stuck_heron, by=thea, kinds=["M5"], to="private")
    own, shared = gather(stuck_heron)
    assert (len(own.trials), len(shared.trials)) == (1, 0)
