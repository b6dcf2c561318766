"""The facts of a period, read from the raw rows of one organisation with a fixed number of queries.

Each read costs the rows of the period, or of what is open, never those of the history.
"""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import (
    BooleanField,
    Case,
    Exists,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)

from impasses.catalogue import catalogue
from impasses.measures import profiles
from impasses.models import Suggestion, Trial
from people.models import Client, Handover, Organisation, Supervision
from sessions_app.models import HELD, Measurement, SessionDraft, Tag, TherapySession
from trends.episode_facts import episode_facts, is_private
from trends.figures import Fact
from trends.periods import Period

SCORE_WITHIN = timedelta(weeks=12)
STRAIN = "M5"


@dataclass(frozen=True)
class Reading:
    """Everything a period's summaries are made of."""

    facts: tuple[Fact, ...]
    holders: Mapping[uuid.UUID, uuid.UUID]
    """The therapist of each client at the end of the period."""
    teams: Mapping[uuid.UUID, frozenset[uuid.UUID]]
    """The therapists of each supervisor on its last day."""


@dataclass(frozen=True)
class Frame:
    """What is read: an organisation and a period, by days and by moments."""

    organisation: Organisation
    period: Period
    holders: Mapping[uuid.UUID, uuid.UUID]

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.organisation.time_zone)

    @property
    def begin(self) -> datetime:
        return self.period.moments(self.zone)[0]

    @property
    def end(self) -> datetime:
        return self.period.moments(self.zone)[1]

    @property
    def days(self) -> tuple[date, date]:
        return self.period.starts_on, self.period.last_day


def read_facts(organisation: Organisation, period: Period) -> Reading:
    """Of a period that is over; the organisation is the one the connection works for."""
    frame = Frame(organisation, period, _holders(organisation, period))
    readers = (
        _cases, _sessions, _signs, episode_facts, _suggestions, _unanswered, _outcomes, _scores,
        _drafts,
    )  # fmt: skip
    found = (fact for read in readers for fact in read(frame))
    facts = tuple(fact for fact in found if fact.own or fact.shared)
    return Reading(facts, frame.holders, _teams(organisation, period))


def _holders(organisation: Organisation, period: Period) -> dict[uuid.UUID, uuid.UUID]:
    """Who had each case when the period ended: the first to give it away since, or who has it."""
    holders = dict(
        Client.objects.filter(organisation=organisation).values_list("pk", "therapist").order_by()
    )
    moved = Handover.objects.filter(organisation=organisation, on__gte=period.ends_before)
    holders.update(moved.order_by("-on", "-pk").values_list("client", "before"))
    return holders


def _teams(organisation: Organisation, period: Period) -> dict[uuid.UUID, frozenset[uuid.UUID]]:
    teams: dict[uuid.UUID, set[uuid.UUID]] = {}
    running = Supervision.objects.running(period.last_day).filter(organisation=organisation)
    for supervisor, therapist in running.values_list("supervisor", "therapist"):
        teams.setdefault(supervisor, set()).add(therapist)
    return {supervisor: frozenset(team) for supervisor, team in teams.items()}


# --- cases and sessions --------------------------------------------------------------------------


def _cases(frame: Frame) -> Iterator[Fact]:
    """Each case under way, and what is missing about it."""
    sessions = TherapySession.objects.filter(
        organisation=frame.organisation, client=OuterRef("pk"), held_at__lt=frame.end
    )
    scores = Measurement.objects.filter(
        organisation=frame.organisation,
        client=OuterRef("pk"),
        on__range=(frame.period.ends_before - SCORE_WITHIN, frame.period.last_day),
    )
    rows = Client.objects.filter(
        Exists(sessions),
        Q(ended_on=None) | Q(ended_on__gt=frame.period.last_day),
        organisation=frame.organisation,
    ).values_list("pk", Exists(sessions.filter(held_at__gte=frame.begin)), Exists(scores))
    for client, has_log, has_score in rows:
        therapist = frame.holders[client]
        yield Fact("cases", client, therapist)
        if not has_log:
            yield Fact("missing.log", client, therapist)
        if not has_score:
            yield Fact("missing.score", client, therapist)


def _sessions(frame: Frame) -> Iterator[Fact]:
    rows = TherapySession.objects.filter(
        organisation=frame.organisation, held_at__gte=frame.begin, held_at__lt=frame.end
    ).values_list("client", "author", "attendance")
    for client, author, attendance in rows:
        yield Fact("held" if attendance in HELD else "missed", client, author)
        yield Fact(f"attendance.{attendance}", client, author)


