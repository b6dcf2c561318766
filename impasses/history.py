"""A case's sessions as the conditions read them: in order, up to today, with what counts marked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from typing import Literal

from impasses.facts import CaseFacts, SessionFacts, TagFact

Base = Literal["held", "scheduled"]


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

    def window(self, base: Base, last: int) -> tuple[Seen, ...]:
        """The last sessions of that base, oldest first; fewer where there are not so many."""
        return (self.held if base == "held" else self.scheduled)[-last:]

    def with_calm(self, count: int) -> History:
        """The same case after so many more attended sessions, a week apart, nothing ticked."""
        start = self.sessions[-1].session.on if self.sessions else self.today
        calm = tuple(
            Seen(SessionFacts(id=f"calm {n}", on=_weeks_after(start, n)), frozenset())
            for n in range(1, count + 1)
        )
        today = max(self.today, _weeks_after(start, count))
        return replace(self, today=today, sessions=self.sessions + calm)


def _place(session: SessionFacts) -> tuple[date, int, str]:
    return session.on, len(session.id), session.id


def _weeks_after(day: date, weeks: int) -> date:
    try:
        return day + timedelta(weeks=weeks)
    except OverflowError:
        return date.max
