"""Everything that changes suggestions and plans; each with its audit event."""

import time
import zoneinfo
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone

from audit.record import Program, record
from impasses.catalogue import Strategy, catalogue
from impasses.facts import CaseFacts
from impasses.findings import Finding, evidence_in, settle
from impasses.models import PlanStep, Suggestion
from impasses.prompts import prompts_of
from impasses.rules import Rule, evaluate_rule, unseen
from impasses.rules_in_force import rules_at
from people.actions import NotAllowed, mark_stale
from people.models import Client, User

RULES_SECONDS = 1.0
State = Suggestion.State


class TooSlow(Exception):
    """The rules took longer than their time box; the case is assessed again later."""


@dataclass(frozen=True)
class Assessed:
    """The rules that could not be judged, and whether others see other suggestions than before."""

    unjudged: tuple[dict[str, str], ...]
    is_shared_otherwise: bool


@transaction.atomic
def assess(*, client: Client, own: CaseFacts, shared: CaseFacts, today: date) -> Assessed:
    """Keep what the rules find in a case. One query, and what there is to write.

    The same facts leave the same rows. A finding on new facts takes the place of an offered one,
    which stays as superseded; what the therapist planned, put off or dismissed is left as it was
    decided.
    """
    deadline = time.monotonic() + RULES_SECONDS
    rules = rules_at(client.organisation_id, client.organisation.rules_version)
    findings = _find(rules, own, today, deadline)
    seen = {each.rule: each for each in _find(rules, shared, today, deadline)}
    live = {
        row.rule: row
        for row in Suggestion.objects.live()
        .filter(organisation=client.organisation_id, client=client)
        .select_for_update(of=("self",))
    }
    fired: list[str] = []
    is_shared_otherwise = False
    for finding in findings:
        row = live.pop(finding.rule, None)
        told = seen.get(finding.rule)
        if row is not None and not _is_outdated(row, finding, today):
            is_shared_otherwise |= (row.shared_trace is None) != (told is None)
            _refresh(client, row, finding, told, today)
            continue
        if row is not None:
            is_shared_otherwise |= row.withheld_trace is not None
            end_suggestion(row=row)
        _offer(client, finding, told, before=row)
        fired.append(finding.rule)
    for row in live.values():
        is_shared_otherwise |= row.withheld_trace is not None
        end_suggestion(row=row)
    if fired or live:
        mark_stale(organisation_id=client.organisation_id, day=today)
        announce_prompts(therapist=client.therapist, today=today)
        record(
            "case assessed",
            by=Program(client.organisation_id),
            target_kind="client",
            target_id=client.id,
            target_label=client.code_name,
            detail={"offered": len(fired), "cleared": len(live)},
        )
    blind = (
        {"rule": rule.rule, "title": rule.title, "because": " ".join(rule.sentences)}
        for rule in unseen(own, rules=rules, today=today)
    )
    return Assessed(tuple(blind), is_shared_otherwise)


def _find(
    rules: Iterable[Rule], facts: CaseFacts, today: date, deadline: float
) -> tuple[Finding, ...]:
    """What the rules find, one after the other while the time box lasts."""
    found = []
    for rule in rules:
        if time.monotonic() > deadline:
            raise TooSlow
        finding = evaluate_rule(facts, rule, today)
        if finding is not None:
            found.append(finding)
    return settle(found)


def _is_outdated(row: Suggestion, finding: Finding, today: date) -> bool:
    """Whether a finding asks anew: an open row stands on other facts, a dismissal has run out."""
    if row.state == State.DISMISSED:
        return not (finding.is_dismissed and finding.evidence <= evidence_in(row.trace))
    return row.fingerprint != finding.fingerprint and row.is_open(today)


def _refresh(
    client: Client, row: Suggestion, finding: Finding, shared: Finding | None, today: date
) -> None:
    """The same facts may be read in another window by now; what was decided keeps its reasons."""
    trace = finding.to_trace(shared=False) if row.is_open(today) else row.trace
    shared_trace, told = _shared_trace(shared), shared.told if shared else None
    now = (trace, shared_trace, told, None)
    if (row.trace, row.shared_trace, row.told, row.withheld_trace) == now:
        return
    if (row.shared_trace is None) != (shared_trace is None):
        zone = zoneinfo.ZoneInfo(client.organisation.time_zone)
        began = timezone.localdate(row.created_at, zone)
        mark_stale(organisation_id=row.organisation_id, day=began)
    row.trace, row.shared_trace, row.told, row.withheld_trace = now
    row.save(update_fields=["trace", "shared_trace", "withheld_trace", "told"])


