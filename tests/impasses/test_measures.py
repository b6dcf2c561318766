"""Reliable change and recovery, against published numbers."""

from decimal import Decimal

import pytest

from impasses.catalogue import catalogue
from impasses.measures import (
    CHANCE,
    DEFAULT_PROFILE,
    halfway,
    profiles,
    reliable_change_index,
    standard_error_of_difference,
)

NHS, STRICT = profiles()["NHS-TT"], profiles()["Conservative"]


def test_the_worked_example_of_jacobson_and_truax() -> None:
    """J Consult Clin Psychol 59:12-19: deviation 7.5, reliability .80, groups around 40 and 60."""
    assert standard_error_of_difference(7.5, 0.80) == pytest.approx(4.74, abs=0.005)
    index = reliable_change_index(32.5, 47.5, deviation=7.5, reliability=0.80)
    assert index == pytest.approx(3.16, abs=0.005)
    assert index > CHANCE
    assert halfway(clinical=(40, 7.5), other=(60, 7.5)) == 50


def test_a_cutoff_leans_towards_the_narrower_group() -> None:
    assert halfway(clinical=(40, 10), other=(60, 5)) == pytest.approx(160 / 3)


@pytest.mark.parametrize(
    ("instrument", "first", "last", "nhs", "strict"),
    [
        ("PHQ-9", 16, 10, "better", None),
        ("PHQ-9", 16, 9, "better", "better"),
        ("PHQ-9", 10, 15, None, None),
        ("PHQ-9", 10, 16, "worse", None),
        ("GAD-7", 12, 8, "better", None),
        ("GAD-7", 12, 6, "better", "better"),
        ("CORE-10", 20, 14, "better", None),
        ("OQ-45.2", 80, 66, "better", None),
        ("OQ-45.2", 66, 81, "worse", "worse"),
        ("ORS", 18, 23, "better", None),
        ("ORS", 23, 16, "worse", "worse"),
    ],
)
def test_from_the_number_on_or_above_it(
    instrument: str, first: int, last: int, nhs: str | None, strict: str | None
) -> None:
    totals = Decimal(first), Decimal(last)
    assert NHS.norms[instrument].reliable(*totals) == nhs
    assert STRICT.norms[instrument].reliable(*totals) == strict


@pytest.mark.parametrize(
    ("instrument", "first", "last", "recovered"),
    [
        ("PHQ-9", 16, 9, True),
        ("PHQ-9", 16, 10, False),
        ("PHQ-9", 9, 2, False),
        ("PHQ-9", 11, 9, False),
        ("ORS", 20, 25, True),
        ("ORS", 25, 31, False),
    ],
)
def test_recovery_needs_a_case_at_the_start_and_a_reliable_change(
    instrument: str, first: int, last: int, recovered: bool
) -> None:
    assert NHS.norms[instrument].recovered(Decimal(first), Decimal(last)) is recovered


@pytest.mark.parametrize("profile", profiles().values(), ids=lambda profile: profile.id)
def test_every_norm_is_of_a_questionnaire_and_says_where_it_comes_from(profile: object) -> None:
    for norm in profile.norms.values():  # type: ignore[attr-defined]
        instrument = catalogue()[norm.instrument]
        assert instrument.kind == "outcome"
        assert instrument.minimum < norm.cutoff <= instrument.maximum
        assert 0 < norm.reliable_change < instrument.maximum - instrument.minimum
        assert norm.source
        assert norm.confidence in "ABC"


def test_the_default_is_there() -> None:
    assert profiles()[DEFAULT_PROFILE].strict is False
