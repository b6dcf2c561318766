"""What the rules may read about a case, gathered from its latest rows."""

import zoneinfo
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from itertools import chain
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import CharField, Exists, F, OuterRef, Subquery
from django.db.models.functions import Cast, JSONObject

from impasses.facts import CaseFacts, Dismissal, Score, SessionFacts, TagFact, Trial
from impasses.models import Episode, Suggestion
from impasses.models import Trial as TrialRow
from people.models import Client, Visibility
from sessions_app.models import Measurement, Tag, TherapySession

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
    """What the rules read of a case beside its sessions."""

    scores: tuple[Score, ...]
    trials: tuple[Trial, ...]
    dismissed: tuple[Dismissal, ...]
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
    sessions = list(
        client.therapy_sessions.filter(organisation=client.organisation_id)
        .defer("note", "process_note", "agreed_task")
        .annotate(
            marks=ArraySubquery(Tag.objects.filter(therapy_session=OuterRef("pk")).values(_=TAG))
        )
        .newest_first()[:look_back]
    )
    own, shared = (
        CaseFacts(
            sessions=_without_hidden_repairs(sessions, zone, own=is_own),
            scores=beside.scores,
            trials=beside.trials,
            dismissed=beside.dismissed,
            baseline=tuple(client.baseline),
            episode_from=beside.episode_from if is_own or beside.episode_is_shared else None,
            profile=client.organisation.score_profile,
        )
        for is_own in (True, False)
    )
    return own, shared


def read_beside(client: str) -> dict[str, Any]:
    """What to annotate a row with for `beside_of`; `client` names its field of the client."""
    scores = Measurement.objects.filter(client=OuterRef(client))
    firsts = scores.order_by("instrument", "on", "id").distinct("instrument")
    trials = TrialRow.objects.filter(step__client=OuterRef(client)).order_by("-on")
    dismissed = Suggestion.objects.filter(
        client=OuterRef(client),
        state=Suggestion.State.DISMISSED,
        decided_at__isnull=False,
    ).order_by("-decided_at")
    episode = Episode.objects.filter(client=OuterRef(client), closed_on=None)
    return {
        "read_episode": Subquery(episode.values("opened_on")),
        "read_shared": Exists(episode.filter(Episode.objects.shared())),
        "read_scores": ArraySubquery(scores.order_by("-on", "-id").values(_=SCORE)[: SCORES * 5]),
        "read_firsts": ArraySubquery(firsts.values(_=SCORE)),
        "read_trials": ArraySubquery(trials.values(_=TRIAL)[:SCORES]),
        "read_dismissed": ArraySubquery(dismissed.values(_=DISMISSED)[:SCORES]),
    }


def beside_of(row: Any, zone: zoneinfo.ZoneInfo) -> Beside:
    """What was read along with a row; of each questionnaire the first is there once."""
    scores = {score["id"]: score for score in (*row.read_scores, *row.read_firsts)}
    return Beside(
        scores=tuple(
            Score(s["instrument"], date.fromisoformat(s["on"]), Decimal(s["total"]), str(s["id"]))
            for s in scores.values()
        ),
        trials=tuple(
            Trial(t["strategy"], date.fromisoformat(t["on"]), t["outcome"]) for t in row.read_trials
        ),
        dismissed=tuple(
            Dismissal(d["rule"], datetime.fromisoformat(d["at"]).astimezone(zone).date(), "")
            for d in row.read_dismissed
        ),
        episode_from=row.read_episode,
        episode_is_shared=row.read_shared,
    )


def _without_hidden_repairs(
    rows: list[TherapySession], zone: zoneinfo.ZoneInfo, *, own: bool
) -> tuple[SessionFacts, ...]:
    """The facts of sessions, newest first; a repair is told only after strain that is seen."""
    facts = []
    is_open = False
    for row in reversed(rows):
        fact = _session(row, zone, own=own)
        is_open = is_open or any(tag.id == "M5" for tag in fact.tags)
        if not (is_open or row.is_open_to(own=own)):
            fact = replace(fact, repair=None)
        is_open = is_open and row.repair != TherapySession.Repair.REPAIRED
        facts.append(fact)
    return tuple(reversed(facts))


def _session(row: TherapySession, zone: zoneinfo.ZoneInfo, *, own: bool) -> SessionFacts:
    own = row.is_open_to(own=own)
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
