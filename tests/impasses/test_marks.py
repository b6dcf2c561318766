"""Marks, steps, outcomes and strips: a shape, a hue and a word, the same everywhere."""

import pytest

from impasses.templatetags import marks

HELD, MISSED = {"held": True, "lanes": {}}, {"held": False, "lanes": {}}


def held(**lanes: int) -> dict[str, object]:
    return {"held": True, "lanes": lanes}


def test_a_mark_says_word_and_intensity():
    shown = marks.mark("M5", 2)

    assert 'class="mark m5"' in shown
    assert "#i-m5" in shown
    assert "Alliance strain" in shown
    assert ", clear, 2 of 3" in shown


def test_a_mark_without_intensity_is_icon_and_word():
    shown = marks.mark("M2")

    assert "Avoidance" in shown
    assert "steps" not in shown
    assert "of 3" not in shown


def test_a_ghost_is_drawn_as_one():
    assert 'class="mark m1 mark--ghost"' in marks.mark("M1", 1, ghost=True)


@pytest.mark.parametrize("intensity", [1, 2, 3])
def test_steps_are_filled_up_to_the_intensity(intensity):
    shown = marks.steps(str(intensity))

    assert shown.count("<rect") == 3
    assert shown.count('class="off"') == 3 - intensity


@pytest.mark.parametrize(
    ("code", "shape"),
    [
        ("helped", "helped"),
        ("partly", "partly"),
        ("no", "no"),
        ("worse", "worse"),
        ("too_early", "early"),
        ("repaired", "helped"),
        ("unrepaired", "no"),
    ],
)
def test_outcomes_and_repairs_share_their_shapes(code, shape):
    assert f"oc--{shape}" in marks.outcome(code)


def test_a_strip_draws_five_lanes_for_each_held_session():
    shown = marks.strip([held(M1=3), held(M5=1)], "Heron")

    assert shown.count("strip__slot") == 10
    assert shown.count("strip__bar") == 2
    assert '<rect class="strip__bar m1" x="78" y="0.0" width="11" height="8.0" rx="1.5"/>' in shown
    assert '<rect class="strip__bar m5" x="91" y="41.0" width="11" height="3.0" rx="1.5"/>' in shown


def test_a_missed_session_is_an_empty_frame_across_the_lanes():
    shown = marks.strip([MISSED], "Heron")

    assert shown.count("strip__slot--missed") == 1
    assert shown.count("<rect") == 1


def test_a_strip_says_in_words_what_it_draws():
    shown = marks.strip([held(M2=1), held(M2=2), HELD, MISSED], "Heron")

    assert 'role="img"' in shown
    assert 'aria-label="Heron: Avoidance in 2 of 3 held, 1 not held"' in shown


@pytest.mark.parametrize(("slots", "words"), [([], "no session yet"), ([HELD], "no signs")])
def test_a_strip_with_nothing_says_so(slots, words):
    assert words in marks.strip(slots, "Heron")


def test_a_strip_shows_the_last_eight():
    assert marks.strip([held(M1=1), *[HELD] * 8], "Heron").count("strip__bar") == 0


def test_a_name_cannot_break_out_of_a_strip():
    assert "<b>" not in marks.strip([], '"><b>')
