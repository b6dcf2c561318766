"""How the writing of summaries goes in one organisation, for its administrators and for metrics."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from people.models import Organisation, StalePeriod
from trends.due import waiting
from trends.models import MOST_LETTERS, MOST_TRIES, Letter, PeriodRun
from trends.periods import Kind, Period

SHOWN = 40
LATE = timedelta(minutes=30)


@dataclass(frozen=True)
class RunsPage:
    """What waits, what failed, and the latest that were written."""

    waiting: tuple[Period, ...]
    failing: tuple[PeriodRun, ...]
    letters: tuple[Letter, ...]
    latest: tuple[PeriodRun, ...]
    lag: timedelta | None

    @property
    def is_late(self) -> bool:
        return self.lag is not None and self.lag > LATE

    @property
    def lag_in_words(self) -> str:
        return "" if self.lag is None else in_words(self.lag)


def in_words(time: timedelta) -> str:
    """As in "12 minutes", "3 hours" or "4 days"."""
    minutes = int(time.total_seconds() // 60)
    if not minutes:
        return "less than a minute"
    if minutes < 120:
        return f"{minutes} minute{'' if minutes == 1 else 's'}"
    hours = minutes // 60
    return f"{hours} hours" if hours < 48 else f"{hours // 24} days"


def failing(organisation: Organisation) -> QuerySet[PeriodRun]:
    """Those whose last try failed. One that was only begun may still be at it: a second tells."""
    return PeriodRun.objects.filter(
        Q(tries__gt=1) | Q(tries=1) & ~Q(error=""), organisation=organisation
    )


def given_up(organisation: Organisation) -> QuerySet[PeriodRun]:
    """Those that wait for an administrator."""
    return PeriodRun.objects.filter(organisation=organisation, tries__gte=MOST_TRIES)


def unsent(organisation: Organisation) -> QuerySet[Letter]:
    """Letters that no mail server took, and that are not tried again."""
    return Letter.objects.filter(organisation=organisation, sent_at=None, tries__gte=MOST_LETTERS)


def failed_for_good(organisation: Organisation) -> tuple[int, int]:
    """How many periods wait for an administrator, and how many letters were not sent. One query."""
    rows = (given_up(organisation), unsent(organisation))
    counts = (
        Coalesce(
            Subquery(found.order_by().values("organisation").annotate(n=Count("pk")).values("n")), 0
        )
        for found in rows
    )
    return Organisation.objects.filter(pk=organisation.pk).values_list(*counts).get()


def runs_page(organisation: Organisation, *, now: datetime) -> RunsPage:
    """Five queries."""
    found = waiting(organisation, now=now)
    written = PeriodRun.objects.filter(organisation=organisation).exclude(done_at=None)
    return RunsPage(
        waiting=tuple(period for period, _ in found),
        failing=tuple(failing(organisation).order_by("-tries", "starts_on")),
        letters=tuple(
            unsent(organisation).select_related("person").order_by("-claimed_at")[:SHOWN]
        ),
        latest=tuple(written.order_by("-done_at")[:SHOWN]),
        lag=_lag(found, now),
    )


@dataclass(frozen=True)
class Backlog:
    """What is left to do, in numbers alone; times in seconds."""

    due: int
    lag: float
    oldest_mark: float
    failing: int
    given_up: int
    unsent: int


def backlog(organisation: Organisation, *, now: datetime) -> Backlog:
    """Of one organisation. Five queries."""
    found = waiting(organisation, now=now)
    weeks = [period.starts_on for period, _ in found if period.kind == Kind.WEEK]
    written = PeriodRun.objects.filter(
        organisation=organisation,
        kind=Kind.WEEK,
        starts_on=OuterRef("week"),
        done_at__gt=OuterRef("marked_at"),
    )
    marks = StalePeriod.objects.filter(~Exists(written), organisation=organisation, week__in=weeks)
    oldest = marks.aggregate(at=Min("marked_at"))["at"]
    lag = _lag(found, now)
    periods, letters = failed_for_good(organisation)
    return Backlog(
        due=len(found),
        lag=lag.total_seconds() if lag else 0.0,
        oldest_mark=(now - oldest).total_seconds() if oldest else 0.0,
        failing=failing(organisation).count(),
        given_up=periods,
        unsent=letters,
    )


def _lag(found: Sequence[tuple[Period, datetime]], now: datetime) -> timedelta | None:
    return max((now - since for _, since in found), default=None)
