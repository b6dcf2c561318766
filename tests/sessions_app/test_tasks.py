"""What the worker does: repeating is harmless, one failure stops nothing else."""

import uuid
from typing import Any

import pytest
from django.db import DatabaseError

from audit.models import AuditEvent
from impasses.models import Suggestion
from people import actions as people
from people import walls
from people.models import Client
from sessions_app import tasks
from sessions_app.actions import assess_case
from sessions_app.models import CaseSnapshot
from tests.conftest import TODAY, log


def stuck(client: Client) -> Client:
    for days in (21, 14, 7):
        log(client, "M5b", days=days)
    return client


def waiting() -> int:
    return sum(snapshot.is_waiting for snapshot in CaseSnapshot.objects.all())


def test_the_sweep_assesses_every_organisations_waiting_cases(heron: Client, wren: Client) -> None:
    stuck(heron)
    with walls.inside(wren.organisation_id):
        stuck(wren)
    tasks.assess_waiting()
    for client in (heron, wren):
        with walls.inside(client.organisation_id):
            assert waiting() == 0
            assert list(Suggestion.objects.values_list("client", "rule")) == [(client.pk, "R1")]


def test_it_works_without_an_organisation_and_leaves_none_behind(heron: Client) -> None:
    stuck(heron)
    before = walls.current()
    tasks.assess_waiting()
    assert walls.current() == before


def test_again_and_again_changes_nothing(heron: Client) -> None:
    stuck(heron)

    def state() -> list[Any]:
        return [
            list(Suggestion.objects.values().order_by("pk")),
            list(CaseSnapshot.objects.values()),
            AuditEvent.objects.count(),
        ]

    tasks.assess_waiting()
    once = state()
    for _ in range(3):
        tasks.assess_waiting()
        tasks.assess_one(organisation=str(heron.organisation_id), client=str(heron.pk))
    assert state() == once


def test_the_bell_assesses_one_case_alone(heron: Client) -> None:
    finch = people.create_client(by=heron.therapist, code_name="Finch")
    stuck(heron)
    stuck(finch)
    tasks.assess_one(organisation=str(heron.organisation_id), client=str(heron.pk))
    assert [s.client for s in CaseSnapshot.objects.all() if s.is_waiting] == [finch]


def test_one_case_that_fails_does_not_stop_the_others(heron: Client, monkeypatch: Any) -> None:
    finch = people.create_client(by=heron.therapist, code_name="Finch")
    stuck(heron)
    stuck(finch)
    real = assess_case

    def fail_for_heron(*, client: Client, **rest: Any) -> None:
        if client == heron:
            raise DatabaseError
        real(client=client, **rest)

    monkeypatch.setattr(tasks, "assess_case", fail_for_heron)
    tasks.assess_waiting()
    assert [s.client for s in CaseSnapshot.objects.all() if s.is_waiting] == [heron]


def test_rules_that_take_too_long_are_stopped_and_the_case_stays_waiting(
    heron: Client, monkeypatch: Any
) -> None:
    stuck(heron)
    monkeypatch.setattr("impasses.actions.RULES_SECONDS", -1)
    tasks.assess_waiting()
    assert waiting() == 1
    assert not Suggestion.objects.exists()


def test_a_bell_for_what_is_not_there_is_no_error(heron: Client, wren: Client) -> None:
    nobody = str(uuid.uuid4())
    tasks.assess_one(organisation=nobody, client=nobody)
    tasks.assess_one(organisation=str(heron.organisation_id), client=nobody)
    tasks.assess_one(organisation=str(heron.organisation_id), client=str(wren.pk))


def test_a_newer_program_may_send_more_arguments(heron: Client) -> None:
    tasks.assess_waiting(since="2026-01-01")
    tasks.assess_one(organisation=str(heron.organisation_id), client=str(heron.pk), why="x")


def test_what_changed_while_the_rules_read_is_assessed_again(
    heron: Client, monkeypatch: Any
) -> None:
    stuck(heron)
    assess_case(client=heron, today=TODAY())
    assert waiting() == 0
    log(heron, days=1)
    assert waiting() == 1


def test_two_workers_at_once_offer_one_suggestion(
    transactional_db: None, heron: Client, at_once: Any
) -> None:
    stuck(heron)
    at_once(lambda number: tasks.assess_waiting(), 4)
    with walls.inside(heron.organisation_id):
        assert list(Suggestion.objects.values_list("rule", flat=True)) == ["R1"]
        assert AuditEvent.objects.filter(kind="case assessed").count() == 1
        assert waiting() == 0


def test_old_sign_ins_are_forgotten(db: None, monkeypatch: Any) -> None:
    called: list[str] = []
    monkeypatch.setattr(tasks, "call_command", called.append)
    tasks.tidy()
    assert called == ["clearsessions"]


@pytest.mark.parametrize("task", [tasks.assess_waiting, tasks.assess_one, tasks.tidy])
def test_a_killed_worker_gives_its_task_back(task: Any) -> None:
    assert task.app.conf.task_acks_late
    assert task.app.conf.task_reject_on_worker_lost
    assert task.ignore_result
    visibility = task.app.conf.broker_transport_options["visibility_timeout"]
    assert task.app.conf.task_time_limit < visibility
