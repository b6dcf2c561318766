"""One scope over thirteen periods: the one that is looked at, and the twelve before it."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from people.models import Supervision, User
from trends.figures import Figures
from trends.models import TrendSummary
from trends.periods import Kind, Period, latest_closed, read_code

LENGTH = 13
LEAST_KNOWN = 6  # periods, for a usual range
Scope = TrendSummary.Scope
OWN, TEAM, ORGANISATION = "own", "team", "organisation"


@dataclass(frozen=True)
class Whose:
    """What somebody may look at; `key` is what the address says."""

    key: str
    label: str
    scope: Scope
    subject: uuid.UUID

    @property
    def is_own(self) -> bool:
        return self.key == OWN

    @property
    def has_cases(self) -> bool:
        """Whether the cases behind a figure may be looked at."""
        return self.scope != Scope.ORGANISATION


def whose(user: User, today: date) -> list[Whose]:
    """One's own work, the team with each supervisee by name, the organisation: by role."""
    found = []
    if user.treats:
        found.append(Whose(OWN, "Your work", Scope.THERAPIST, user.pk))
    if user.supervises:
        found.append(Whose(TEAM, "Your team", Scope.TEAM, user.pk))
        running = Supervision.objects.running(today).filter(
            organisation=user.organisation_id, supervisor=user
        )
        people = {row.therapist for row in running.select_related("therapist")}
        found += [
            Whose(str(person.pk), person.name, Scope.THERAPIST, person.pk)
            for person in sorted(people, key=lambda person: person.name)
        ]
    if user.administers:
        found.append(
            Whose(ORGANISATION, "The organisation", Scope.ORGANISATION, user.organisation_id)
        )
    return found


def period_of(code: str, kind: str, today: date) -> Period:
    """The period that an address names, if it is over; else the latest of its kind."""
    named = read_code(code)
    if named and named.ends_before <= today:
        return named
    is_month = kind == Kind.MONTH or bool(named and named.kind == Kind.MONTH)
    return latest_closed(Kind.MONTH if is_month else Kind.WEEK, today)


@dataclass(frozen=True)
class Series:
    """Figures of consecutive periods, the oldest first; None where nothing was written."""

    periods: tuple[Period, ...]
    figures: tuple[Figures | None, ...]

    @property
    def period(self) -> Period:
        return self.periods[-1]

    @property
    def now(self) -> Figures | None:
        return self.figures[-1]

    def value(self, key: str, place: int = -1) -> int | None:
        """What was counted; None where nothing was written, or where it is not told."""
        figures = self.figures[place]
        return None if figures is None else figures["counts"].get(key, [0, 0])[0]

    def values(self, key: str) -> list[int | None]:
        return [self.value(key, place) for place in range(len(self.periods))]

    def people(self, key: str) -> int:
        """The cases behind the figure of the period that is looked at."""
        return (self.now["counts"].get(key, [0, 0])[1] or 0) if self.now else 0

    def usual(self, key: str) -> tuple[int, int] | None:
        """The range of the twelve before without the lowest and the highest of them.

        None where too few are written, or where one of them is too small to be told.
        """
        written = [v for v, f in zip(self.values(key), self.figures, strict=True) if f][:-1]
        known = sorted(value for value in written if value is not None)
        if len(known) < LEAST_KNOWN or len(known) < len(written):
            return None
        return known[1], known[-2]

    def mean(self, sign: str, place: int = -1) -> float | None:
        """Mean intensity of a manifestation, 1 to 3; None where none showed, or is not told."""
        shown, total = self.value(f"sign.{sign}", place), self.value(f"intensity.{sign}", place)
        return round(total / shown, 1) if shown and total else None

    def usual_mean(self, sign: str) -> tuple[float, float] | None:
        """The range as of `usual`, of those of the twelve before in which it showed."""
        places = [place for place, figures in enumerate(self.figures[:-1]) if figures]
        if any(self.value(f"sign.{sign}", place) is None for place in places):
            return None
        means = (self.mean(sign, place) for place in places)
        known = sorted(mean for mean in means if mean is not None)
        return (known[1], known[-2]) if len(known) >= LEAST_KNOWN else None

    def is_hidden(self, key: str) -> bool:
        """Whether a figure is too small to be told in some period."""
        pairs = zip(self.values(key), self.figures, strict=True)
        return any(value is None for value, figures in pairs if figures)

    @cached_property
    def is_written(self) -> bool:
        return self.now is not None


def read_series(user: User, about: Whose, period: Period) -> Series:
    """One query. The own variant is read by its therapist alone."""
    periods: list[Period] = [period]
    while len(periods) < LENGTH:
        periods.insert(0, periods[0].before)
    rows = TrendSummary.objects.visible_to(user).filter(
        scope=about.scope,
        subject=about.subject,
        kind=period.kind,
        starts_on__gte=periods[0].starts_on,
        starts_on__lte=period.starts_on,
    )
    variant = "own" if about.is_own else "shared"
    by_start = {row.starts_on: getattr(row, variant) for row in rows.defer(_other(variant))}
    return Series(tuple(periods), tuple(by_start.get(each.starts_on) for each in periods))


def _other(variant: str) -> str:
    return "shared" if variant == "own" else "own"


def labels(periods: Sequence[Period]) -> list[str]:
    """As in "47" for a week and "Nov" for a month."""
    return [
        str(each.starts_on.isocalendar().week) if each.kind == Kind.WEEK else f"{each.starts_on:%b}"
        for each in periods
    ]
