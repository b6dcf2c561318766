"""What would clear a finding: found by trying it, never by calculating around the rules."""

from __future__ import annotations

from dataclasses import dataclass

from impasses.conditions import Condition, Node, leaves, weigh
from impasses.findings import Clearing, ConditionResult, WindowCell, WindowPicture
from impasses.history import History

FURTHEST = 8
NUMBERS = ("No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight")


@dataclass(frozen=True, slots=True)
class Calm:
    """How a rule speaks of the sessions that clear it: "held session", "without strain"."""

    noun: str
    without: str


def clearing(when: Node, history: History, minimum_held: int, calm: Calm) -> Clearing:
    """The fewest calm sessions, up to eight, after which the tree is met no longer."""
    before = weigh(when, history, minimum_held)[1]
    for count in range(1, FURTHEST + 1):
        met, after = weigh(when, history.with_calm(count), minimum_held)
        if met is not True:
            picture = _picture(leaves(when), history, count, before, after)
            return Clearing(_sentence(count, calm), count, picture)
        before = after
    return Clearing(f"{NUMBERS[FURTHEST]} calm sessions alone would not clear this.", None)


def _sentence(count: int, calm: Calm) -> str:
    sessions = calm.noun if count == 1 else f"{calm.noun}s in a row"
    return f"{NUMBERS[count]} {sessions} {calm.without}, and this disappears."


def _picture(
    conditions: tuple[Condition, ...],
    history: History,
    count: int,
    before: tuple[ConditionResult, ...],
    after: tuple[ConditionResult, ...],
) -> WindowPicture | None:
    """The window of the first condition that the last calm session turns."""
    turned = (
        (condition, then)
        for condition, last, then in zip(conditions, before, after, strict=True)
        if last.counts_for and then.met is not True
    )
    condition, then = next(turned, (None, None))
    if condition is None or then is None:
        return None
    now = condition.read(history)
    strength: dict[str, int] = {}
    for piece in now.evidence:
        strength[piece.session] = max(piece.intensity, strength.get(piece.session, 0))
    ids = [seen.session.id for seen in condition.window(history)]
    return WindowPicture(
        text=now.text,
        window=now.window,
        cells=tuple(WindowCell(id_, strength.get(id_, 0)) for id_ in ids),
        future=count,
        now=now.observed,
        then=then.observed,
        needed=now.needed,
        now_count=now.count,
        then_count=then.count,
        linkable=all(piece.linkable for piece in now.evidence),
    )
