"""What changes an impasse and with it how the case stands; the events are those of `impasses`."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction

from impasses import episode_actions as impasses
from impasses.models import Episode, Suggestion
from people.actions import mark_stale
from people.models import Client, User
from sessions_app import snapshots
from sessions_app.models import CaseSnapshot


@transaction.atomic
def open_impasse(
    *,
    client: Client,
    by: User,
    today: date,
    stage: str,
    words: str = "",
    causes: Iterable[str] = (),
    suggestion: Suggestion | None = None,
) -> Episode:
    """An impasse of the case is suspected or named."""
    client = snapshots.lock_case(client)
    episode = impasses.open_episode(
        client=client,
        by=by,
        today=today,
        stage=stage,
        words=words,
        causes=causes,
        suggestion=suggestion,
    )
    _settle(client, today)
    return episode


@transaction.atomic
def move_impasse(*, episode: Episode, by: User, to: str, today: date) -> Episode:
    """To another stage; forward is movement."""
    client = snapshots.lock_case(episode.client)
    episode = impasses.move_episode(episode=episode, by=by, to=to, today=today)
    _settle(client, today)
    return episode


@transaction.atomic
def close_impasse(
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
    """Resolved or ended unresolved, with what grew from it."""
    client = snapshots.lock_case(episode.client)
    episode = impasses.close_episode(
        episode=episode,
        by=by,
        today=today,
        to=to,
        repaired=repaired,
        growth=growth,
        learned_patterns=learned_patterns,
        learned_alliance=learned_alliance,
        learned_resilience=learned_resilience,
    )
    _settle(client, today)
    return episode


@transaction.atomic
def undo_impasse_move(*, episode: Episode, by: User, now: datetime, today: date) -> Episode:
    """Take the latest move back."""
    client = snapshots.lock_case(episode.client)
    episode = impasses.undo_move(episode=episode, by=by, now=now)
    _settle(client, today)
    return episode


def _settle(client: Client, today: date) -> None:
    if CaseSnapshot.objects.filter(client=client).exists():
        snapshots.refresh(client)
    mark_stale(organisation_id=client.organisation_id, day=today)
