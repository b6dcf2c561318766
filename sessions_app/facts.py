"""What the rules may read about a case, gathered from its latest rows."""

import zoneinfo
from itertools import chain

from impasses.facts import CaseFacts, Dismissal, Score, SessionFacts, TagFact, Trial
from impasses.models import Suggestion
from impasses.models import Trial as TrialRow
from people.models import Client, Visibility
from sessions_app.models import Measurement, Tag, TherapySession

LOOK_BACK = 24  # the latest sessions; no rule looks further, so history makes nothing slower
SCORES = 24


def gather(client: Client, *, look_back: int = LOOK_BACK) -> tuple[CaseFacts, CaseFacts]:
    """The facts as the therapist has them, and as they are without private items.

    A replay looks further back than the rules need for now.
    """
    sessions = list(
        client.therapy_sessions.filter(organisation=client.organisation_id)
        .newest_first()
        .prefetch_related("tags")[:look_back]
    )
    zone = zoneinfo.ZoneInfo(client.organisation.time_zone)
    scores = _scores(client)
    trials = tuple(
        Trial(strategy=row.step.strategy, on=row.on, outcome=row.outcome)
        for row in TrialRow.objects.filter(organisation=client.organisation_id, step__client=client)
        .select_related("step")
        .order_by("-on")[:SCORES]
    )
    dismissed = tuple(
        Dismissal(rule=row.rule, on=row.decided_at.astimezone(zone).date(), reason="")
        for row in Suggestion.objects.filter(
            organisation=client.organisation_id, client=client, state=Suggestion.State.DISMISSED
        )
        .defer("trace", "shared_trace", "reason")
        .order_by("-decided_at")[:SCORES]
        if row.decided_at
    )
    own, shared = (
        CaseFacts(
            sessions=tuple(_session(row, zone, own=is_own) for row in sessions),
            scores=scores,
            trials=trials,
            dismissed=dismissed,
            baseline=tuple(client.baseline),
            profile=client.organisation.score_profile,
        )
        for is_own in (True, False)
    )
    return own, shared


def _scores(client: Client) -> tuple[Score, ...]:
    rows = Measurement.objects.latest_and_first(client, SCORES * 5)
    return tuple(Score(r.instrument, r.on, r.total, id=str(r.pk)) for r in rows)


def _session(row: TherapySession, zone: zoneinfo.ZoneInfo, *, own: bool) -> SessionFacts:
    seen = [tag for tag in row.tags.all() if tag.is_seen(own=own)]
    marks = [tag for tag in seen if tag.is_manifestation]
    return SessionFacts(
        id=str(row.pk),
        on=row.held_at.astimezone(zone).date(),
        attendance=row.attendance,
        tags=tuple(chain.from_iterable(_mark(tag, own=own) for tag in marks)),
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
