"""Conditions on scores: each instrument is read by itself, and one of them is enough."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from math import floor
from statistics import stdev
from typing import ClassVar

from impasses.catalogue import catalogue
from impasses.conditions import Condition, some
from impasses.facts import Score
from impasses.findings import ConditionResult
from impasses.history import History
from impasses.measures import Norm, profiles

WHOLE = Decimal(1)
STEP = Decimal("0.1")


@dataclass(frozen=True, kw_only=True)
class ScoreCondition(Condition):
    """A question about the scores of each instrument; met where one of them says so."""

    @property
    def reads(self) -> frozenset[str]:
        return frozenset({"scores"})

    def instruments(self, history: History) -> Sequence[str]:
        """Those it can read."""
        raise NotImplementedError

    def judge(self, scores: Sequence[Score], history: History) -> tuple[bool | None, list[Score]]:
        """Whether these scores of one instrument meet it, and those the answer rests on."""
        raise NotImplementedError

    def turning(self, scores: Sequence[Score], history: History) -> Decimal:
        """The next total, of one instrument that meets it, that would meet it no longer."""
        raise NotImplementedError

    @property
    def missing(self) -> str:
        """Why it could not be judged."""
        raise NotImplementedError

    @property
    def needed(self) -> str:
        """What it asks for, as in "needs 2 in a row"."""
        raise NotImplementedError

    def read(self, history: History) -> ConditionResult:
        answers = {name: self.judge(history.scores[name], history) for name in self._used(history)}
        met = some(answer for answer, _ in answers.values()) if answers else None
        resting = [score for answer, scores in answers.values() if answer for score in scores]
        shown = resting or [history.scores[name][-1] for name in answers]
        names = ", ".join(dict.fromkeys(score.instrument for score in resting))
        return ConditionResult(
            text=self.text,
            window=self.window_words,
            observed=", ".join(score_in_words(score) for score in shown[-1:]) or "no score",
            needed=self.needed,
            met=met,
            summary=f"{self.text} ({names})" if names else self.text,
            notes=tuple(
                f"{score_in_words(score)} on {day_in_words(score.on)}" for score in resting
            ),
            unknown=self.missing if met is None else "",
            count=len({score.instrument for score in resting}),
            out_of=len(answers),
            threshold=1,
        )

    def turning_scores(self, history: History) -> tuple[Score, ...]:
        """One next score of each instrument that meets it."""
        return tuple(
            Score(name, history.today, self._within(name, self.turning(scores, history)))
            for name in self._used(history)
            if self.judge(scores := history.scores[name], history)[0]
        )

    def _used(self, history: History) -> list[str]:
        return [name for name in self.instruments(history) if history.scores.get(name)]

    def _within(self, name: str, total: Decimal) -> Decimal:
        instrument = catalogue()[name]
        return min(max(total, Decimal(instrument.minimum)), Decimal(instrument.maximum))


@dataclass(frozen=True, kw_only=True)
class AllianceFell(ScoreCondition):
    """The client's newest score of the alliance is low, or lower than it was.

    Where the instrument has a published line (`with_line`), below it or `drop` points below the
    score before. Elsewhere at least one sample deviation of its `earlier` or more earlier scores,
    and `drop` points, below the score before.
    """

    kind: ClassVar[str] = "alliance_fell"
    needed = "needs a fall"
    with_line: tuple[str, ...]
    by_own_range: tuple[str, ...]
    below: int
    drop: int
    earlier: int

    @property
    def missing(self) -> str:
        return (
            "No score of the alliance can be compared yet: one alone says little, and an "
            f"instrument without a published line needs {self.earlier + 1}."
        )

    @property
    def in_words(self) -> str:
        drop = f"{self.drop} point{'' if self.drop == 1 else 's'}"
        return (
            f"{self.text}: {_or(self.with_line)} below {self.below}, or {drop} or more below the "
            f"score before; {_or(self.by_own_range)} by {drop} and by one deviation of the "
            f"client's own earlier scores, once there are {self.earlier}"
        )

    def instruments(self, history: History) -> Sequence[str]:
        return (*self.with_line, *self.by_own_range)

    def judge(self, scores: Sequence[Score], history: History) -> tuple[bool | None, list[Score]]:
        *before, last = scores
        if last.instrument in self.with_line:
            if last.total < self.below:
                return True, [last]
            if not before:
                return None, []
            return last.total <= before[-1].total - self.drop, [before[-1], last]
        if len(before) < self.earlier:
            return None, []
        return before[-1].total - last.total >= self._own_drop(before), [before[-1], last]

    def _own_drop(self, before: Sequence[Score]) -> Decimal:
        """The fall that counts for an instrument without a line, in its points."""
        return max(Decimal(stdev(score.total for score in before)), Decimal(self.drop))

    def turning(self, scores: Sequence[Score], history: History) -> Decimal:
        last = scores[-1]
        if last.instrument in self.with_line:
            return _up(max(Decimal(self.below), last.total - self.drop + STEP))
        return _up(last.total - self._own_drop(scores) + STEP)


@dataclass(frozen=True, kw_only=True)
class NormCondition(ScoreCondition):
    """A question about the change since the first score, with the numbers of the profile."""

    def instruments(self, history: History) -> Sequence[str]:
        return tuple(norms(history))

    def norm(self, scores: Sequence[Score], history: History) -> Norm:
        return norms(history)[scores[0].instrument]


def norms(history: History) -> Mapping[str, Norm]:
    """What the case's profile says, by instrument."""
    return profiles()[history.case.profile].norms


