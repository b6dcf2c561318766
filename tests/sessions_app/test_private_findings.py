"""What was made of a private finding: its therapist's as long as the case is, and nobody else's."""

from collections.abc import Callable

import pytest
from django.db.models import Q
from django.test import Client as Browser
from django.urls import reverse

from impasses import actions as impasses
from impasses.models import Episode, PlanStep, Suggestion, Trial
from impasses.prompts import read_prompts
from people.account_actions import change_person
from people.models import Client, User
from people.supervision_actions import start_supervision
from sessions_app.entries import TagEntry, TrialEntry
from sessions_app.episode_actions import open_impasse
from sessions_app.transfer_actions import transfer_cases
from tests.conftest import TODAY, log

SignIn = Callable[[User], Browser]
WORDS = "made of what is private"
pytestmark = pytest.mark.usefixtures("inside")


@pytest.fixture
def finding(heron: Client) -> Suggestion:
    """Strain that Thea keeps to herself, and what she made of it: an impasse and two steps."""
    strain = TagEntry(code="M5", sub_forms=("M5b",), visibility="private")
    for days in (28, 21, 14):
        log(heron, strain, days=days)
    log(heron, strain, days=10, assess=True)
    found = heron.suggestions.live().get(shared_trace__isnull=True, rule="R1")
    open_impasse(
        client=heron, by=heron.therapist, today=TODAY(), stage="named", words=WORDS,
        suggestion=found,
    )  # fmt: skip
    impasses.plan_suggestion(
        suggestion=found, by=heron.therapist, today=TODAY(),
        therapist_words=WORDS, client_words=WORDS,
    )  # fmt: skip
    tried = tuple(TrialEntry(step=step.pk, outcome="helped") for step in heron.plan_steps.all())
    log(heron, days=1, trials=tried, assess=True)
    return found


def read_by(user: User) -> tuple[int, int]:
    """How many impasses and suggestions somebody may see."""
    return (
        Episode.objects.visible_to(user).count(),
        Suggestion.objects.visible_to(user).filter(rule="R1").count(),
    )


def statuses(browser: Browser, finding: Suggestion) -> tuple[int, int]:
    """Of the impasse's page and the suggestion's."""
    row = Episode.objects.get(suggestion=finding)
    return (
        browser.get(reverse("sessions:episode", args=[row.pk])).status_code,
        browser.get(reverse("impasses:suggestion", args=[finding.pk])).status_code,
    )


def test_its_therapist_reads_it_and_the_supervisor_does_not(
    finding: Suggestion, heron: Client, thea: User, sunil: User, client_for: SignIn
) -> None:
    hers, his = client_for(thea), client_for(sunil)
    assert statuses(hers, finding) == (200, 200)
    assert statuses(his, finding) == (404, 404)
    case = reverse("sessions:case", args=[heron.pk])
    assert WORDS in hers.get(case).content.decode()
    assert WORDS not in his.get(case).content.decode()
    assert Suggestion.objects.get(pk=finding.pk).is_open_to(own=True)
    assert not Suggestion.objects.get(pk=finding.pk).is_open_to(own=False)


def test_it_makes_no_prompt_for_others(finding: Suggestion, heron: Client, sunil: User) -> None:
    for own, is_told in (({heron.pk}, True), (set(), False)):
        user = heron.therapist if own else sunil
        found = read_prompts(user, [heron.pk], own, TODAY())
        assert (heron.pk in found.stuck) is is_told


def test_steps_and_answers_are_read_by_the_same(finding: Suggestion, heron: Client) -> None:
    for rows in (PlanStep.objects.all(), Trial.objects.all()):
        assert rows.read_by(own=True).count() == rows.count() == 2
        assert not rows.read_by(own=False).exists()


def test_what_rests_on_nothing_private_is_read_by_both_and_goes_along(
    stuck_heron: Client, sunil: User, tom: User, ada: User
) -> None:
    found = stuck_heron.suggestions.live().get(rule="R1")
    impasses.plan_suggestion(
        suggestion=found, by=stuck_heron.therapist, today=TODAY(), therapist_words=WORDS,
        client_words=WORDS,
    )  # fmt: skip
    chosen = impasses.plan_freely(
        client=stuck_heron, by=stuck_heron.therapist, today=TODAY(), therapist_strategy="T2",
        therapist_words=WORDS, client_strategy="K2", client_words=WORDS,
    )  # fmt: skip
    open_impasse(
        client=stuck_heron, by=stuck_heron.therapist, today=TODAY(), stage="named",
        suggestion=found,
    )  # fmt: skip
    steps = PlanStep.objects.filter(Q(suggestion=found) | Q(pk__in=[row.pk for row in chosen]))
    tried = tuple(TrialEntry(step=step.pk, outcome="no") for step in steps)
    log(stuck_heron, days=1, trials=tried)

    def is_read_by_both() -> bool:
        rows = [each.read_by(own=own) for each in (steps, Trial.objects) for own in (True, False)]
        told = Episode.objects.filter(Episode.objects.own())
        return [len(each) for each in rows] == [4] * 4 and told.count() == 1

    assert is_read_by_both()
    assert read_by(sunil) == (1, 1)
    transfer_cases(clients=[stuck_heron], to=tom, by=ada, reason="On leave.", today=TODAY())
    assert is_read_by_both()
    assert read_by(tom) == (1, 1)


def test_whoever_takes_the_case_over_does_not_find_it(
    finding: Suggestion, heron: Client, thea: User, tom: User, ada: User, client_for: SignIn
) -> None:
    assert read_by(thea) == (1, 1)
    transfer_cases(clients=[heron], to=tom, by=ada, reason="On leave.", today=TODAY())
    his = client_for(tom)
    assert statuses(his, finding) == (404, 404)
    for name in ("sessions:case", "handover", "sessions:session_log", "sessions:plan_print"):
        assert WORDS not in his.get(reverse(name, args=[heron.pk])).content.decode()
    assert read_by(tom) == (0, 0)
    assert Episode.objects.get(suggestion=finding).stage == "ended"
    assert read_by(thea) == (0, 0)
    for rows in (PlanStep.objects.all(), Trial.objects.all()):
        assert rows.count() == 2
        assert not rows.read_by(own=True).exists(), "it was another's"
    assert not Suggestion.objects.get(pk=finding.pk).is_open_to(own=True)
    thea = change_person(person=thea, by=ada, roles=["therapist", "supervisor"], in_training=False)
    start_supervision(supervisor=thea, therapist=tom, since=TODAY(), by=ada)
    assert list(Client.objects.visible_to(thea)) == [heron]
    assert read_by(thea) == (0, 0), "not as the supervisor of whoever has the case now, either"
    opened = open_impasse(
        client=Client.objects.get(pk=heron.pk), by=tom, today=TODAY(), stage="suspected"
    )
    assert opened.stage == "suspected", "the private one is in nobody's way"
