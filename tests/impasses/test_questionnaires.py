"""The free questionnaires: as many questions as their range says, one of them about safety."""

import pytest

from impasses.catalogue import catalogue
from impasses.questionnaires import asks_for_safety_check, questionnaires


@pytest.mark.parametrize("name", ["PHQ-9", "GAD-7"])
def test_the_answers_make_up_the_range_of_the_total(name: str) -> None:
    each = questionnaires()[name]
    worst = len(each.questions) * (len(each.answers) - 1)
    assert worst == catalogue()[name].maximum
    assert len(set(each.questions)) == len(each.questions)


@pytest.mark.parametrize(("ninth", "asks"), [(0, False), (1, True), (3, True)])
def test_the_ninth_question_of_the_phq_9_asks_for_a_safety_check(ninth: int, asks: bool) -> None:
    assert asks_for_safety_check("PHQ-9", (3,) * 8 + (ninth,)) is asks


def test_neither_a_total_alone_nor_another_questionnaire_does() -> None:
    assert not asks_for_safety_check("PHQ-9", ())
    assert not asks_for_safety_check("GAD-7", (3,) * 7)
    assert not asks_for_safety_check("ORS", (3,) * 4)
