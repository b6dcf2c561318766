"""Trying a change of a rule over history: begun, carried on in small steps, cancelled."""

import uuid
import zoneinfo
from collections.abc import Mapping
from typing import Any

import structlog
from django.db import transaction
from django.utils import timezone

from audit.record import record
from impasses.rule_settings import Adjustment, adjusted
from impasses.rulebook import rulebook
from impasses.rules import Rule
from impasses.rules_in_force import rules_in_force, settings_in_force, version_in_force
from people.models import Client, User
from sessions_app.facts import gather
from sessions_app.models import RuleReplay
from sessions_app.replay import LOOK_BACK, Week, replay_case

STEP = 10  # cases between two looks at whether it was cancelled
log = structlog.get_logger(__name__)
State = RuleReplay.State


@transaction.atomic
def start_replay(*, by: User, rule: str, is_on: bool, thresholds: Mapping[str, int]) -> RuleReplay:
    """Try a change on every case the person may see. Raises OutOfBounds."""
    setting = settings_in_force(by.organisation_id).get(rule)
    version = version_in_force(rule, setting)
    adjusted([rulebook()[rule]], [Adjustment(rule, version + 1, is_on, thresholds)])
    visible = Client.objects.in_care_of(by).order_by("pk").values_list("pk", flat=True)
    replay = RuleReplay.objects.create(
        organisation_id=by.organisation_id,
        asked_by=by,
        rule=rule,
        version=version,
        is_on=is_on,
        thresholds=dict(thresholds),
        clients=list(visible),
        result={"weeks": {}, "cases": {}},
    )
    record(
        "rule replayed",
        by=by,
        target_kind="rule",
        target_id=replay.id,
        target_label=rule,
        detail={"is_on": is_on, "thresholds": dict(thresholds)},
    )
    return replay


@transaction.atomic
def cancel_replay(*, replay: RuleReplay, by: User) -> RuleReplay:
    """Stop after the step under way; what was found so far stays."""
    row = RuleReplay.objects.select_for_update().get(pk=replay.pk)
    if row.is_running:
        row.state = State.CANCELLED
        row.save(update_fields=["state"])
        record(
            "replay cancelled",
            by=by,
            target_kind="rule",
            target_id=row.id,
            target_label=row.rule,
        )
    return row


@transaction.atomic
def advance_replay(*, replay: uuid.UUID) -> bool:
    """Read some more cases; whether there is more to do, by this worker.

    One worker at a time: another finds the row locked and leaves. Repeating it is harmless.
    """
    row = (
        RuleReplay.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("asked_by__organisation")
        .filter(pk=replay, state=State.RUNNING)
        .first()
    )
    if row is None:
        return False
    before = rules_in_force(row.organisation_id)
    after = _changed(before, row)
    ids = row.clients[row.done : row.done + STEP]
    seen = Client.objects.in_care_of(row.asked_by).select_related("organisation")
    for client in seen.filter(pk__in=ids).order_by("pk"):
        _add(row.result, client, _weeks(client, row, before, after))
    row.done += len(ids)
    row.touched_at = timezone.now()
    if row.done >= row.total:
        row.state = State.DONE
    row.save(update_fields=["result", "done", "touched_at", "state"])
    return row.is_running


def _changed(before: tuple[Rule, ...], row: RuleReplay) -> list[Rule]:
    """The rules in force with this one as it is proposed, in published order."""
    change = Adjustment(row.rule, row.version + 1, row.is_on, row.thresholds)
    proposed = adjusted([rulebook()[row.rule]], [change])
    others = [rule for rule in before if rule.id != row.rule]
    return sorted([*others, *proposed], key=lambda rule: rule.order)


def _weeks(client: Client, row: RuleReplay, before: Any, after: Any) -> list[Week]:
    """As the person may see the case: whole for its therapist, else what is shared."""
    zone = zoneinfo.ZoneInfo(row.asked_by.organisation.time_zone)
    own, shared = gather(client, look_back=LOOK_BACK)
    facts = own if client.therapist_id == row.asked_by_id else shared
    try:
        return replay_case(
            facts, before=before, after=after, today=timezone.localdate(timezone=zone)
        )
    except Exception:
        log.exception("replay_failed", client=str(client.pk))
        return []


def _add(result: dict[str, Any], client: Client, weeks: list[Week]) -> None:
    for week in weeks:
        counts = result["weeks"].setdefault(week.monday.isoformat(), [0, 0])
        counts[0] += bool(week.before)
        counts[1] += bool(week.after)
    differing = [[w.monday.isoformat(), w.before, w.after] for w in weeks if w.differs]
    if differing:
        result["cases"][str(client.pk)] = differing