def _shared_trace(finding: Finding | None) -> dict[str, object] | None:
    return finding.to_trace(shared=True) if finding else None


def _offer(
    client: Client,
    finding: Finding,
    shared: Finding | None,
    before: Suggestion | None,
) -> None:
    """A new row; on new facts alone it is no new prompt for the week's budget."""
    is_known = before is not None and before.state != State.DISMISSED
    Suggestion.objects.create(
        organisation_id=client.organisation_id,
        client=client,
        therapist_id=client.therapist_id,
        rule=finding.rule,
        rule_version=finding.version,
        rank=finding.order,
        types=list(finding.types),
        causes=list(finding.causes),
        therapist_strategies=list(finding.therapist_strategies),
        client_strategies=list(finding.client_strategies),
        techniques=list(finding.techniques),
        trace=finding.to_trace(shared=False),
        shared_trace=_shared_trace(shared),
        told=shared.told if shared else None,
        fingerprint=finding.fingerprint,
        announced_on=before.announced_on if before and is_known else None,
    )


@transaction.atomic
def end_suggestion(*, row: Suggestion) -> None:
    """No longer live: superseded when nothing had been decided, else as it was decided."""
    if row.state in (State.OFFERED, State.SNOOZED):
        row.state = State.SUPERSEDED
    row.ended_at = timezone.now()
    row.save(update_fields=["state", "ended_at"])


@transaction.atomic
def announce_prompts(*, therapist: User, today: date) -> int:
    """Let waiting prompts through, the most pressing first, as far as the week's budget goes.

    A case has one prompt; what asks for a safety check is never held back. How many were let
    through. Repeating it is harmless; no audit event: nobody decided anything.
    """
    User.objects.select_for_update(of=("self",), no_key=True).get(pk=therapist.pk)
    waiting = [prompt for prompt in prompts_of(therapist, today) if prompt.is_waiting]
    if not waiting:
        return 0
    monday = today - timedelta(days=today.weekday())
    announced = Suggestion.objects.filter(
        organisation=therapist.organisation_id,
        client__therapist=therapist,
        announced_on__gte=monday,
    )
    used = announced.values("client", "rule").distinct().count()  # new facts make a new row
    left = max(therapist.organisation.alert_budget - used, 0)
    safety = [prompt for prompt in waiting if prompt.is_safety]
    others = [prompt for prompt in waiting if not prompt.is_safety]
    through = [*safety, *others[: max(left - len(safety), 0)]]
    if through:
        mark_stale(organisation_id=therapist.organisation_id, day=today)
    return Suggestion.objects.filter(pk__in=[prompt.suggestion for prompt in through]).update(
        announced_on=today
    )


@transaction.atomic
def plan_suggestion(
    *,
    suggestion: Suggestion,
    by: User,
    today: date,
    therapist_words: str,
    client_words: str,
    therapist_strategy: str = "",
    client_strategy: str = "",
    technique: str = "",
) -> tuple[PlanStep, ...]:
    """Make a suggestion the plan: one thing for each side, and perhaps a technique."""
    row = _decide(suggestion, by, State.PLANNED)
    steps = _plan(
        row.client,
        by,
        today,
        (
            ("therapist", therapist_strategy or row.therapist_strategies[0], therapist_words),
            ("client", client_strategy or row.client_strategies[0], client_words),
            ("therapist", technique, catalogue()[technique].explanation if technique else ""),
        ),
        suggestion=row,
        source=PlanStep.Source.SUGGESTION,
    )
    _note("suggestion planned", row, by)
    return steps


