"""Impasses in a period: what opened, moved and closed, what stands, how long it took to move."""

import uuid
from collections.abc import Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import (
    BooleanField,
    DateField,
    ExpressionWrapper,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)

from impasses.models import Episode, EpisodeMove, Hypothesis, Trial
from impasses.models.episode import CLOSED, Stage
from sessions_app.models import TherapySession
from sessions_app.movement import Standing, end_of, standings
from trends.figures import STUCK_SESSIONS, Fact

if TYPE_CHECKING:
    from trends.facts import Frame


class Impasse(NamedTuple):
    """An impasse as it stood when the period ended, and who may know of it."""

    client: uuid.UUID
    holder: uuid.UUID
    own: bool
    shared: bool
    stage: str
    is_new: bool
    has_loosened: bool
    types: Sequence[str]
    suggested: Sequence[str]

    def fact(self, key: str, *, own: bool = True, shared: bool = True, amount: int = 1) -> Fact:
        """One about it, for those who may know of it."""
        own, shared = own and self.own, shared and self.shared
        return Fact(key, self.client, self.holder, own=own, shared=shared, amount=amount)


def is_private(suggestion: str = "") -> ExpressionWrapper:
    """Whether a suggestion rests on private items; `suggestion` leads to it, as in "step__".

    Named among values, `shared_trace__isnull` would ask the trace for a key of that name.
    """
    return ExpressionWrapper(
        Q(**{f"{suggestion}shared_trace__isnull": True}), output_field=BooleanField()
    )


def episode_facts(frame: "Frame") -> Iterator[Fact]:
    """Of every impasse that was open on some day of the period. Seven queries."""
    episodes = Episode.objects.filter(
        Q(closed_on=None) | Q(closed_on__gte=frame.period.starts_on),
        organisation=frame.organisation,
        opened_on__lte=frame.period.last_day,
    )
    found = dict(_read(frame, episodes))
    waits = _waits(frame, episodes)
    stands = standings(
        Q(pk__in={each.client for each in found.values()}),
        frame.organisation,
        frame.end,
    )
    for pk, impasse in found.items():
        yield from _facts(impasse, *waits[pk], stands[impasse.client])


def _read(frame: "Frame", episodes: QuerySet[Episode]) -> Iterator[tuple[uuid.UUID, Impasse]]:
    first = frame.period.starts_on
    moves, types = _moves(episodes, frame.period.last_day), _types(episodes)
    rows = episodes.values_list(
        "pk", "client", "opened_by", "opened_on", "suggestion",
        is_private("suggestion__"), "suggestion__shared_trace__types",
    )  # fmt: skip
    for pk, client, opened_by, opened_on, suggestion, hides, suggested in rows:
        stage, changed_on = moves[pk][-1]
        if stage in CLOSED and changed_on < first:
            continue  # it was closed then, and was reopened since
        holder, is_shared = frame.holders[client], suggestion is None or not hides
        yield (
            pk,
            Impasse(
                client=client,
                holder=holder,
                own=is_shared or opened_by == holder,
                shared=is_shared,
                stage=stage,
                is_new=opened_on >= first,
                has_loosened=(Stage.LOOSENING, True) in ((s, on >= first) for s, on in moves[pk]),
                types=types.get(pk, ()),
                suggested=suggested or (),
            ),
        )


def _facts(
    impasse: Impasse, own: tuple[int, bool], shared: tuple[int, bool], since: Standing
) -> Iterator[Fact]:
    if impasse.is_new:
        yield impasse.fact("opened")
    if impasse.has_loosened:
        yield impasse.fact("loosened")
    for (waited, has_moved), is_own in ((own, True), (shared, False)):
        key = "wait.moved" if has_moved else "wait.open"
        yield impasse.fact(key, own=is_own, shared=not is_own, amount=waited)
    if impasse.stage in CLOSED:
        yield impasse.fact(impasse.stage)
        return
    yield impasse.fact("open")
    yield impasse.fact(f"stage.{impasse.stage}")
    for type_ in impasse.types:
        yield impasse.fact(f"type.{type_}", shared=False)
    for type_ in impasse.suggested:  # how much the therapist holds it to be one is theirs
        yield impasse.fact(f"type.{type_}", own=False)
    if not impasse.is_new:
        yield impasse.fact(
            "stuck",
            own=since.own_since >= STUCK_SESSIONS,
            shared=since.shared_since >= STUCK_SESSIONS,
        )


def _moves(episodes: QuerySet[Episode], last: date) -> dict[uuid.UUID, list[tuple[str, date]]]:
    """The stages each went through up to a day, with the day, the earliest first."""
    rows = EpisodeMove.objects.filter(episode__in=episodes, undone_at=None, on__lte=last)
    found: dict[uuid.UUID, list[tuple[str, date]]] = {}
    for episode, after, on in rows.order_by("at", "pk").values_list("episode", "after", "on"):
        found.setdefault(episode, []).append((after, on))
    return found


