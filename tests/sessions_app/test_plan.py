"""The plan: chosen freely, printed without a name, and the ledger of what was tried."""

from typing import Any

from django.test import Client as Browser
from django.urls import reverse

from impasses.actions import end_step, plan_freely
from impasses.models import PlanStep
from people.models import Client
from sessions_app.entries import TrialEntry
from tests.conftest import TODAY, log


def planned(heron: Client, strategy: str = "T2", **more: Any) -> tuple[PlanStep, ...]:
    return plan_freely(
        client=heron, by=heron.therapist, today=TODAY(), therapist_strategy=strategy,
        therapist_words="Ask gently.", client_strategy="K2", client_words="Say one thing.", **more,
    )  # fmt: skip


def page(browser: Browser, heron: Client) -> str:
    return browser.get(reverse("sessions:case", args=[heron.pk])).content.decode()


def test_chosen_freely_with_a_technique(hers: Browser, heron: Client) -> None:
    address = reverse("sessions:plan_new", args=[heron.pk])
    body = hers.get(address).content.decode()
    assert body.count('name="therapist_strategy"') == 6
    assert body.count('name="client_strategy"') == 6
    data = {
        "therapist_strategy": "T4", "therapist_words": "Look for what held.",
        "client_strategy": "K5", "client_words": "", "technique": "Y3t2",
    }  # fmt: skip
    assert hers.post(address, data).status_code == 302
    steps = {step.strategy: step for step in PlanStep.objects.all()}
    assert set(steps) == {"T4", "K5", "Y3t2"}
    assert steps["T4"].words == "Look for what held."
    assert steps["K5"].words
    assert {step.source for step in steps.values()} == {"therapist"}
    assert "Mindfulness" in page(hers, heron)


def test_bad_input_stays(hers: Browser, heron: Client) -> None:
    address = reverse("sessions:plan_new", args=[heron.pk])
    data = {"therapist_strategy": "T9", "therapist_words": "x" * 601, "client_strategy": "K2"}
    response = hers.post(address, data)
    assert response.status_code == 422
    assert "Choose one of the strategies offered here." in response.content.decode()
    assert "Keep it to 600 characters." in response.content.decode()
    assert not PlanStep.objects.exists()


def test_a_suggestion_is_planned_with_its_technique(hers: Browser, stuck_heron: Client) -> None:
    row = stuck_heron.suggestions.live().get(rule="R1")
    data = {
        "therapist_strategy": "T3", "therapist_words": "", "client_strategy": "K2",
        "client_words": "", "technique": "Y1t3",
    }  # fmt: skip
    hers.post(reverse("impasses:suggestion_plan", args=[row.pk]), data)
    assert {step.strategy for step in PlanStep.objects.all()} == {"T3", "K2", "Y1t3"}


def test_the_printed_plan_names_nobody(hers: Browser, heron: Client) -> None:
    planned(heron)
    assert "Print the plan" in page(hers, heron)
    body = hers.get(reverse("sessions:plan_print", args=[heron.pk])).content.decode()
    slip = body[body.index("What each of us will try") : body.index("</section>")]
    assert "Ask gently." in slip
    assert "Say one thing." in slip
    assert "Heron" not in body
    assert "Thea" not in slip


def test_the_ledger_keeps_what_was_tried_and_what_failed_twice(
    hers: Browser, heron: Client
) -> None:
    assert "What we tried" in page(hers, heron)
    mine, theirs = planned(heron)
    for days, outcome in ((14, "no"), (7, "worse")):
        trials = (
            TrialEntry(step=mine.pk, outcome=outcome),
            TrialEntry(step=theirs.pk, outcome="helped"),
        )
        log(heron, days=days, trials=trials)
    end_step(step=theirs, by=heron.therapist, today=TODAY())
    body = page(hers, heron)
    assert "Failed twice: not offered again" in body
    assert ">Ended<" in body


def test_what_failed_twice_is_not_offered_again_by_any_rule(stuck_heron: Client) -> None:
    from sessions_app.actions import assess_case

    mine, _ = planned(stuck_heron, "T3")
    for days in (6, 5):
        trials = (TrialEntry(step=mine.pk, outcome="no"),)
        log(stuck_heron, "M5b", days=days, trials=trials)
    assess_case(client=stuck_heron, today=TODAY())
    row = stuck_heron.suggestions.live().get(rule="R1")
    assert row.therapist_strategies == ["T1"]