@transaction.atomic
def plan_freely(
    *,
    client: Client,
    by: User,
    today: date,
    therapist_strategy: str,
    therapist_words: str,
    client_strategy: str,
    client_words: str,
    technique: str = "",
) -> tuple[PlanStep, ...]:
    """A plan of the therapist's own choice from the catalogue."""
    steps = _plan(
        client,
        by,
        today,
        (
            ("therapist", therapist_strategy, therapist_words),
            ("client", client_strategy, client_words),
            ("therapist", technique, catalogue()[technique].explanation if technique else ""),
        ),
        source=PlanStep.Source.THERAPIST,
    )
    record(
        "plan made",
        by=by,
        target_kind="client",
        target_id=client.id,
        target_label=client.code_name,
    )
    return steps


@transaction.atomic
def agree_step(*, client: Client, by: User, today: date, strategy: str, words: str) -> PlanStep:
    """Something a meeting agreed to try, in the words of the meeting; both sides of it read them.

    `strategy` names a strategy of either side, or a technique, which is the therapist's.
    """
    entry = catalogue()[strategy]
    side = entry.side if isinstance(entry, Strategy) else PlanStep.Side.THERAPIST
    (step,) = _plan(
        client, by, today, ((side, strategy, words),), source=PlanStep.Source.SUPERVISION
    )
    record(
        "agreed in supervision",
        by=by,
        target_kind="plan step",
        target_id=step.id,
        target_label=client.code_name,
        case=client.id,
        detail={"strategy": strategy},
    )
    return step


def _plan(
    client: Client, by: User, today: date, parts: Iterable[tuple[str, str, str]], **more: object
) -> tuple[PlanStep, ...]:
    """A step for each side and strategy that was chosen, in the words given."""
    return tuple(
        PlanStep.objects.create(
            organisation_id=client.organisation_id,
            client=client,
            side=side,
            strategy=strategy,
            words=words,
            since=today,
            created_by=by,
            **more,
        )
        for side, strategy, words in parts
        if strategy
    )


@transaction.atomic
def end_step(*, step: PlanStep, by: User, today: date) -> PlanStep:
    """Stop asking whether a step helped; what was answered stays."""
    step = PlanStep.objects.select_for_update(of=("self",)).get(pk=step.pk)
    if step.ended_on is None:
        step.ended_on = max(today, step.since)
        step.save(update_fields=["ended_on"])
        record(
            "plan step ended",
            by=by,
            target_kind="plan step",
            target_id=step.id,
            target_label=step.client.code_name,
            case=step.client_id,
            detail={"strategy": step.strategy},
        )
    return step


@transaction.atomic
def snooze_suggestion(*, suggestion: Suggestion, by: User, reason: str, until: date) -> Suggestion:
    """Not now: it comes back on `until`."""
    row = _decide(suggestion, by, State.SNOOZED, reason=reason, until=until)
    _note("suggestion put off", row, by, until=str(until))
    return row


@transaction.atomic
def dismiss_suggestion(*, suggestion: Suggestion, by: User, reason: str) -> Suggestion:
    """It does not fit: quiet for three held sessions unless the facts change."""
    row = _decide(suggestion, by, State.DISMISSED, reason=reason)
    _note("suggestion dismissed", row, by)
    return row


def _decide(
    suggestion: Suggestion, by: User, state: str, *, reason: str = "", until: date | None = None
) -> Suggestion:
    row = Suggestion.objects.select_for_update(of=("self",)).get(pk=suggestion.pk)
    if row.ended_at is not None:
        raise NotAllowed(
            "This suggestion has been superseded: the facts have changed since. "
            "Open the case to see what the pattern suggests now."
        )
    if row.state == State.PLANNED:
        raise NotAllowed("This suggestion is planned already: it is in the plan on the case page.")
    row.state, row.reason, row.snoozed_until = state, reason, until
    row.decided_at, row.decided_by = timezone.now(), by
    row.answered_at = row.answered_at or row.decided_at
    row.save(
        update_fields=[
            "state", "reason", "snoozed_until", "decided_at", "decided_by", "answered_at",
        ]
    )  # fmt: skip
    mark_stale(organisation_id=row.organisation_id, day=timezone.localdate(row.answered_at))
    return row


def _note(kind: str, row: Suggestion, by: User, **detail: str) -> None:
    record(
        kind,
        by=by,
        target_kind="suggestion",
        target_id=row.id,
        target_label=row.client.code_name,
        case=row.client_id,
        detail=detail,
    )
