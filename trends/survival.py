"""How long until something moves: the estimate of Kaplan and Meier (1958), by statsmodels."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isnan

LEAST = 5  # impasses; below it each is told by itself
Z = 1.96


@dataclass(frozen=True)
class Step:
    """After so many held sessions: how many were still waiting, how many moved then."""

    sessions: int
    at_risk: int
    moved: int
    still: float
    low: float
    high: float


@dataclass(frozen=True)
class Waiting:
    """The impasses of a period by how long they waited for movement."""

    waits: tuple[tuple[int, bool], ...]
    steps: tuple[Step, ...]
    median: int | None

    @property
    def count(self) -> int:
        return len(self.waits)

    @property
    def moved(self) -> int:
        return sum(has_moved for _, has_moved in self.waits)

    @property
    def is_drawn(self) -> bool:
        return bool(self.steps)

    @property
    def answer(self) -> str:
        """In one sentence."""
        if not self.waits:
            return "No impasse was open"
        if self.median is not None:
            return f"Half of the impasses, within {sessions(self.median)}"
        if not self.moved:
            return f"None of {self.count} has moved yet"
        return f"{self.moved} of {self.count} have moved so far"


def sessions(count: int) -> str:
    """As in "7 held sessions"."""
    return f"{count} held session{'' if count == 1 else 's'}"


def waiting(waits: Sequence[Sequence[int]]) -> Waiting:
    """From [[held sessions, moved]]; those that have not moved are censored."""
    rows = tuple(sorted((int(count), bool(moved)) for count, moved in waits))
    if len(rows) < LEAST:
        return Waiting(rows, (), None)
    # Here, since it brings numpy, scipy and pandas: 0.8 s, once in a process, for this page alone.
    from statsmodels.duration.survfunc import SurvfuncRight

    curve = SurvfuncRight([count for count, _ in rows], [moved for _, moved in rows])
    steps = []
    for time, still, error in zip(
        curve.surv_times, curve.surv_prob, curve.surv_prob_se, strict=True
    ):
        margin = 0.0 if isnan(error) else Z * float(error)  # no number where none is left
        steps.append(
            Step(
                sessions=int(time),
                at_risk=sum(count >= time for count, _ in rows),
                moved=sum(count == time and moved for count, moved in rows),
                still=round(float(still), 3),
                low=round(max(float(still) - margin, 0.0), 3),
                high=round(min(float(still) + margin, 1.0), 3),
            )
        )
    median = next((step.sessions for step in steps if step.still <= 0.5), None)
    return Waiting(rows, tuple(steps), median)
