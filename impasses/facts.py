"""The facts a rule may read about one case: plain, frozen, without database, clock or request.

The names follow the case file of the `suggest` command, `knowledge/case.schema.json`, with one
exception: `as` on a questioning tag is `how` here, because `as` is a word of Python.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

HELD = frozenset({"attended", "late"})
NOT_COUNTED_AS_SCHEDULED = frozenset({"cancelled_by_therapist"})
DEFAULT_INTENSITY = 2


@dataclass(frozen=True, slots=True)
class TagFact:
    """One tick: a manifestation ("M1"), a sub-form ("M1c") or a type feature ("Y3c").

    `intensity` is 1 to 3. `how` is "complaint" or "hopeless" on M4c and empty elsewhere or when
    nobody said. `linkable` is False where the item counts but must not lead to its session.
    """

    id: str
    intensity: int = DEFAULT_INTENSITY
    how: str = ""
    linkable: bool = True


@dataclass(frozen=True, slots=True)
class SessionFacts:
    """One logged session. A missing repair state, task or theme is None: unknown, not "no".

    `id` names the session in evidence. Among sessions of one day the shorter, then the smaller id
    was entered first, which holds for numbers counted upwards and for UUIDs of version 7.
    `tags` may hold a manifestation beside its sub-forms. A theme is opaque and compared exactly.
    """

    id: str
    on: date
    attendance: str = "attended"
    tags: tuple[TagFact, ...] = ()
    features: tuple[TagFact, ...] = ()
    repair: str | None = None
    task: str | None = None
    theme: str | None = None
    goals_reviewed: bool = False
    ambivalence: bool = False
    movement: bool = False
    context: bool = False
    safety: bool = False
    safety_checked: bool = False

    @property
    def held(self) -> bool:
        """Attended or late."""
        return self.attendance in HELD

    @property
    def scheduled(self) -> bool:
        """Every session but those the therapist cancelled: these say nothing about the client."""
        return self.attendance not in NOT_COUNTED_AS_SCHEDULED


@dataclass(frozen=True, slots=True)
class Score:
    """One total of one instrument, in the instrument's own points.

    Of two scores of one day the shorter, then the smaller id was entered first.
    """

    instrument: str
    on: date
    total: Decimal
    id: str = ""


@dataclass(frozen=True, slots=True)
class Trial:
    """What became of a strategy that was tried: helped, partly, no, worse or too_early."""

    strategy: str
    on: date
    outcome: str


@dataclass(frozen=True, slots=True)
class Dismissal:
    """A suggestion that the therapist put aside, and why."""

    rule: str
    on: date
    reason: str


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """Everything the rules may read about one case. The order of each tuple means nothing.

    `baseline` holds the sub-forms that are usual for this client and count for no rule.
    `episode_from` is the day the open episode began; None without one, and then every trial
    counts. `profile` names the numbers by which a change of scores is judged.
    """

    sessions: tuple[SessionFacts, ...] = ()
    scores: tuple[Score, ...] = ()
    trials: tuple[Trial, ...] = ()
    dismissed: tuple[Dismissal, ...] = ()
    baseline: tuple[str, ...] = ()
    episode_from: date | None = None
    profile: str = "NHS-TT"
