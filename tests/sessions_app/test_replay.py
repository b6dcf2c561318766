"""A change of a rule, tried on the cases its supervisor may see, before it is published."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from impasses.models import RuleSetting
from people.models import Client, Supervision, User
from sessions_app import replay_actions
from sessions_app.entries import TagEntry
from sessions_app.models import RuleReplay
from sessions_app.replay_actions import advance_replay, cancel_replay, start_replay
from sessions_app.tasks import replay_one, replay_running
from tests.conftest import PASSWORD, TODAY, log

SignIn = Callable[[User], Browser]
pytestmark = pytest.mark.usefixtures("inside")
DAY = timedelta(days=1)
AS_PUBLISHED = {
    "1.at_least": "2", "1.last": "4", "1.intensity": "1", "2.at_least": "1", "2.last": "4",
    "2.intensity": "3", "3.at_least": "2", "3.last": "4", "3.intensity": "1", "is_on": "on",
}  # fmt: skip


def begun(by: User, *, is_on: bool = False, **more: Any) -> RuleReplay:
    return start_replay(by=by, rule="R1", is_on=is_on, thresholds=more)


def finished(by: User, **more: Any) -> RuleReplay:
    replay = begun(by, **more)
    while advance_replay(replay=replay.pk):
        pass
    replay.refresh_from_db()
    return replay


def address(replay: RuleReplay) -> str:
    return reverse("sessions:rule_replay", args=[replay.pk])


def test_it_counts_the_prompts_of_each_week_and_lists_what_differs(
    sunil: User, stuck_heron: Client
) -> None:
    replay = finished(sunil)
    assert (replay.state, replay.done, replay.total) == ("done", 1, 1)
    assert [counts for _, counts in sorted(replay.result["weeks"].items())] == [
        [0, 0], [0, 0], [1, 0], [1, 0],
    ]  # fmt: skip
    turns = replay.result["cases"][str(stuck_heron.pk)]
    assert [turn[1:] for turn in turns] == [["R1", ""], ["R1", ""]]


def test_it_says_what_the_page_would_have_said(sunil: User, stuck_heron: Client) -> None:
    """Its "before" of this week is the suggestion that stands."""
    replay = finished(sunil)
    assert replay.result["cases"][str(stuck_heron.pk)][-1][1] == "R1"
    assert stuck_heron.suggestions.live().order_by("rank")[0].rule == "R1"


def test_a_supervisor_is_shown_nothing_that_rests_on_private_marks(
    sunil: User, heron: Client
) -> None:
    for days in (21, 14, 7):
        log(heron, TagEntry(code="M5", visibility="private"), days=days)
    assert finished(sunil).result["cases"] == {}


def test_only_cases_the_person_may_see_are_read(
    sunil: User, stuck_heron: Client, tom: User, otto: User
) -> None:
    from people.actions import create_client

    kestrel = create_client(by=tom, code_name="Kestrel")
    for days in (21, 14, 7):
        log(kestrel, "M5a", days=days)
    replay = finished(sunil)
    assert replay.clients == [stuck_heron.pk]


@pytest.mark.parametrize("is_read_before", [True, False])
def test_a_case_that_left_meanwhile_is_neither_read_nor_shown(
    sunil: User, stuck_heron: Client, client_for: SignIn, is_read_before: bool
) -> None:
    replay = finished(sunil) if is_read_before else begun(sunil)
    Supervision.objects.update(since=TODAY() - DAY, until=TODAY() - DAY)
    advance_replay(replay=replay.pk)
    replay.refresh_from_db()
    assert bool(replay.result["cases"]) is is_read_before
    assert "Heron" not in client_for(sunil).get(address(replay)).content.decode()


def test_a_rule_lists_what_was_tried_with_it_and_no_other(
    sunil: User, stuck_heron: Client, client_for: SignIn
) -> None:
    replay, browser = begun(sunil), client_for(sunil)
    for rule, is_listed in (("R1", True), ("R2", False)):
        page = browser.get(reverse("sessions:rule_change", args=[rule])).content.decode()
        assert (address(replay) in page) is is_listed


def test_a_lost_worker_loses_nothing(
    sunil: User, stuck_heron: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    from people.actions import create_client

    for number in range(3):
        create_client(by=stuck_heron.therapist, code_name=f"Reed {number}")
    monkeypatch.setattr(replay_actions, "STEP", 2)
    replay = begun(sunil)
    assert advance_replay(replay=replay.pk)
    replay.refresh_from_db()
    assert (replay.done, replay.state) == (2, "running")
    replay_running()
    replay.refresh_from_db()
    assert replay.state == "running", "just touched: its worker may live"
    RuleReplay.objects.update(touched_at=replay.created_at.replace(year=2020))
    replay_running()
    replay.refresh_from_db()
    assert (replay.state, replay.done) == ("done", 4)
    assert list(replay.result["weeks"].values())[-1] == [1, 0]
    replay_one(organisation=str(sunil.organisation_id), replay=str(replay.pk))
    assert RuleReplay.objects.get().result == replay.result


def test_it_can_be_cancelled_and_keeps_what_it_found(
    sunil: User, stuck_heron: Client, client_for: SignIn
) -> None:
    replay = begun(sunil)
    cancel_replay(replay=replay, by=sunil)
    assert not advance_replay(replay=replay.pk)
    body = client_for(sunil).get(address(replay)).content.decode()
    assert "then cancelled" in body
    response = client_for(sunil).post(address(replay), {"reason": "x", "password": PASSWORD})
    assert "Let the replay finish first" in response.content.decode() or "Cancelled" in body
    assert not RuleSetting.objects.exists()


def test_from_the_rules_page_to_a_published_change(
    sunil: User, stuck_heron: Client, client_for: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = client_for(sunil)
    change = reverse("sessions:rule_change", args=["R1"])
    body = browser.get(change).content.decode()
    assert "Alliance strain in at least 2 of the last 4 held sessions" in body
    response = browser.post(change, AS_PUBLISHED | {"1.at_least": "3"})
    replay = RuleReplay.objects.get()
    assert response["Location"] == address(replay)
    assert replay.thresholds == {"1.at_least": 3}
    assert "You can leave this page" in browser.get(address(replay)).content.decode()
    replay_one(organisation=str(sunil.organisation_id), replay=str(replay.pk))
    body = browser.get(address(replay)).content.decode()
    assert "1 case differs" in body
    assert "Heron" in body
    response = browser.post(address(replay), {"reason": "Too early.", "password": PASSWORD})
    assert response.status_code == 302
    assert RuleSetting.objects.get().thresholds == {"1.at_least": 3}
    assert "was changed since this replay" in browser.get(address(replay)).content.decode()


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"reason": "", "password": PASSWORD}, "Say why"),
        ({"reason": "Why", "password": ""}, "Give your password"),
        ({"reason": "Why", "password": "wrong-password"}, "That is not your password."),
    ],
)
def test_publishing_asks_for_a_reason_and_for_the_password(
    sunil: User, client_for: SignIn, data: dict[str, str], sentence: str
) -> None:
    response = client_for(sunil).post(address(finished(sunil)), data)
    assert response.status_code == 422
    body = response.content.decode()
    assert sentence in body
    assert "wrong-password" not in body
    assert not RuleSetting.objects.exists()


def test_guessing_the_password_is_slowed_down(sunil: User, client_for: SignIn) -> None:
    browser, replay = client_for(sunil), finished(sunil)
    for _ in range(12):
        response = browser.post(address(replay), {"reason": "Why", "password": "a-guess"})
    assert "Too many tries." in response.content.decode()
    browser.post(address(replay), {"reason": "Why", "password": PASSWORD})
    assert not RuleSetting.objects.exists()


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({}, "change something to try it"),
        ({"1.at_least": "13"}, "Give a whole number from 1 to 12."),
        ({"1.at_least": "many"}, "Give a whole number from 1 to 12."),
        ({"1.at_least": "5"}, "5 of 4 sessions cannot be."),
    ],
)
def test_bad_thresholds_stay_on_the_page(
    sunil: User, client_for: SignIn, data: dict[str, str], sentence: str
) -> None:
    change = reverse("sessions:rule_change", args=["R1"])
    response = client_for(sunil).post(change, AS_PUBLISHED | data)
    assert response.status_code == 422
    assert sentence in response.content.decode()
    assert not RuleReplay.objects.exists()


def test_an_unknown_rule_is_not_there(sunil: User, client_for: SignIn) -> None:
    assert client_for(sunil).get("/rules/R99/change/").status_code == 404
    assert client_for(sunil).get(f"/replays/{uuid.uuid4()}/").status_code == 404


def test_the_progress_asks_again_until_it_is_done(sunil: User, client_for: SignIn) -> None:
    replay = begun(sunil)
    browser = client_for(sunil)
    progress = reverse("sessions:rule_replay_progress", args=[replay.pk])
    response = browser.get(progress)
    assert "hx-get" in response.content.decode()
    assert "HX-Refresh" not in response
    advance_replay(replay=replay.pk)
    response = browser.get(progress)
    assert "hx-get" not in response.content.decode()
    assert response["HX-Refresh"] == "true"


def test_a_notice_is_shown_until_it_is_seen(
    sunil: User, thea: User, heron: Client, client_for: SignIn
) -> None:
    from impasses.rule_actions import publish_rule

    publish_rule(by=sunil, rule="R1", is_on=False, thresholds={}, reason="Why", version=1)
    browser = client_for(thea)
    said = "Sunil switched off rule R1"
    assert said in browser.get("/today/").content.decode()
    notice = thea.notices.get()
    browser.post(reverse("people:notice_seen", args=[notice.pk]))
    assert said not in browser.get("/today/").content.decode()
