"""What a change of scores means: reliable, clinically significant, by profile.

The arithmetic is that of Jacobson and Truax (1991), J Consult Clin Psychol 59:12-19. The numbers
are data, `knowledge/profiles.toml`, each with its source.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from math import sqrt
from pathlib import Path
from typing import Literal

from impasses.catalogue import catalogue

FILE = Path(__file__).parent / "knowledge" / "profiles.toml"
DEFAULT_PROFILE = "NHS-TT"
CHANCE = 1.96
"""Standard errors of the difference beyond which a change is unlikely to be chance, p < .05."""

Direction = Literal["better", "worse"]


@dataclass(frozen=True, slots=True)
class Norm:
    """What a profile says of one instrument, in the instrument's own points.

    `strict`: a change counts above `reliable_change`, not from it on. `up_is_worse` is the
    instrument's direction. `cutoff` is the first score in the clinical range, seen from outside it.
    The confidences are those of the two numbers, as in instruments.toml; C is proposed.
    """

    instrument: str
    cutoff: Decimal
    reliable_change: Decimal
    strict: bool
    up_is_worse: bool
    source: str
    confidence: str
    cutoff_confidence: str

    def worsening(self, first: Decimal, last: Decimal) -> Decimal:
        """By how many points `last` is worse than `first`; below 0 it is better."""
        return last - first if self.up_is_worse else first - last

    def reliable(self, first: Decimal, last: Decimal) -> Direction | None:
        """The direction of a reliable change, None where it may be chance."""
        points = self.worsening(first, last)
        counts = (
            abs(points) > self.reliable_change
            if self.strict
            else abs(points) >= self.reliable_change
        )
        return None if not counts else "worse" if points > 0 else "better"

    def is_clinical(self, total: Decimal) -> bool:
        """Whether a score lies in the clinical range: from the cutoff on, or below it for ORS."""
        return total >= self.cutoff if self.up_is_worse else total < self.cutoff

    def recovered(self, first: Decimal, last: Decimal) -> bool:
        """Clinically significant: a reliable change for the better, from a case to none."""
        crossed = self.is_clinical(first) and not self.is_clinical(last)
        return crossed and self.reliable(first, last) == "better"

    def change(self, first: Decimal, last: Decimal) -> Change:
        """Everything above about two scores."""
        return Change(
            points=-self.worsening(first, last),
            direction=self.reliable(first, last),
            recovered=self.recovered(first, last),
            is_clinical=self.is_clinical(last),
        )


@dataclass(frozen=True, slots=True)
class Change:
    """What a profile says about the way from one score to a later one.

    `points` is how much better the later one is, below 0 how much worse.
    """

    points: Decimal
    direction: Direction | None
    recovered: bool
    is_clinical: bool


@dataclass(frozen=True, slots=True)
class Profile:
    """One published way to judge scores."""

    id: str
    name: str
    explanation: str
    valid_from: date
    strict: bool
    norms: Mapping[str, Norm]


@cache
def profiles() -> Mapping[str, Profile]:
    """The profiles by id, in the order of the file."""
    data = tomllib.loads(FILE.read_text(encoding="utf-8"), parse_float=Decimal)
    return {entry["id"]: _profile(**entry) for entry in data["profile"]}


def _profile(
    *,
    id: str,  # noqa: A002
    norm: list[dict[str, str]],
    strict: bool,
    valid_from: date,
    **words: str,
) -> Profile:
    norms = {
        entry["instrument"]: Norm(
            instrument=entry["instrument"],
            cutoff=Decimal(entry["cutoff"]),
            reliable_change=Decimal(entry["reliable_change"]),
            strict=strict,
            up_is_worse=catalogue()[entry["instrument"]].direction == "up=worse",
            source=entry["source"],
            confidence=entry["confidence"],
            cutoff_confidence=entry.get("cutoff_confidence", entry["confidence"]),
        )
        for entry in norm
    }
    return Profile(id=id, strict=strict, valid_from=valid_from, norms=norms, **words)


def standard_error_of_difference(deviation: float, reliability: float) -> float:
    """The spread of difference scores when nothing changed, in the instrument's points.

    `deviation` is the standard deviation of the scores, `reliability` between 0 and 1.
    """
    return sqrt(2) * deviation * sqrt(1 - reliability)


def reliable_change_index(
    first: float, last: float, *, deviation: float, reliability: float
) -> float:
    """The change in standard errors; beyond `CHANCE` it is reliable."""
    return (last - first) / standard_error_of_difference(deviation, reliability)


def halfway(*, clinical: tuple[float, float], other: tuple[float, float]) -> float:
    """Cutoff c: between the means of both groups, each (mean, deviation), weighed by the spread."""
    (mean, spread), (other_mean, other_spread) = clinical, other
    return (other_spread * mean + spread * other_mean) / (spread + other_spread)