@dataclass(frozen=True, kw_only=True)
class ReliablyWorse(NormCondition):
    """The last `confirmed` scores are each reliably worse than the first."""

    kind: ClassVar[str] = "reliably_worse"
    confirmed: int

    @property
    def needed(self) -> str:
        return f"needs {self.confirmed} in a row"

    @property
    def missing(self) -> str:
        return (
            f"A reliable worsening needs a first score and {self.confirmed} later of the same "
            "questionnaire."
        )

    @property
    def in_words(self) -> str:
        return f"{self.text}, {self.confirmed} times in a row up to the last"

    def judge(self, scores: Sequence[Score], history: History) -> tuple[bool | None, list[Score]]:
        if len(scores) <= self.confirmed:
            return None, []
        norm, first, latest = self.norm(scores, history), scores[0], scores[-self.confirmed :]
        worse = all(norm.reliable(first.total, score.total) == "worse" for score in latest)
        return worse, [first, *latest]

    def turning(self, scores: Sequence[Score], history: History) -> Decimal:
        """The worst total that is no reliable worsening."""
        norm = self.norm(scores, history)
        points = norm.reliable_change if norm.strict else norm.reliable_change - STEP
        return _towards(scores[0].total, points, is_up=norm.up_is_worse)


@dataclass(frozen=True, kw_only=True)
class NoReliableChange(NormCondition):
    """After at least so many scores the newest is clinical and not reliably unlike the first."""

    kind: ClassVar[str] = "no_reliable_change"
    needed = "needs none reliable"
    missing = "Change cannot be judged: no outcome questionnaire has been scored."
    at_least: int

    @property
    def in_words(self) -> str:
        return (
            f"{self.text} over at least {self.at_least} scores of one questionnaire, the last "
            "of them in the clinical range"
        )

    def judge(self, scores: Sequence[Score], history: History) -> tuple[bool | None, list[Score]]:
        norm, first, last = self.norm(scores, history), scores[0], scores[-1]
        unchanged = norm.reliable(first.total, last.total) is None
        enough = len(scores) >= self.at_least
        return enough and unchanged and norm.is_clinical(last.total), [first, last]

    def turning(self, scores: Sequence[Score], history: History) -> Decimal:
        """The smallest improvement that is reliable, or leaves the clinical range."""
        norm, first = self.norm(scores, history), scores[0].total
        points = norm.reliable_change + (STEP if norm.strict else 0)
        changed = _away(first, points, is_up=not norm.up_is_worse)
        outside = norm.cutoff - WHOLE if norm.up_is_worse else norm.cutoff
        return max(changed, outside) if norm.up_is_worse else min(changed, outside)


def score_in_words(score: Score) -> str:
    """Such as "SRS 34"."""
    return f"{score.instrument} {_plain(score.total)}"


def day_in_words(day: date) -> str:
    return f"{day.day} {day:%b %Y}"


def _plain(total: Decimal) -> str:
    return str(floor(total)) if total == floor(total) else f"{total.normalize():f}"


def _or(names: Sequence[str]) -> str:
    return " or ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _up(total: Decimal) -> Decimal:
    return total.quantize(WHOLE, ROUND_CEILING)


def _towards(first: Decimal, points: Decimal, *, is_up: bool) -> Decimal:
    """At most so many points away, in whole points."""
    if is_up:
        return (first + points).quantize(WHOLE, ROUND_FLOOR)
    return (first - points).quantize(WHOLE, ROUND_CEILING)


def _away(first: Decimal, points: Decimal, *, is_up: bool) -> Decimal:
    """At least so many points away, in whole points."""
    if is_up:
        return (first + points).quantize(WHOLE, ROUND_CEILING)
    return (first - points).quantize(WHOLE, ROUND_FLOOR)