def _types(episodes: QuerySet[Episode]) -> dict[uuid.UUID, list[str]]:
    """What the therapist holds it to be most: one type, or several held as likely."""
    weights: dict[uuid.UUID, list[tuple[int, str]]] = {}
    rows = Hypothesis.objects.filter(episode__in=episodes).exclude(
        confidence=Hypothesis.Confidence.NOT
    )
    for episode, type_, confidence in rows.values_list("episode", "type", "confidence"):
        weights.setdefault(episode, []).append((confidence, type_))
    return {
        episode: sorted(type_ for weight, type_ in held if weight == max(held)[0])
        for episode, held in weights.items()
    }


def _waits(
    frame: "Frame", episodes: QuerySet[Episode]
) -> dict[uuid.UUID, tuple[tuple[int, bool], tuple[int, bool]]]:
    """Held sessions from the opening to the first movement, or so far: own, and for others.

    The session of the movement counts. What closed without it waited until it closed.
    """
    held = TherapySession.objects.filter(
        organisation=frame.organisation,
        client=OuterRef("client"),
        number__isnull=False,
        held_at__lt=frame.end,
    )
    opened = ExpressionWrapper(OuterRef("opened_on") - Value(1), output_field=DateField())
    since = held.filter(held_at__gte=end_of(opened, frame.zone)).order_by("held_at", "created_at")
    forward = EpisodeMove.objects.filter(
        episode=OuterRef(OuterRef("pk")), is_forward=True, undone_at=None
    ).order_by("on")

    def up_to(day: Any) -> QuerySet[TherapySession]:
        return held.filter(held_at__lt=end_of(day, frame.zone)).order_by("-held_at", "-created_at")

    numbers = (
        up_to(opened),
        held.order_by("-held_at", "-created_at"),
        up_to(OuterRef("closed_on")),
        since.filter(movement=True),
        up_to(Subquery(forward.values("on")[:1])),
    )
    moved = EpisodeMove.objects.filter(
        episode=OuterRef("pk"), is_forward=True, undone_at=None, on__lte=frame.period.last_day
    )
    helped = _helped(frame, episodes)
    rows = episodes.order_by().values_list(
        "pk",
        "client",
        "opened_on",
        Subquery(moved.values("pk")[:1]),
        *(Subquery(found.values("number")[:1]) for found in numbers),
    )
    waits = {}
    for pk, client, opened_on, has_moved, before, last, closed, tick, stage in rows:
        tries = [each for each in helped.get(client, ()) if each.on >= opened_on]
        start = before or 0
        at_stage = max(stage or 0, start) if has_moved else None
        until = (last or 0) if closed is None else closed
        waits[pk] = (
            _wait(start, until, tick, at_stage, *(each.number for each in tries if each.own)),
            _wait(start, until, tick, at_stage, *(each.number for each in tries if each.shared)),
        )
    return waits


class Helped(NamedTuple):
    """A held session in which a step helped, and who may know of it."""

    number: int
    on: date
    own: bool
    shared: bool


def _helped(frame: "Frame", episodes: QuerySet[Episode]) -> dict[uuid.UUID, list[Helped]]:
    """Of each case, since the first of these impasses opened. Two queries."""
    oldest = episodes.order_by("opened_on").values("opened_on")[:1]
    trials = Trial.objects.filter(
        organisation=frame.organisation,
        outcome=Trial.Outcome.HELPED,
        on__range=(Subquery(oldest), frame.period.last_day),
        client__in=episodes.order_by().values("client"),
    ).values_list(
        "client", "session_id", "on", "step__suggestion", is_private("step__suggestion__"),
        "step__created_by",
    )  # fmt: skip
    held = TherapySession.objects.filter(
        organisation=frame.organisation,
        pk__in={session for _, session, *_ in trials},
        number__isnull=False,
    )
    numbers: dict[uuid.UUID, int] = {
        pk: number or 0 for pk, number in held.values_list("pk", "number")
    }
    found: dict[uuid.UUID, list[Helped]] = {}
    for client, session, on, suggestion, hides, whose in trials:
        if session in numbers:
            shared = suggestion is None or not hides
            own = shared or whose == frame.holders[client]
            found.setdefault(client, []).append(Helped(numbers[session], on, own, shared))
    return found


def _wait(start: int, until: int, *movements: int | None) -> tuple[int, bool]:
    happened = [number for number in movements if number is not None]
    first = min(happened) if happened else None
    return (max((until if first is None else first) - start, 0), first is not None)
