"""Every action is on record, once, with nothing clinical in it; a new action has to be listed."""

import copy
import inspect
import json
import uuid
from collections.abc import Callable
from dataclasses import replace
from types import ModuleType
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.db import transaction

from audit.models import AuditEvent
from impasses import actions as impasses
from impasses.models import Episode, EpisodeMove, Hypothesis, RuleSetting
from people import actions as people
from people.adapter import SAID
from people.audit_page import KINDS
from people.models import (
    Client,
    EmailChange,
    EmergencyAccess,
    Erasure,
    Invitation,
    Notice,
    Organisation,
    Supervision,
    User,
)
from sessions_app import actions as sessions
from sessions_app.entries import SessionEntry
from sessions_app.models import RuleReplay
from supervision.models import Review, VignetteAnswer
from tests.audit.acts import (
    BY_TOM,
    CANARY,
    CLINIC_ACTS,
    ENTRY,
    MODULES,
    TEXTS,
    WITHOUT_EVENT,
    amend,
    draft,
    edit,
    ended,
    paused,
)
from tests.audit.people_acts import PEOPLE_ACTS
from tests.audit.rights_acts import RIGHTS_ACTS
from tests.audit.supervision_acts import SUPERVISION_ACTS
from tests.conftest import TODAY, log
from trends.models import PeriodRun

ACTS = CLINIC_ACTS | PEOPLE_ACTS | SUPERVISION_ACTS | RIGHTS_ACTS
BY = dict.fromkeys(BY_TOM, "Tom") | dict.fromkeys(
    (
        "meeting planned",
        "case proposed for supervision",
        "cases looked up in an emergency",
        "case opened in an emergency",
    ),
    "Petra",
)


def public_functions(module: ModuleType) -> set[str]:
    return {
        f"{module.__name__}.{name}"
        for name, value in inspect.getmembers(module, inspect.isfunction)
        if value.__module__ == module.__name__ and not name.startswith("_")
    }


def audit_text() -> str:
    return json.dumps(list(AuditEvent.objects.values()), default=str).casefold()


def test_every_action_is_in_this_table() -> None:
    actions = set().union(*(public_functions(m) for m in MODULES))
    assert actions == set(ACTS) | set(WITHOUT_EVENT)
    assert not set(ACTS) & set(WITHOUT_EVENT)


@pytest.mark.parametrize("name", sorted(ACTS))
def test_it_writes_one_event_and_without_it_nothing_is_done(
    stuck_heron: Client, tom: User, name: str, monkeypatch: Any
) -> None:
    """The event belongs to the action's transaction: when it cannot be written, nothing stands."""
    prepare, act, kind = ACTS[name]
    made = prepare(stuck_heron)
    before, count = everything(stuck_heron), AuditEvent.objects.count()

    def refuse(*args: Any, **kwargs: Any) -> None:
        raise ConnectionError

    with monkeypatch.context() as patch:
        for module in MODULES:
            patch.setattr(module, "record", refuse, raising=False)
        with pytest.raises(ConnectionError), transaction.atomic():
            act(Client.objects.get(pk=stuck_heron.pk), copy.deepcopy(made))
    assert everything(stuck_heron) == before
    act(stuck_heron, made)
    events = list(AuditEvent.objects.order_by("sequence"))
    assert [event.kind for event in events[count:]] == [kind]
    assert events[-1].actor_label == BY.get(kind, "Thea")
    assert events[-1].organisation_id == stuck_heron.organisation_id
    assert CANARY not in audit_text()


