"""What would clear a finding: found by trying it, never by calculating around the rules."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count, islice

from impasses.catalogue import catalogue
from impasses.conditions import Condition, Node, Windowed, explain, leaves, weigh
from impasses.conditions_of_scores import score_in_words
from impasses.facts import Score, SessionFacts
from impasses.findings import Clearing, ConditionResult, WindowCell, WindowPicture
from impasses.history import History

FURTHEST = 8
NUMBERS = ("No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight")


@dataclass(frozen=True, slots=True)
class Calm:
    """How a rule speaks of the sessions that clear it: "held session", "without strain".

    `session` is such a session: attended, and nothing ticked but what the rule asks for.
    """

    noun: str
    without: str
    session: SessionFacts


def clearing(when: Node, history: History, minimum_held: int, calm: Calm) -> Clearing:
    """The fewest calm sessions, up to eight, after which the tree is met no longer.

    Where eight do not do it, the next score of each questionnaire the finding rests on.
    """
    futures = list(islice(_futures(history, calm), FURTHEST))
    now = before = weigh(when, history, minimum_held)[1]
    if weigh(when, futures[-1], minimum_held)[0] is True:
        return _by_scores(when, history, minimum_held, futures[0], explain(when, now)) or Clearing(
            "Calm sessions alone would not clear this: only what you decide to change.", None
        )
    for ahead, future in enumerate(futures, 1):
        met, after = weigh(when, future, minimum_held)
        if met is not True:
            return Clearing(
                _sentence(ahead, calm),
                ahead,
                ahead=_ahead(future, ahead),
                picture=_picture(leaves(when), history, ahead, explain(when, before), after),
            )
        before = after
    raise AssertionError("the last future was met no longer")


def _futures(history: History, calm: Calm) -> Iterator[History]:
    for number in count(1):
        history = history.after(calm.session, f"calm {number}")
        yield history


def _by_scores(
    when: Node,
    history: History,
    minimum_held: int,
    next_session: History,
    resting: Sequence[ConditionResult],
) -> Clearing | None:
    carrying = zip(leaves(when), resting, strict=True)
    scores = [s for leaf, fact in carrying if fact.counts_for for s in leaf.turning_scores(history)]
    future = next_session.with_scores(scores)
    if not scores or weigh(when, future, minimum_held)[0] is True:
        return None
    words = " and ".join(map(_bound, scores))
    return Clearing(
        f"{words} in the next session, and this disappears.",
        1,
        ahead=_ahead(future, 1),
        scores=future.case.scores[-len(scores) :],
    )


def _bound(score: Score) -> str:
    is_up = catalogue()[score.instrument].direction == "up=better"
    return f"One {score_in_words(score)} or {'more' if is_up else 'less'}"


def _ahead(future: History, sessions: int) -> tuple[SessionFacts, ...]:
    return tuple(seen.session for seen in future.sessions[-sessions:])


def _sentence(ahead: int, calm: Calm) -> str:
    sessions = calm.noun if ahead == 1 else f"{calm.noun}s in a row"
    return f"{NUMBERS[ahead]} {sessions} {calm.without}, and this disappears."


def _picture(
    conditions: tuple[Condition, ...],
    history: History,
    ahead: int,
    before: tuple[ConditionResult, ...],
    after: tuple[ConditionResult, ...],
) -> WindowPicture | None:
    """The window of the first condition with one that the last calm session turns."""
    turned = (
        (condition, then)
        for condition, last, then in zip(conditions, before, after, strict=True)
        if last.counts_for and then.met is not True and isinstance(condition, Windowed)
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
        future=ahead,
        now=now.observed,
        then=then.observed,
        needed=now.needed,
        now_count=now.count,
        then_count=then.count,
        linkable=all(piece.linkable for piece in now.evidence),
    )
