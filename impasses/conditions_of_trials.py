"""Conditions on what was tried."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import ClassVar

from impasses.conditions import Condition
from impasses.facts import Trial
from impasses.findings import ConditionResult
from impasses.history import History

IN_VAIN = frozenset({"no", "worse"})


@dataclass(frozen=True, kw_only=True)
class TriedInVain(Condition):
    """A strategy was answered with "no" or "worse" so many times since the episode was opened."""

    kind: ClassVar[str] = "tried_in_vain"
    at_least: int

    @property
    def reads(self) -> frozenset[str]:
        return frozenset({"trials", "episode_from"})

    @property
    def window_words(self) -> str:
        return "in this episode"

    @property
    def in_words(self) -> str:
        return f"{self.text}: {self.at_least} times answered with no or worse {self.window_words}"

    def read(self, history: History) -> ConditionResult:
        in_vain = tried_in_vain(history, self.at_least)
        rows = [t for t in history.trials if t.strategy in in_vain and t.outcome in IN_VAIN]
        most = max(Counter(row.strategy for row in rows).values(), default=0)
        return ConditionResult(
            text=self.text,
            window=self.window_words,
            observed=", ".join(in_vain) or "none",
            needed=f"needs {self.at_least}",
            met=bool(in_vain),
            summary=f"{self.text} ({', '.join(in_vain)})" if in_vain else self.text,
            notes=tuple(map(note_of, rows)),
            count=most,
            out_of=len(history.trials),
            threshold=self.at_least,
        )


def note_of(trial: Trial) -> str:
    """How a finding names a trial that it rests on, as in "T1 no on 3 Nov 2026"."""
    return f"{trial.strategy} {trial.outcome} on {trial.on.day} {trial.on:%b %Y}"


def tried_in_vain(history: History, times: int) -> tuple[str, ...]:
    """The strategies answered so often with "no" or "worse", by id."""
    answers = Counter(t.strategy for t in history.trials if t.outcome in IN_VAIN)
    return tuple(sorted(strategy for strategy, count in answers.items() if count >= times))