def everything(heron: Client) -> str:
    client = Client.objects.filter(pk=heron.pk).values()
    counted = [model.objects.count() for model in (User, Client, Supervision, AuditEvent)]
    counted += [*Organisation.objects.values(), *User.objects.order_by("pk").values()]
    counted += [*Invitation.objects.values(), *EmailChange.objects.values()]
    counted += [*UserSession.objects.values(), Notice.objects.count()]
    counted += [*Episode.objects.values(), *EpisodeMove.objects.values()]
    counted += [*Hypothesis.objects.values(), *heron.snapshot.__class__.objects.values()]
    counted += [*RuleSetting.objects.values(), *RuleReplay.objects.values()]
    counted += [*VignetteAnswer.objects.values(), *Review.objects.values()]
    counted += [*PeriodRun.objects.values(), *EmergencyAccess.objects.values()]
    counted += [*Erasure.objects.values()]
    rows = [
        list(related.values())
        for related in (
            heron.therapy_sessions.order_by("pk"), heron.suggestions.order_by("pk"),
            heron.plan_steps.order_by("pk"), heron.themes.order_by("pk"),
            heron.sessiondraft_set.order_by("pk"), heron.measurements.order_by("pk"),
            Supervision.objects.order_by("pk"),
        )
    ]  # fmt: skip
    return json.dumps([list(client), counted, rows], default=str)


def test_an_edit_names_the_fields_and_not_their_text(heron: Client) -> None:
    edit(heron)
    event = AuditEvent.objects.get(kind="client changed")
    assert event.detail == {"fields": ["rhythm", "focus", "goals"], "rhythm": ["weekly", "monthly"]}


@pytest.mark.parametrize("again", ["edit", "paused", "set_baseline", "amend"])
def test_what_changes_nothing_is_not_recorded(heron: Client, again: str) -> None:
    session = log(heron, note="as it stands")
    acts: dict[str, Callable[[], Any]] = {
        "edit": lambda: edit(heron),
        "paused": lambda: paused(heron),
        "set_baseline": lambda: people.set_baseline(
            client=heron, by=heron.therapist, baseline=("M1a",)
        ),
        "amend": lambda: sessions.amend_session(
            session=session,
            by=heron.therapist,
            entry=replace(SessionEntry(held_at=session.held_at), note="as it stands"),
            version=1,
        ),
    }
    acts[again]()
    before = AuditEvent.objects.count()
    acts[again]()
    assert AuditEvent.objects.count() == before


def test_the_same_form_posted_again_is_recorded_once(heron: Client) -> None:
    key = uuid.uuid4()
    for _ in range(3):
        sessions.log_session(client=heron, by=heron.therapist, entry=ENTRY, key=key)
    assert AuditEvent.objects.filter(kind="session logged").count() == 1


def test_an_assessment_is_recorded_when_it_changed_something(stuck_heron: Client) -> None:
    event = AuditEvent.objects.get(kind="case assessed")
    assert (event.actor_label, event.actor_id) == ("Impasse Tracker", None)
    assert event.detail["offered"] >= 1
    log(stuck_heron, "M5b", days=20, assess=True)
    log(stuck_heron, days=1, assess=True)
    before = AuditEvent.objects.filter(kind="case assessed").count()
    sessions.assess_case(client=stuck_heron, today=TODAY())
    assert AuditEvent.objects.filter(kind="case assessed").count() == before


def test_a_whole_case_leaves_no_clinical_word_in_the_audit(stuck_heron: Client, tom: User) -> None:
    log(stuck_heron, **TEXTS)
    amend(stuck_heron)
    edit(stuck_heron)
    sessions.discard_draft(draft=draft(stuck_heron), by=stuck_heron.therapist)
    sessions.assess_case(client=stuck_heron, today=TODAY())
    for row in stuck_heron.suggestions.live():
        impasses.dismiss_suggestion(suggestion=row, by=stuck_heron.therapist, reason=CANARY)
    ended(stuck_heron)
    text = audit_text()
    assert CANARY not in text
    assert "heron" in text


def test_every_kind_of_event_can_be_looked_for() -> None:
    known = {kind for kinds in KINDS.values() for kind in kinds}
    assert {kind for _, _, kind in ACTS.values()} <= known
    told = {kind for kind, _ in SAID.values() if kind}
    told |= {"signed in", "signed out", "sign-in refused", "second factor refused", "case assessed"}
    assert told <= known
