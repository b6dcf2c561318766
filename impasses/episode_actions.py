"""Everything that changes an impasse; each with its audit event. None of it is a verdict."""

import uuid
from collections.abc import Iterable, Mapping
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from audit.record import record
from impasses.episodes import is_forward, may_undo, next_stages
from impasses.models import Episode, EpisodeMove, Hypothesis, Suggestion
from impasses.models.episode import CLOSED, OPEN, Stage
from people.actions import NotAllowed, mark_stale
from people.models import Client, User


@transaction.atomic
def open_episode(
    *,
    client: Client,
    by: User,
    today: date,
    stage: str = Stage.SUSPECTED,
    words: str = "",
    causes: Iterable[str] = (),
    suggestion: Suggestion | None = None,
) -> Episode:
    """An impasse is suspected, or named at once; from a suggestion it takes the evidence along.

    Raises NotAllowed while another one of the client is open.
    """
    if Episode.objects.filter(client=client, closed_on=None).exists():
        raise NotAllowed("An impasse is open already: work with that one, or close it first.")
    if stage not in OPEN:
        raise NotAllowed("An impasse begins as suspected or named.")
    episode = Episode.objects.create(
        organisation_id=client.organisation_id,
        client=client,
        stage=stage,
        words=words,
        causes=list(causes) or (list(suggestion.causes) if suggestion else []),
        suggestion=suggestion,
        sessions=[uuid.UUID(key) for key in suggestion.trace["sessions"]] if suggestion else [],
        opened_on=today,
        opened_by=by,
    )
    _move(episode, "", by, today)
    _note("impasse opened", episode, by)
    return episode


@transaction.atomic
def move_episode(*, episode: Episode, by: User, to: str, today: date) -> Episode:
    """To a later stage, or back by one; a closed one is reopened by moving to "being worked"."""
    episode = _locked(episode)
    if to == episode.stage:
        return episode
    if to not in next_stages(episode.stage):
        raise NotAllowed(
            f"It is {episode.get_stage_display().lower()} now, and cannot be moved there."
        )
    before = episode.stage
    if before in CLOSED:
        _refuse_second(episode)
    episode.stage = to
    episode.closed_on = max(today, episode.opened_on) if to in CLOSED else None
    episode.version += 1
    episode.save()
    _move(episode, before, by, today)
    _note("impasse moved", episode, by)
    return episode


@transaction.atomic
def close_episode(
    *,
    episode: Episode,
    by: User,
    today: date,
    to: str,
    repaired: str,
    growth: Iterable[str],
    learned_patterns: str,
    learned_alliance: str,
    learned_resilience: str,
) -> Episode:
    """Resolved or ended unresolved, with what grew from it; that can be written anew later."""
    if to not in CLOSED:
        raise NotAllowed("Choose resolved, or ended unresolved.")
    was_closed = episode.stage == to
    episode = move_episode(episode=episode, by=by, to=to, today=today)
    grew = {
        "repaired": repaired,
        "growth": list(growth),
        "learned_patterns": learned_patterns,
        "learned_alliance": learned_alliance,
        "learned_resilience": learned_resilience,
    }
    if all(getattr(episode, name) == value for name, value in grew.items()):
        return episode
    for name, value in grew.items():
        setattr(episode, name, value)
    episode.save()
    if was_closed:
        _note("impasse described", episode, by)
    return episode


@transaction.atomic
def undo_move(*, episode: Episode, by: User, now: datetime) -> Episode:
    """Take back the latest move, within ten minutes, by whoever made it.

    Taking back the opening is not possible: close the impasse instead.
    """
    episode = _locked(episode)
    move = episode.moves.filter(undone_at=None).order_by("-at", "-pk").first()
    if move is None or not may_undo(move, by, now):
        raise NotAllowed("This can be taken back for ten minutes, by whoever did it.")
    if episode.stage in CLOSED and move.before in OPEN:
        _refuse_second(episode)
    episode.stage = move.before
    episode.closed_on = move.on if move.before in CLOSED else None
    episode.version += 1
    episode.save()
    move.undone_at = now
    move.save(update_fields=["undone_at"])
    mark_stale(organisation_id=episode.organisation_id, day=move.on)
    _note("impasse move undone", episode, by)
    return episode


@transaction.atomic
def describe_episode(
    *, episode: Episode, by: User, words: str, causes: Iterable[str], version: int
) -> Episode:
    """What it is in the therapist's own words, and what may lie underneath.

    `version` is the one the edit began from.
    """
    episode = _locked(episode)
    if (episode.words, episode.causes) == (words, list(causes)):
        return episode
    if episode.version != version:
        raise NotAllowed("This impasse was changed since you opened the page: look at it again.")
    episode.words, episode.causes = words, list(causes)
    episode.version += 1
    episode.save()
    _note("impasse described", episode, by)
    return episode


@transaction.atomic
def weigh_types(
    *, episode: Episode, by: User, weights: Mapping[str, tuple[int | None, str]]
) -> Episode:
    """How much the therapist holds each type to be it, and why; None takes an answer back."""
    episode = _locked(episode)
    known = {row.type: row for row in Hypothesis.objects.filter(episode=episode)}
    changed = [type_ for type_ in weights if weights[type_] != _weight(known.get(type_))]
    for type_ in changed:
        confidence, reason = weights[type_]
        if confidence is None:
            known[type_].delete()
            continue
        row = known.get(type_) or Hypothesis(
            organisation_id=episode.organisation_id, episode=episode, type=type_
        )
        row.confidence, row.reason, row.changed_at = confidence, reason, timezone.now()
        row.save()
    if changed:
        mark_stale(organisation_id=episode.organisation_id, day=episode.opened_on)
        _note("hypotheses weighed", episode, by)
    return episode


def _weight(row: Hypothesis | None) -> tuple[int | None, str]:
    return (row.confidence, row.reason) if row else (None, "")


def _refuse_second(episode: Episode) -> None:
    others = Episode.objects.filter(client=episode.client_id, closed_on=None)
    if others.exclude(pk=episode.pk).exists():
        raise NotAllowed("Another impasse is open now: close that one before you reopen this.")


def _locked(episode: Episode) -> Episode:
    return (
        Episode.objects.select_for_update(of=("self",))
        .select_related("client__organisation", "suggestion")
        .get(pk=episode.pk)
    )


def _move(episode: Episode, before: str, by: User, today: date) -> None:
    EpisodeMove.objects.create(
        organisation_id=episode.organisation_id,
        client_id=episode.client_id,
        episode=episode,
        before=before,
        after=episode.stage,
        on=today,
        by=by,
        is_forward=is_forward(before, episode.stage),
    )


def _note(kind: str, episode: Episode, by: User) -> None:
    record(
        kind,
        by=by,
        target_kind="impasse",
        target_id=episode.id,
        target_label=episode.client.code_name,
        case=episode.client_id,
    )
