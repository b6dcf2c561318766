"""The way of each questionnaire's scores: what the change means, and its small picture."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property

from impasses.catalogue import Instrument, catalogue
from impasses.measures import Change, Norm, profiles
from people.models import Client
from sessions_app.models import Measurement
from sessions_app.score_form import OWN_QUESTION
from sessions_app.timeline_slots import Point

READ = 240  # scores of a case, over all questionnaires
ON_THE_CASE = 3
WIDTH, HEIGHT = 320, 118
LEFT, RIGHT, TOP, BOTTOM = 10, 40, 16, 26


@dataclass(frozen=True)
class Dot:
    """One score in the picture; `turned` says which way it has left what may be chance."""

    at: Point
    turned: str


@dataclass(frozen=True)
class Band:
    """A shaded strip of the picture."""

    y: float
    height: float


@dataclass(frozen=True)
class ScoreLine:
    """The scores of one questionnaire, oldest first, and what its profile says of them."""

    instrument: Instrument
    norm: Norm | None
    scores: tuple[Measurement, ...]

    width, height = WIDTH, HEIGHT
    left, right_edge = LEFT, WIDTH - RIGHT
    words_y = HEIGHT - 8

    @property
    def first(self) -> Measurement:
        return self.scores[0]

    @property
    def last(self) -> Measurement:
        return self.scores[-1]

    @property
    def newest_first(self) -> tuple[Measurement, ...]:
        return self.scores[::-1]

    @property
    def has_way(self) -> bool:
        """Whether there are two scores to go between."""
        return len(self.scores) > 1

    @property
    def change(self) -> Change | None:
        """From the first score to the last; None with one score or without published numbers."""
        if self.norm is None or not self.has_way:
            return None
        return self.norm.change(self.first.total, self.last.total)

    @property
    def verdict(self) -> str:
        """As in "6 points better: a reliable change (6 or more needed)."."""
        if not self.has_way:
            return "One score so far: change can be judged from the second on."
        if self.norm is None or self.change is None:
            return f"{self.points_in_words}. No published number says how much is reliable."
        said = {"better": "a reliable change", "worse": "a reliable change", None: "may be chance"}
        return f"{self.points_in_words}: {said[self.change.direction]} ({self._needed})."

    @property
    def points_in_words(self) -> str:
        """As in "6 points better than at first"."""
        gained = self.last.total - self.first.total
        if not gained:
            return "The same as at first"
        is_better = (gained > 0) == (self.instrument.direction == "up=better")
        said = "better" if is_better else "worse"
        return f"{number(abs(gained))} point{'' if abs(gained) == 1 else 's'} {said} than at first"

    @property
    def _needed(self) -> str:
        if self.norm is None:
            return ""
        points = number(self.norm.reliable_change)
        said = f"more than {points} needed" if self.norm.strict else f"{points} or more needed"
        return said + _proposed(self.norm.confidence)

    @property
    def range_in_words(self) -> str:
        """Where the last score lies, as in "In the clinical range, which begins at 10."."""
        if self.norm is None:
            return ""
        is_clinical, change = self.norm.is_clinical(self.last.total), self.change
        begins = "begins at" if self.norm.up_is_worse else "lies below"
        line = f"the clinical range, which {begins} {number(self.norm.cutoff)}"
        line += _proposed(self.norm.cutoff_confidence)
        if change and change.recovered:
            return f"Clinically significant too: it began in {line}, and has left it."
        return f"{'In' if is_clinical else 'Outside'} {line}."

    @property
    def in_words(self) -> str:
        """The text equivalent of the picture."""
        return (
            f"{self.instrument.name}, {len(self.scores)} scores, from {number(self.first.total)} "
            f"to {number(self.last.total)}"
        )

    # --- the picture ---------------------------------------------------------------------------

    @cached_property
    def dots(self) -> tuple[Dot, ...]:
        days = [score.on for score in self.scores]
        return tuple(
            Dot(Point(_x(score.on, days[0], days[-1]), self._y(score.total)), self.turned(score))
            for score in self.scores
        )

    @property
    def path(self) -> str:
        return " ".join(f"{dot.at.x},{dot.at.y}" for dot in self.dots)

    @property
    def end(self) -> Point:
        return Point(self.dots[-1].at.x + 9, round(self.dots[-1].at.y + 4.5, 1))

    @property
    def last_total(self) -> str:
        return number(self.last.total)

    @property
    def band(self) -> Band | None:
        """As far from the first score as a change may be chance."""
        if self.norm is None:
            return None
        top, bottom = (
            self._y(self.first.total + sign * self.norm.reliable_change) for sign in (1, -1)
        )
        return Band(top, round(bottom - top, 1))

    @property
    def cutoff_y(self) -> float | None:
        return self._y(self.norm.cutoff) if self.norm else None

    @cached_property
    def _span(self) -> tuple[Decimal, Decimal]:
        """The lowest and the highest value drawn, never beyond the questionnaire's own."""
        values = [score.total for score in self.scores]
        if self.norm:
            first, change = self.first.total, self.norm.reliable_change
            values += [first - change, first + change, self.norm.cutoff]
        air = Decimal(max(1, (self.instrument.maximum - self.instrument.minimum) // 20))
        low = max(min(values) - air, Decimal(self.instrument.minimum))
        return low, min(max(values) + air, Decimal(self.instrument.maximum))

    def _y(self, total: Decimal) -> float:
        low, high = self._span
        share = (min(max(total, low), high) - low) / (high - low)
        return round(TOP + (HEIGHT - TOP - BOTTOM) * (1 - float(share)), 1)

    def turned(self, score: Measurement) -> str:
        """Which way a score has left what may be chance; empty where it has not."""
        reliable = self.norm.reliable(self.first.total, score.total) if self.norm else None
        return reliable or ""


def _x(day: date, first: date, last: date) -> float:
    share = (day - first).days / max((last - first).days, 1)
    return round(LEFT + (WIDTH - LEFT - RIGHT) * share, 1)


def _proposed(confidence: str) -> str:
    return ", a proposed number" if confidence == "C" else ""


def number(value: Decimal) -> str:
    """A score without needless noughts: "7", "7.5", "5.59"."""
    return f"{value.normalize():f}"


def score_lines(client: Client) -> list[ScoreLine]:
    """Every questionnaire the client has scores of, the latest first. One query."""
    rows = sorted(
        Measurement.objects.latest_and_first(client, READ), key=lambda row: (row.on, row.pk)
    )
    norms = profiles()[client.organisation.score_profile].norms
    names = dict.fromkeys(row.instrument for row in reversed(rows))
    return [
        ScoreLine(
            catalogue()[name],
            norms.get(name),
            tuple(row for row in rows if row.instrument == name),
        )
        for name in names
    ]


def on_the_case(lines: Iterable[ScoreLine]) -> tuple[ScoreLine, ...]:
    """What the case page shows; our own question stands in the timeline there."""
    others = (line for line in lines if line.instrument.id != OWN_QUESTION)
    return tuple(sorted(others, key=lambda line: line.norm is None)[:ON_THE_CASE])
