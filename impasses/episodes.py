"""Where an impasse can go from where it stands: the life of an episode as a small machine."""

from datetime import datetime, timedelta

from impasses.models import EpisodeMove
from impasses.models.episode import CLOSED, OPEN, Stage
from people.models import User

UNDO_MINUTES = 10


def next_stages(stage: str) -> list[str]:
    """Forward, back by one, or to an end; from an end back to the work."""
    if stage in CLOSED:
        return [Stage.WORKED]
    place = OPEN.index(Stage(stage))
    return [*OPEN[max(place - 1, 0) : place], *OPEN[place + 1 :], *CLOSED]


def is_forward(before: str, after: str) -> bool:
    """Whether a move is movement: nearer to a resolved impasse. Opening one is none."""
    order = [*OPEN, Stage.RESOLVED]
    if before not in OPEN or after not in order:
        return False
    return order.index(Stage(after)) > order.index(Stage(before))


def may_undo(move: EpisodeMove, by: User, now: datetime) -> bool:
    """For ten minutes, by whoever made it; an opening cannot be taken back."""
    is_fresh = now - move.at <= timedelta(minutes=UNDO_MINUTES)
    return bool(move.before) and move.by_id == by.pk and is_fresh