def _signs(frame: Frame) -> Iterator[Fact]:
    """The manifestations of held sessions, and what became of alliance strain.

    Behind the wall PostgreSQL knows how rare a listed code is, and not how rare a beginning.
    """
    is_counted = Case(
        When(Tag.counted(), then=Value(True)), default=Value(False), output_field=BooleanField()
    )
    rows = Tag.objects.filter(
        organisation=frame.organisation,
        code__in=[sign.id for sign in catalogue().manifestations],
        therapy_session__held_at__gte=frame.begin,
        therapy_session__held_at__lt=frame.end,
        therapy_session__attendance__in=HELD,
    ).values_list(
        "therapy_session__client", "therapy_session__author", "code", "intensity", is_counted,
        "therapy_session__repair",
    )  # fmt: skip
    for client, author, code, intensity, counted, repair in rows:
        yield Fact(f"sign.{code}", client, author, shared=counted)
        yield Fact(f"intensity.{code}", client, author, shared=counted, amount=intensity)
        if code == STRAIN:
            yield Fact("strain", client, author, shared=counted)
            yield Fact(f"repair.{repair or 'unsaid'}", client, author, shared=counted)


def _drafts(frame: Frame) -> Iterator[Fact]:
    rows = SessionDraft.objects.filter(organisation=frame.organisation, saved_at__lt=frame.end)
    for client, author in rows.values_list("client", "author"):
        yield Fact("drafts", client, author, shared=False)


# --- suggestions, plans, scores ------------------------------------------------------------------


def _of(frame: Frame, key: str, client: Any, whose: Any, is_shared: bool) -> Fact:
    """Of what its author and, where it rests on nothing private, others may know."""
    holder = frame.holders[client]
    return Fact(key, client, holder, own=is_shared or whose == holder, shared=is_shared)


def _suggestions(frame: Frame) -> Iterator[Fact]:
    """What came up, and what was first decided about it; new facts make a new row of the same."""
    own = Suggestion.objects.filter(organisation=frame.organisation)
    came = own.filter(announced_on__range=frame.days, created_at__lt=frame.end)
    yield from _once(frame, "offered", came)
    decided = own.filter(answered_at__gte=frame.begin, answered_at__lt=frame.end)
    for client, whose, hides, state in decided.values_list(
        "client", "therapist", is_private(), "state"
    ):
        # What was put off is superseded later by itself: nobody decided that.
        decision = "snoozed" if state == Suggestion.State.SUPERSEDED else str(state)
        yield _of(frame, decision, client, whose, not hides)


def _unanswered(frame: Frame) -> Iterator[Fact]:
    waiting = Suggestion.objects.filter(
        Q(ended_at=None) | Q(ended_at__gte=frame.end),
        Q(answered_at=None) | Q(answered_at__gte=frame.end),
        organisation=frame.organisation,
        announced_on__lte=frame.period.last_day,
        created_at__lt=frame.end,
    )
    yield from _once(frame, "unanswered", waiting)


def _once(frame: Frame, key: str, found: QuerySet[Suggestion]) -> Iterator[Fact]:
    """One a case and rule, for whoever may know of one of its rows."""
    facts: dict[tuple[Any, str], Fact] = {}
    rows = found.order_by().values_list("client", "rule", "therapist", is_private())
    for client, rule, whose, hides in rows:
        fact = _of(frame, key, client, whose, not hides)
        other = facts.get((client, rule), fact)
        facts[client, rule] = fact._replace(
            own=fact.own or other.own, shared=fact.shared or other.shared
        )
    yield from facts.values()


def _outcomes(frame: Frame) -> Iterator[Fact]:
    rows = Trial.objects.filter(organisation=frame.organisation, on__range=frame.days).values_list(
        "client", "step__created_by", "step__suggestion",
        is_private("step__suggestion__"), "outcome",
    )  # fmt: skip
    for client, whose, suggestion, hides, outcome in rows:
        is_shared = suggestion is None or not hides
        yield _of(frame, f"outcome.{outcome}", client, whose, is_shared)


def _scores(frame: Frame) -> Iterator[Fact]:
    """The latest score of a questionnaire in the period, against the first of the case."""
    norms = profiles()[frame.organisation.score_profile].norms
    firsts = Measurement.objects.filter(
        organisation=frame.organisation,
        client=OuterRef("client"),
        instrument=OuterRef("instrument"),
    ).order_by("on", "pk")
    rows = (
        Measurement.objects.filter(
            organisation=frame.organisation, on__range=frame.days, instrument__in=norms
        )
        .order_by("client", "instrument", "-on", "-pk")
        .distinct("client", "instrument")
        .annotate(
            first_pk=Subquery(firsts.values("pk")[:1]),
            first=Subquery(firsts.values("total")[:1]),
        )
        .values_list("client", "instrument", "pk", "total", "first_pk", "first")
    )
    for client, instrument, pk, total, first_pk, first in rows:
        if pk != first_pk:
            direction = norms[instrument].reliable(first, total) or "unclear"
            yield Fact(f"score.{direction}", client, frame.holders[client])


def clients_of(facts: Sequence[Fact]) -> set[uuid.UUID]:
    """The cases in which something happened, and not only was missing."""
    quiet = {"cases", "missing.log", "missing.score"}
    return {fact.client for fact in facts if fact.key not in quiet}
