"""What the rules may read about a case, gathered from its latest rows."""

import zoneinfo
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from itertools import chain
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import CharField, Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Cast, JSONObject

from impasses.conditions_of_trials import note_of
from impasses.facts import CaseFacts, Dismissal, Score, SessionFacts, TagFact, Trial
from impasses.models import Episode, PlanStep, Suggestion
from impasses.models import Trial as TrialRow
from impasses.withheld import Withheld
from people.models import Client, Visibility
from sessions_app.models import Measurement, Tag, TherapySession, TherapySessionQuerySet

LOOK_BACK = 24  # the latest sessions; no rule looks further, so history makes nothing slower
SCORES = 24
TAG = JSONObject(
    **{
        name: F(name)
        for name in ("code", "intensity", "sub_forms", "private_forms", "how", "visibility")
    }
)
SCORE = JSONObject(
    id=F("id"), instrument=F("instrument"), on=F("on"), total=Cast("total", CharField())
)
TRIAL = JSONObject(strategy=F("step__strategy"), on=F("on"), outcome=F("outcome"))
DISMISSED = JSONObject(rule=F("rule"), at=F("decided_at"))


@dataclass(frozen=True)
class Beside:
    """What the rules read of a case beside its sessions.

    Of trials and dismissals there are two: the therapist's, and those that rest on nothing private.
    """

    scores: tuple[Score, ...]
    trials: tuple[tuple[Trial, ...], tuple[Trial, ...]]
    dismissed: tuple[tuple[Dismissal, ...], tuple[Dismissal, ...]]
    episode_from: date | None
    episode_is_shared: bool


def gather(
    client: Client, *, look_back: int = LOOK_BACK, beside: Beside | None = None
) -> tuple[CaseFacts, CaseFacts]:
    """The facts as the therapist has them, and as they are without private items.

    A replay looks further back than the rules need for now. One query, and one more without
    `beside`.
    """
    zone = zoneinfo.ZoneInfo(client.organisation.time_zone)
    if beside is None:
        beside = beside_of(Client.objects.annotate(**read_beside("pk")).get(pk=client.pk), zone)
    sessions = list(_with_marks(client)[:look_back])
    own, shared = (
        CaseFacts(
            sessions=_without_hidden_repairs(sessions, zone, partial(_is_open, own=is_own)),
            scores=beside.scores,
            trials=beside.trials[not is_own],
            dismissed=beside.dismissed[not is_own],
            baseline=tuple(client.baseline),
            episode_from=beside.episode_from if is_own or beside.episode_is_shared else None,
            profile=client.organisation.score_profile,
        )
        for is_own in (True, False)
    )
    return own, shared


def withheld_of(client: Client) -> Withheld:
    """What of a whole case others may not know of, and what they may not be led to. Two queries."""
    zone = zoneinfo.ZoneInfo(client.organisation.time_zone)
    rows = list(_with_marks(client))
    everything = _without_hidden_repairs(rows, zone, lambda _: True)
    told = _without_hidden_repairs(rows, zone, lambda _: False)
    steps = PlanStep.objects.filter(client=client)
    trials = TrialRow.objects.filter(step__in=steps).values_list("step__strategy", "on", "outcome")
    answers = trials.exclude(step__in=steps.read_by(own=False))
    notes = {("", note_of(Trial(*answer))) for answer in answers}
    return Withheld(
        private=_ticks(everything) - _ticks(told) | notes,
        counted=frozenset(
            (fact.id, tag.id)
            for fact in told
            for tag in (*fact.tags, *fact.features)
            if not tag.linkable
        ),
    )


def _ticks(facts: Iterable[SessionFacts]) -> frozenset[tuple[str, str]]:
    """Everything a finding can rest on in these sessions that somebody may keep to themselves."""
    ticks = {(fact.id, tag.id) for fact in facts for tag in (*fact.tags, *fact.features)}
    return frozenset(ticks | {(fact.id, f"{fact.repair}") for fact in facts if fact.repair})


def _with_marks(client: Client) -> TherapySessionQuerySet:
    """Its sessions with their tags, the newest first."""
    marks = ArraySubquery(Tag.objects.filter(therapy_session=OuterRef("pk")).values(_=TAG))
    sessions = client.therapy_sessions.filter(organisation=client.organisation_id)
    return (
        sessions.defer("note", "process_note", "agreed_task").annotate(marks=marks).newest_first()
    )


