"""A case's sessions as the conditions read them: in order, up to today, with what counts marked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from typing import Literal

from impasses.facts import CaseFacts, Score, SessionFacts, TagFact, Trial

Base = Literal["held", "scheduled"]
LAST_ENTERED = "z" * 40  # sorts behind every id of the same day
CALM = SessionFacts(id="calm", on=date.min)


@dataclass(frozen=True)
class Seen:
    """One session with its marks: for each id, the ticks that count for it."""

    session: SessionFacts
    baseline: frozenset[str]

    @cached_property
    def marks(self) -> Mapping[str, tuple[TagFact, ...]]:
        """A sub-form counts for itself and for its manifestation.

        What is usual for this client counts for nothing, and a manifestation whose every sub-form
        in this session is usual does not count either; ticked without sub-forms, it does.
        """
        ticks = [*self.session.tags, *self.session.features]
        if not ticks:
            return {}
        usual = {tick.id[:2] for tick in ticks if tick.id in self.baseline}
        unusual = [tick for tick in ticks if tick.id not in self.baseline]
        standing = {tick.id[:2] for tick in unusual if is_sub_form(tick.id)}
        marks: dict[str, list[TagFact]] = {}
        for tick in unusual:
            if tick.id in usual and tick.id not in standing:
                continue
            marks.setdefault(tick.id, []).append(tick)
            if is_sub_form(tick.id):
                marks.setdefault(tick.id[:2], []).append(tick)
        return {id_: tuple(found) for id_, found in marks.items()}


def is_sub_form(id_: str) -> bool:
    """Whether this is the id of a sub-form of a manifestation, such as "M1c"."""
    return len(id_) == 3 and id_.startswith("M")


@dataclass(frozen=True)
class History:
    """The case up to and including `today`, sessions ordered by date and then by entry."""

    case: CaseFacts
    today: date
    sessions: tuple[Seen, ...]

    @classmethod
    def until(cls, today: date, case: CaseFacts) -> History:
        baseline = frozenset(filter(is_sub_form, case.baseline))
        past = sorted((s for s in case.sessions if s.on <= today), key=_place)
        return cls(case, today, tuple(Seen(session, baseline) for session in past))

    @cached_property
    def held(self) -> tuple[Seen, ...]:
        return tuple(seen for seen in self.sessions if seen.session.held)

    @cached_property
    def scheduled(self) -> tuple[Seen, ...]:
        return tuple(seen for seen in self.sessions if seen.session.scheduled)

    @cached_property
    def scores(self) -> Mapping[str, tuple[Score, ...]]:
        """The scores of each instrument, oldest first."""
        found: dict[str, list[Score]] = {}
        past = (score for score in self.case.scores if score.on <= self.today)
        for score in sorted(past, key=_place):
            found.setdefault(score.instrument, []).append(score)
        return {instrument: tuple(scores) for instrument, scores in found.items()}

    @cached_property
    def trials(self) -> tuple[Trial, ...]:
        """What was tried since the episode was opened, in an order that input does not decide."""
        start = self.case.episode_from or date.min
        past = (trial for trial in self.case.trials if start <= trial.on <= self.today)
        return tuple(sorted(past, key=lambda trial: (trial.on, trial.strategy, trial.outcome)))

    def window(self, base: Base, last: int) -> tuple[Seen, ...]:
        """The last sessions of that base, oldest first; fewer where there are not so many."""
        return (self.held if base == "held" else self.scheduled)[-last:]

    def after(self, calm: SessionFacts, id_: str) -> History:
        """The same case one attended session later: a week on, or today if that comes first."""
        on = min(_week_after(self.last_day), self.today)
        seen = Seen(replace(calm, on=on, id=id_), frozenset())
        later = History(self.case, self.today, (*self.sessions, seen))
        later.__dict__.update(  # what is known need not be counted again
            held=(*self.held, seen), scheduled=(*self.scheduled, seen),
            scores=self.scores, trials=self.trials,
        )  # fmt: skip
        return later

    def with_scores(self, scores: Sequence[Score]) -> History:
        """The same case with these scores filled in today, after all others."""
        filled_in = (replace(score, on=self.today, id=LAST_ENTERED) for score in scores)
        return replace(self, case=replace(self.case, scores=(*self.case.scores, *filled_in)))

    @property
    def last_day(self) -> date:
        """The day of the latest session, today without one."""
        return self.sessions[-1].session.on if self.sessions else self.today


def _place(entry: SessionFacts | Score) -> tuple[date, int, str]:
    return entry.on, len(entry.id), entry.id


def _week_after(day: date) -> date:
    try:
        return day + timedelta(weeks=1)
    except OverflowError:
        return date.max
