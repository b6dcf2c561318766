"""The trend page of one scope and period, and the cases behind one of its figures."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode

from impasses.models.episode import OPEN
from people.models import Client, User
from trends.decisions import Decision, client_rows, decisions
from trends.figures import WAITS
from trends.periods import Kind, Period, holding, latest_closed
from trends.series import Series, Whose, labels, read_series
from trends.survival import Waiting, waiting
from trends.tables import (
    Table,
    figure_heads,
    figures_table,
    sign_lines,
    signs_table,
    stages_table,
    strengths_table,
    waits_table,
)


@dataclass(frozen=True, kw_only=True)
class TrendPage:
    """Everything on the page. With no summary written, `series.is_written` says so."""

    about: Whose
    choices: tuple[Whose, ...]
    series: Series
    decisions: tuple[Decision, ...]
    waiting: Waiting
    today: date

    @property
    def period(self) -> Period:
        return self.series.period

    @property
    def is_week(self) -> bool:
        return self.period.kind == Kind.WEEK

    @property
    def name(self) -> str:
        """As in "Week 47" or "November 2026"."""
        if not self.is_week:
            return f"{self.period.starts_on:%B %Y}"
        return f"Week {self.period.starts_on.isocalendar().week}"

    @property
    def signs(self) -> Table:
        return signs_table(self.series)

    @property
    def strengths(self) -> Table:
        return strengths_table(self.series)

    @property
    def stages(self) -> Table:
        return stages_table(self.series)

    @property
    def has_stages(self) -> bool:
        """Whether an impasse was open in any of the periods, as far as that is told."""
        return any(any(self.series.values(f"stage.{stage}")) for stage in OPEN)

    @property
    def waits(self) -> Table:
        is_hidden = any(self.series.value(key) is None for key in WAITS)
        return waits_table(self.waiting, is_hidden=self.series.is_written and is_hidden)

    @property
    def figures(self) -> Table:
        return figures_table(self.series)

    @property
    def tables(self) -> tuple[Table, ...]:
        """All of them, as they are exported."""
        return self.signs, self.waits, self.stages, self.strengths, self.figures

    @property
    def held(self) -> int | None:
        return self.series.value("held")

    @property
    def missed(self) -> int | None:
        return self.series.value("missed")

    @property
    def drafts(self) -> int:
        return self.series.value("drafts") or 0

    def address(self, period: Period | None = None, about: Whose | None = None) -> str:
        """Of the page for another period or scope."""
        return address("trends:trends", about or self.about, period or self.period)

    @property
    def week(self) -> str:
        """The last week of this month."""
        return self.address(self._within(Kind.WEEK))

    @property
    def month(self) -> str:
        """The month this week lies in, if it is over, else the latest that is."""
        return self.address(self._within(Kind.MONTH))

    def _within(self, kind: Kind) -> Period:
        if self.period.kind == kind:
            return self.period
        found = holding(kind, self.period.last_day)
        while found.ends_before > self.today:
            found = found.before
        return found

    @property
    def before(self) -> str:
        return self.address(self.period.before)

    @property
    def after(self) -> str:
        """Empty for the latest."""
        is_latest = self.period == latest_closed(self.period.kind, self.today)
        return "" if is_latest else self.address(self.period.after)

    @property
    def export(self) -> str:
        return address("trends:export", self.about, self.period)

    @property
    def cases(self) -> str:
        """Where the cases behind a figure are listed; the figure's key is added to it."""
        if not self.about.has_cases:
            return ""
        return f"{address('trends:cases', self.about, self.period)}&figure="

    @property
    def scopes(self) -> list[tuple[str, str, bool]]:
        """(label, address, whether it is this one) of all there is to look at."""
        return [(each.label, self.address(about=each), each == self.about) for each in self.choices]

    @property
    def charts(self) -> dict[str, Any]:
        """The same numbers for the drawing."""
        return {
            "labels": labels(self.series.periods),
            "unit": "week" if self.is_week else "month",
            "signs": [
                {
                    "word": line.sign.word,
                    "css": line.sign.css,
                    "values": line.values,
                    "usual": line.usual,
                    "standing": line.standing,
                }
                for line in sign_lines(self.series)
            ],
            "stages": [
                {"word": stage.label, "values": self.series.values(f"stage.{stage}")}
                for stage in OPEN
            ],
            "steps": [
                [step.sessions, step.still, step.low, step.high] for step in self.waiting.steps
            ],
            "open": [count for count, moved in self.waiting.waits if not moved],
            "longest": max((count for count, _ in self.waiting.waits), default=0),
            "median": self.waiting.median,
        }


def address(name: str, about: Whose, period: Period) -> str:
    return f"{reverse(name)}?{urlencode({'of': about.key, 'period': period.code})}"


def trend_page(
    user: User, *, about: Whose, choices: tuple[Whose, ...], period: Period, today: date
) -> TrendPage:
    """Four queries; two without cases to list."""
    series = read_series(user, about, period)
    asked: tuple[Decision, ...] = ()
    if about.has_cases and series.is_written:
        asked = tuple(decisions(about, client_rows(user, about, period), user))
    return TrendPage(
        about=about,
        choices=choices,
        series=series,
        decisions=asked,
        waiting=waiting(series.now["waits"] if series.now else ()),
        today=today,
    )


@dataclass(frozen=True)
class FigureCases:
    """The cases that one figure counts, with how much of it is theirs."""

    head: str
    rows: tuple[tuple[Client, int], ...]


def figure_cases(user: User, page: TrendPage, key: str) -> FigureCases | None:
    """By code name; None where no figure has such a key."""
    head = figure_heads().get(key)
    if head is None:
        return None
    counted = {
        pk: counts[key][0]
        for pk, counts in client_rows(user, page.about, page.period).items()
        if key in counts
    }
    clients = Client.objects.filter(organisation=user.organisation_id, pk__in=counted)
    ordered = clients.select_related("therapist").order_by("code_name")
    return FigureCases(head, tuple((client, counted[client.pk]) for client in ordered))
