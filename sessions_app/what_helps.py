"""How often an impasse loosened soon after a strategy was tried. Counts, and no proof of effect."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import sqrt
from typing import Any

from django.db.models import QuerySet

from impasses.catalogue import Entry, catalogue
from impasses.models import Episode, EpisodeMove, PlanStep
from impasses.models.episode import Stage
from people.models import User
from sessions_app.models import HELD, TherapySession

SESSIONS = 4  # held sessions after a step began in which the impasse had to loosen
LEAST = 5  # below so many nothing is shown
YEARS = 2
LOOSENED = {Stage.LOOSENING, Stage.RESOLVED}
LIKELY = 2  # the therapist's confidence from which a type counts as that of the impasse


@dataclass(frozen=True)
class Share:
    """So many of so many, with the interval that would hold the true share 95 times in 100."""

    count: int
    out_of: int

    @property
    def interval(self) -> tuple[int, int]:
        """Lower and upper bound in whole per cent. Wilson 1927, J Am Stat Assoc 22:209-212."""
        z, n, p = 1.96, self.out_of, self.count / self.out_of
        middle, width = p + z * z / (2 * n), z * sqrt(p * (1 - p) / n + z * z / (4 * n * n))
        scale = 1 + z * z / n
        return round(100 * (middle - width) / scale), round(100 * (middle + width) / scale)

    @property
    def in_words(self) -> str:
        """As in "5 of 10 (24 to 76 per cent)"."""
        low, high = self.interval
        return f"{self.count} of {self.out_of} ({low} to {high} per cent)"


@dataclass(frozen=True)
class Helped:
    """A strategy within one type of impasse."""

    strategy: Entry
    share: Share


@dataclass(frozen=True)
class TypeHelped:
    """What was tried in impasses of one type; `hidden` counts strategies tried too rarely."""

    type: Entry
    strategies: tuple[Helped, ...]
    hidden: int


@dataclass(frozen=True)
class WhatHelps:
    """The whole page: one's own cases, and everybody's."""

    own: tuple[TypeHelped, ...]
    everybody: tuple[TypeHelped, ...]


def what_helps(user: User, *, today: date) -> WhatHelps:
    """The impasses of the last two years. Ten queries, whatever their number."""
    since = today - timedelta(days=365 * YEARS)
    rows = Episode.objects.filter(organisation=user.organisation_id, opened_on__gte=since)
    own = rows.filter(Episode.objects.own(), client__therapist=user) if user.treats else rows.none()
    shared = rows.filter(Episode.objects.shared())
    return WhatHelps(own=_by_type(own, own=True), everybody=_by_type(shared, own=False))


def _by_type(episodes: QuerySet[Episode], *, own: bool) -> tuple[TypeHelped, ...]:
    rows = list(
        episodes.select_related("suggestion")
        .prefetch_related("hypotheses", "moves")
        .defer("words", "learned_patterns", "learned_alliance", "learned_resilience")
    )
    clients = {row.client_id for row in rows}
    steps = _grouped(PlanStep.objects.filter(client__in=clients).read_by(own=own).defer("words"))
    held = _grouped(
        TherapySession.objects.filter(client__in=clients, attendance__in=HELD)
        .order_by("held_at")
        .only("client", "held_at")
    )
    tried: Counter[tuple[str, str]] = Counter()
    loosened: Counter[tuple[str, str]] = Counter()
    for row in rows:
        days = [session.held_at.date() for session in held[row.client_id]]
        for strategy, has_loosened in _answers(row, steps[row.client_id], days):
            for type_ in types_of(row, own=own):
                tried[type_, strategy] += 1
                loosened[type_, strategy] += has_loosened
    return tuple(_of_type(kind, tried, loosened) for kind in catalogue().types)


def _grouped(rows: Iterable[Any]) -> Mapping[Any, list[Any]]:
    found: dict[Any, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.client_id].append(row)
    return found


def types_of(row: Episode, *, own: bool) -> list[str]:
    """Those the therapist holds for likely; where nothing was said, those of its suggestion."""
    weighed = list(row.hypotheses.all())
    if weighed:
        return [each.type for each in weighed if each.confidence >= LIKELY]
    if row.suggestion is None:
        return []
    told = row.suggestion.shared_trace or {}
    return row.suggestion.types if own else told.get("types", [])


def _answers(
    row: Episode, steps: Sequence[PlanStep], days: Sequence[date]
) -> Iterator[tuple[str, bool]]:
    """Each strategy tried in the impasse, and whether it loosened soon after; too new: left out."""
    eased = _first_eased(row.moves.all())
    inside = (s for s in steps if row.opened_on <= s.since <= (row.closed_on or date.max))
    first_tried: dict[str, date] = {}
    for step in inside:
        key = step.strategy[:2] if "t" not in step.strategy else step.strategy
        first_tried[key] = min(step.since, first_tried.get(key, step.since))
    for strategy, since in first_tried.items():
        after = [day for day in days if day > since][:SESSIONS]
        limit = after[-1] if len(after) == SESSIONS else None
        if eased and eased >= since and (limit is None or eased <= limit):
            yield strategy, True
        elif limit is not None or not row.is_open:
            yield strategy, False


def _first_eased(moves: Iterable[EpisodeMove]) -> date | None:
    days = [m.on for m in moves if m.undone_at is None and m.after in LOOSENED]
    return min(days, default=None)


def _of_type(
    kind: Entry, tried: Counter[tuple[str, str]], loosened: Counter[tuple[str, str]]
) -> TypeHelped:
    keys = [key for key in tried if key[0] == kind.id]
    shown = sorted((key for key in keys if tried[key] >= LEAST), key=lambda key: key[1])
    return TypeHelped(
        kind,
        tuple(Helped(catalogue()[key[1]], Share(loosened[key], tried[key])) for key in shown),
        len(keys) - len(shown),
    )
