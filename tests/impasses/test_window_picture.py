"""The picture of what would clear a suggestion."""

from typing import Any

import pytest

from impasses.window_picture import WIDTH, window_picture

NOW, THEN = "Read now: 3 of 4, needs 2", "Read then: 1 of 4, silent"


def clears(*levels: int, future: int = 3, now: str = NOW) -> dict[str, Any]:
    cells = [{"session": str(number), "intensity": level} for number, level in enumerate(levels, 1)]
    return {"window": {"cells": cells, "future": future, "now_words": now, "then_words": THEN}}


def labels(count: int, first: int = 21) -> dict[str, str]:
    return {str(number): str(first + number - 1) for number in range(1, count + 1)}


def test_it_draws_what_is_read_and_what_is_to_come() -> None:
    picture = window_picture(clears(3, 0, 2, 1), labels(4))
    assert picture is not None
    assert [cell.label for cell in picture.cells] == ["21", "22", "23", "24", "25", "26", "27"]
    assert [cell.bar_height for cell in picture.cells] == [32, 0, 21, 11, 0, 0, 0]
    assert [cell.is_next for cell in picture.cells] == [False] * 4 + [True] * 3
    assert picture.next_words == "three calm sessions"
    assert picture.then_start == picture.cells[3].x
    assert picture.label == (
        "Marked sessions: 21, 23, 24. Read now: 3 of 4, needs 2. "
        "After three calm sessions: read then: 1 of 4, silent."
    )


def test_a_session_that_was_not_held_has_no_number() -> None:
    picture = window_picture(clears(3, 1, future=1), {"1": "21", "2": "3 Nov"})
    assert picture is not None
    assert [cell.label for cell in picture.cells] == ["21", "–", "22"]


@pytest.mark.parametrize("window", [None, {"cells": [], "future": 2}])
def test_where_there_is_nothing_to_draw_there_is_no_picture(window: Any) -> None:
    assert window_picture({"window": window}, {}) is None


@pytest.mark.parametrize("read", [1, 2, 4, 8])
@pytest.mark.parametrize("future", [1, 4, 8])
@pytest.mark.parametrize("now", [NOW, "Read now: 4 in 4 sessions, needs 3 from 2 sessions"])
def test_nothing_leaves_the_picture_and_words_never_meet(read: int, future: int, now: str) -> None:
    picture = window_picture(clears(*[2] * read, future=future, now=now), labels(read))
    assert picture is not None
    assert picture.end <= WIDTH
    if picture.next_words:
        assert 6 * (len(now) + len(picture.next_words)) < picture.end
