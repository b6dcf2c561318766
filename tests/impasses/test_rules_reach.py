"""Each rule offers what is published, and everything that can be offered is offered by one."""

import pytest

from impasses.catalogue import catalogue
from impasses.findings import Offer
from impasses.rulebook import rulebook

PUBLISHED = {  # rule: hypothesis, causes, the therapist's strategies
    "R1": ("Y1", "", "T1 T3"),
    "R2": ("Y1", "", "T1 T3"),
    "R3": ("Y1", "C3b", "T1 T3"),
    "R4": ("Y3", "C2", "T2"),
    "R5": ("Y3", "", "T3 T5"),
    "R6": ("Y1", "", "T3"),
    "R7": ("Y2", "C2", "T2"),
    "R8": ("Y2", "", "T6"),
    "R9": ("Y4", "", "T6"),
    "R10": ("Y4", "", "T2"),
    "R11": ("Y4", "", "T1"),
    "R12": ("", "C1", "T1 T4 T5"),
    "R13": ("", "C5", "T6"),
    "R14": ("", "C4", "T4 T6 T2"),
    "R15": ("", "C4 C6", "T3 T6 T5"),
    "R16": ("Y1", "", "T3 T2"),
    "R17": ("Y1", "", "T3"),
    "R18": ("", "", "T1 T5"),
    "R19": ("", "", "T1 T5 T6"),
    "R20": ("", "C6", "T5"),
}


def offers() -> list[Offer]:
    rules = rulebook().rules
    return [rule.offer for rule in rules] + [rule.otherwise for rule in rules if rule.otherwise]


@pytest.mark.parametrize("rule", PUBLISHED)
def test_each_offers_what_is_published(rule: str) -> None:
    offer = rulebook()[rule].offer
    found = (offer.types, offer.causes, offer.therapist_strategies)
    assert tuple(" ".join(ids) for ids in found) == PUBLISHED[rule]


def test_every_strategy_technique_and_cause_is_reached() -> None:
    known = catalogue()
    strategies = [s.id for s in (*known.therapist_strategies, *known.client_strategies)]
    techniques = [technique.id for kind in known.types for technique in kind.techniques]
    causes = [cause.id for cause in known.causes]
    reached = {
        id_
        for offer in offers()
        for id_ in (*offer.therapist_strategies, *offer.client_strategies, *offer.techniques)
    }
    assert reached >= {*strategies, *techniques}
    assert {cause[:2] for offer in offers() for cause in offer.causes} == set(causes)


def test_each_says_what_it_rests_on() -> None:
    for offer in offers():
        assert "The source document" in offer.source or "(A)" in offer.source
        assert "proposed, not measured" in offer.source
