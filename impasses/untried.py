"""What to offer in the place of something that was tried and did not help."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from impasses.catalogue import catalogue
from impasses.conditions_of_trials import tried_in_vain
from impasses.findings import Offer
from impasses.history import History

MISMATCH = "C6"
LINE = "SRS", 36
"""The one instrument of the alliance with a published line, and the line."""
LOW_SCORES = 3


def without_failed(offer: Offer, history: History, times: int) -> Offer:
    """The offer without what failed so often in this episode, where something else is left.

    Where nothing is, what was not tried of the same kind takes its place.
    """
    failed = tried_in_vain(history, times)
    if not failed:
        return offer
    return replace(
        offer,
        therapist_strategies=_instead(offer.therapist_strategies, failed, history),
        client_strategies=_instead(offer.client_strategies, failed, history),
        techniques=_instead(offer.techniques, failed, history),
    )


def _instead(
    offered: tuple[str, ...], failed: tuple[str, ...], history: History
) -> tuple[str, ...]:
    kept = tuple(id_ for id_ in offered if id_ not in failed)
    gone = tuple(id_ for id_ in offered if id_ in failed)
    return kept or untried_like(history, gone) or offered


def untried_offer(offer: Offer, history: History, times: int) -> Offer:
    """The offer with what is untried of the same kind; as it is where nothing of it is left.

    A mismatch is named as a possible cause when the last three scores of the alliance were low.
    """
    failed = tried_in_vain(history, times)
    ids = untried_like(history, failed)
    therapist = tuple(id_ for id_ in ids if id_.startswith("T"))
    techniques = tuple(id_ for id_ in ids if id_.startswith("Y"))
    some_left = bool(therapist or techniques)
    return replace(
        offer,
        types=tuple(dict.fromkeys(id_[:2] for id_ in techniques)),
        causes=(MISMATCH,) if _alliance_is_low(history) else (),
        therapist_strategies=therapist or _without(offer.therapist_strategies, failed),
        client_strategies=tuple(id_ for id_ in ids if id_.startswith("K"))
        or _without(offer.client_strategies, failed),
        techniques=techniques,
        methods=() if some_left else offer.methods,
        additions=() if some_left else offer.additions,
    )


def _without(strategies: Sequence[str], failed: Sequence[str]) -> tuple[str, ...]:
    """Those that did not fail; all where none would be left."""
    return tuple(id_ for id_ in strategies if id_ not in failed) or tuple(strategies)


def _alliance_is_low(history: History) -> bool:
    instrument, line = LINE
    latest = history.scores.get(instrument, ())[-LOW_SCORES:]
    return len(latest) == LOW_SCORES and all(score.total < line for score in latest)


def untried_like(history: History, failed: tuple[str, ...]) -> tuple[str, ...]:
    """What has not been tried in this episode and is of the same kind as what did not help.

    Of the same kind are all strategies of one side, or all techniques of one type.
    """
    tried = {trial.strategy[:2] for trial in history.trials if "t" not in trial.strategy}
    tried |= {trial.strategy for trial in history.trials if "t" in trial.strategy}
    found: dict[str, None] = {}
    for strategy in failed:
        found |= dict.fromkeys(id_ for id_ in _kind_of(strategy) if id_ not in tried)
    return tuple(found)


def _kind_of(strategy: str) -> list[str]:
    known = catalogue()
    if strategy.startswith("Y"):
        return [technique.id for technique in known[strategy[:2]].techniques]
    side = known.therapist_strategies if strategy.startswith("T") else known.client_strategies
    return [entry.id for entry in side]
