"""The arithmetic of agreement between readers of the sketches."""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from impasses.catalogue import catalogue
from supervision.models.vignette import SIGNS
from supervision.vignettes import Reading, Row, Split, fleiss, team_of, vignettes

ALL = [f"V{number}" for number in range(1, 13)]

FLEISS_1971 = [  # ten subjects, fourteen raters, five categories: kappa 0.210
    [0, 0, 0, 0, 14], [0, 2, 6, 4, 2], [0, 0, 3, 5, 6], [0, 3, 9, 2, 0], [2, 2, 8, 1, 1],
    [7, 7, 0, 0, 0], [3, 2, 6, 3, 0], [2, 5, 3, 2, 2], [6, 5, 2, 1, 0], [0, 2, 2, 3, 7],
]  # fmt: skip


def test_the_published_example() -> None:
    assert fleiss(FLEISS_1971) == pytest.approx(0.210, abs=0.0005)


def reading(marked: Sequence[int], people: int) -> Reading:
    """Of one sign, with this many marks in each sketch."""
    sign, sketches = catalogue()["M1"], vignettes().values()
    splits = zip(sketches, marked, strict=True)
    return Reading(sign, tuple(Split(each, sign, count, people) for each, count in splits))


@pytest.mark.parametrize(
    ("marked", "people", "kappa"),
    [
        ([0] * 12, 5, None),
        ([5] * 12, 5, None),
        ([5, 0] * 6, 5, 1.0),
        ([2] * 6 + [0] * 6, 2, 1.0),
        ([1] * 12, 2, -1.0),
        ([1, 2] * 6, 3, -0.33),
        ([2] + [1] + [0] * 10, 2, 0.62),
    ],
)
def test_edges(marked: list[int], people: int, kappa: float | None) -> None:
    assert reading(marked, people).kappa == kappa


def test_two_minds_in_words() -> None:
    sketch, signs = vignettes()["V1"], catalogue().manifestations
    assert [Row(sketch, (), signs[:count]).minds for count in (0, 1, 3)] == [
        "of one mind",
        "of two minds about resistance",
        "of two minds about resistance, avoidance and repetition",
    ]
    assert Row(sketch, ()).minds == ""


@pytest.mark.parametrize(
    ("kappa", "band"),
    [
        (-0.01, "poor"), (0.0, "slight"), (0.2, "slight"), (0.21, "fair"), (0.4, "fair"),
        (0.41, "moderate"), (0.6, "moderate"), (0.61, "substantial"), (0.8, "substantial"),
        (0.81, "almost perfect"), (1.0, "almost perfect"),
    ],
)  # fmt: skip
def test_the_words_of_landis_and_koch(kappa: float, band: str) -> None:
    made = reading([0] * 12, 3)
    vars(made)["kappa"] = kappa
    assert made.band == band


def test_a_minus_is_a_minus_and_none_stands_before_a_zero() -> None:
    assert reading([1] * 12, 3).figure == "−0.50"
    assert reading([200] * 12, 400).figure == "0.00"


counts = some.integers(2, 20).flatmap(
    lambda people: some.tuples(
        some.lists(some.integers(0, people), min_size=12, max_size=12), some.just(people)
    )
)


@settings(max_examples=150, deadline=None)
@given(counts)
def test_it_is_the_formula_for_two_categories(given: tuple[list[int], int]) -> None:
    """1 - sum x(n-x) / (N n (n-1) p q): Fleiss, Levin and Paik 2003, section 18.3."""
    marked, people = given
    share = sum(marked) / (12 * people)
    found = fleiss([(count, people - count) for count in marked])
    if share in (0, 1):
        assert found is None
        return
    apart = sum(count * (people - count) for count in marked)
    formula = 1 - apart / (12 * people * (people - 1) * share * (1 - share))
    assert found == pytest.approx(formula)
    turned = fleiss([(people - count, count) for count in marked])
    assert turned == pytest.approx(found), "to mark or to leave out is the same question"


answers = some.lists(
    some.fixed_dictionaries(dict.fromkeys(ALL, some.lists(some.sampled_from(SIGNS), unique=True))),
    min_size=3, max_size=6,
)  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(answers, some.randoms(use_true_random=False))
def test_the_team_knows_no_order_of_people(people: list[dict[str, list[str]]], chance: Any) -> None:
    team = team_of(people)
    dealt = list(people)
    chance.shuffle(dealt)
    assert team == team_of(dealt)
    for each in team.readings:
        assert len(each.splits) == 12
        for split in each.splits:
            assert split.marked == sum(each.sign.id in own[split.vignette.id] for own in people)
            less = min(split.marked, len(people) - split.marked)
            assert split.is_parted == (less / len(people) >= 1 / 3 - 1e-9)
    assert sum(len(parting.vignettes) for parting in team.partings) <= 6


def test_the_most_even_splits_come_first_and_of_equals_one_of_each_sign() -> None:
    def parted(**halves: tuple[list[str], int]) -> list[tuple[str, list[str]]]:
        """Among six, where so many marked a sign in some sketches."""
        people: list[dict[str, list[str]]] = [{key: [] for key in ALL} for _ in range(6)]
        for sign, (keys, count) in halves.items():
            for own in people[:count]:
                for key in keys:
                    own[key].append(sign)
        return [(p.sign.id, [v.id for v in p.vignettes]) for p in team_of(people).partings]

    assert parted(M2=(ALL, 1)) == []
    assert parted(M2=(ALL, 4)) == [("M2", ALL[:6])]
    assert parted(M2=(ALL, 2), M3=(ALL[8:], 3)) == [("M2", ALL[:2]), ("M3", ALL[8:])]
    assert parted(M1=(ALL, 2), M4=(ALL[3:5], 2), M5=(["V7"], 4)) == [
        ("M1", ALL[:3]), ("M4", ALL[3:5]), ("M5", ["V7"]),
    ]  # fmt: skip