def read_beside(client: str) -> dict[str, Any]:
    """What to annotate a row with for `beside_of`; `client` names its field of the client."""
    scores = Measurement.objects.filter(client=OuterRef(client))
    firsts = scores.order_by("instrument", "on", "id").distinct("instrument")
    trials = TrialRow.objects.filter(client=OuterRef(client)).order_by("-on", "-id")
    dismissed = Suggestion.objects.filter(
        client=OuterRef(client),
        state=Suggestion.State.DISMISSED,
        decided_at__isnull=False,
    ).order_by("-decided_at")
    episode = Episode.objects.filter(client=OuterRef(client), closed_on=None)
    shared_row = Q(shared_trace__isnull=False)
    own_row = Q(therapist=F("client__therapist")) | shared_row
    return {
        "read_episode": Subquery(episode.values("opened_on")),
        "read_shared": Exists(episode.filter(Episode.objects.shared())),
        "read_scores": ArraySubquery(scores.order_by("-on", "-id").values(_=SCORE)[: SCORES * 5]),
        "read_firsts": ArraySubquery(firsts.values(_=SCORE)),
        "read_own_trials": ArraySubquery(trials.read_by(own=True).values(_=TRIAL)[:SCORES]),
        "read_shared_trials": ArraySubquery(trials.read_by(own=False).values(_=TRIAL)[:SCORES]),
        "read_own_dismissed": ArraySubquery(dismissed.filter(own_row).values(_=DISMISSED)[:SCORES]),
        "read_shared_dismissed": ArraySubquery(
            dismissed.filter(shared_row).values(_=DISMISSED)[:SCORES]
        ),
    }


def beside_of(row: Any, zone: zoneinfo.ZoneInfo) -> Beside:
    """What was read along with a row; of each questionnaire the first is there once."""
    scores = {score["id"]: score for score in (*row.read_scores, *row.read_firsts)}
    return Beside(
        scores=tuple(
            Score(s["instrument"], date.fromisoformat(s["on"]), Decimal(s["total"]), str(s["id"]))
            for s in scores.values()
        ),
        trials=(_trials(row.read_own_trials), _trials(row.read_shared_trials)),
        dismissed=(
            _dismissed(row.read_own_dismissed, zone),
            _dismissed(row.read_shared_dismissed, zone),
        ),
        episode_from=row.read_episode,
        episode_is_shared=row.read_shared,
    )


def _trials(rows: Iterable[Any]) -> tuple[Trial, ...]:
    return tuple(Trial(t["strategy"], date.fromisoformat(t["on"]), t["outcome"]) for t in rows)


def _dismissed(rows: Iterable[Any], zone: zoneinfo.ZoneInfo) -> tuple[Dismissal, ...]:
    return tuple(
        Dismissal(d["rule"], datetime.fromisoformat(d["at"]).astimezone(zone).date(), "")
        for d in rows
    )


def _is_open(row: TherapySession, *, own: bool) -> bool:
    return row.is_open_to(own=own)


def _without_hidden_repairs(
    rows: list[TherapySession], zone: zoneinfo.ZoneInfo, sees: Callable[[TherapySession], bool]
) -> tuple[SessionFacts, ...]:
    """The facts of sessions, newest first; a repair is told only after strain that is seen.

    `sees` says of which sessions the private items are read.
    """
    facts = []
    is_open = False
    for row in reversed(rows):
        fact = _session(row, zone, own=sees(row))
        is_open = is_open or any(tag.id == "M5" for tag in fact.tags)
        if not (is_open or sees(row)):
            fact = replace(fact, repair=None)
        is_open = is_open and row.repair != TherapySession.Repair.REPAIRED
        facts.append(fact)
    return tuple(reversed(facts))


def _session(row: TherapySession, zone: zoneinfo.ZoneInfo, *, own: bool) -> SessionFacts:
    marks = (Tag(**mark) for mark in row.marks)  # type: ignore[attr-defined]
    seen = [tag for tag in marks if tag.is_seen(own=own)]
    signs = [tag for tag in seen if tag.is_manifestation]
    return SessionFacts(
        id=str(row.pk),
        on=row.held_at.astimezone(zone).date(),
        attendance=row.attendance,
        tags=tuple(chain.from_iterable(_mark(tag, own=own) for tag in signs)),
        features=tuple(
            TagFact(id=tag.code, intensity=tag.intensity, linkable=_linkable(tag, own=own))
            for tag in seen
            if not tag.is_manifestation
        ),
        repair=row.repair or None,
        task=row.task or None,
        theme=str(row.theme_id) if row.theme_id else None,
        goals_reviewed=row.goals_reviewed,
        ambivalence=row.ambivalence,
        movement=row.movement,
        context=row.context,
        safety=row.safety,
        safety_checked=row.safety_checked,
    )


def _linkable(tag: Tag, *, own: bool) -> bool:
    return own or tag.visibility != Visibility.COUNTS


def _mark(tag: Tag, *, own: bool) -> list[TagFact]:
    """A manifestation and its sub-forms, each with the tag's intensity."""
    linkable = _linkable(tag, own=own)
    facts = [TagFact(id=tag.code, intensity=tag.intensity, linkable=linkable)]
    for form in tag.forms_for(own=own):
        how = tag.how if form == "M4c" else ""
        facts.append(TagFact(id=form, intensity=tag.intensity, how=how, linkable=linkable))
    return facts
