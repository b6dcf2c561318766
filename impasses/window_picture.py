"""The picture of what would clear a suggestion: sessions read now, then calm ones to come."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

WIDTH = 420
WIDEST = 58  # from one cell to the next, unless the words above need more
GAP = 0.17  # of a pitch, between cells
LETTER = 6.5  # a generous mean, so that words never meet
TOP, FLOOR, CELL = 26, 58, 32
BARS = {0: 0, 1: 11, 2: 21, 3: 32}
NOT_HELD = "–"
SAY = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight")


@dataclass(frozen=True)
class Cell:
    """One session, or one to come; `label` is its number."""

    x: float
    middle: float
    label: str
    bar_y: int = FLOOR
    bar_height: int = 0
    is_next: bool = False


@dataclass(frozen=True)
class WindowPicture:
    """Cells with three braces: what is read now, the calm sessions, what is read then.

    `next_words` is empty where it would run into `now_words`.
    """

    cells: tuple[Cell, ...]
    cell_width: float
    now_end: float
    next_start: float
    end: float
    then_start: float
    now_words: str
    then_words: str
    next_words: str
    has_next: bool
    label: str


def window_picture(clears: Mapping[str, Any], labels: Mapping[str, str]) -> WindowPicture | None:
    """Draw the `clears` part of a trace; None where there is nothing to draw.

    `labels` are the numbers of its sessions; one that was not held has none and shows a dash.
    """
    window = clears["window"]
    if not window or not window["cells"]:
        return None
    read, future = window["cells"], window["future"]
    count = len(read) + future
    calm = f"{SAY[future]} calm session{'' if future == 1 else 's'}"
    words = LETTER * (len(window["now_words"]) + len(calm)) + 10
    pitch = round(min((WIDTH - 4) / count, max(WIDEST, words / (count - GAP))), 1)
    width = round(pitch * (1 - GAP), 1)
    levels = [cell["intensity"] for cell in read] + [None] * future
    names = [_number(labels.get(cell["session"], "")) for cell in read]
    newest = max((int(name) for name in names if name != NOT_HELD), default=0)
    names += [str(newest + ahead) for ahead in range(1, future + 1)]
    cells = tuple(
        _cell(round(2 + pitch * n, 1), width, name, level)
        for n, (name, level) in enumerate(zip(names, levels, strict=True))
    )
    return WindowPicture(
        cells=cells,
        cell_width=width,
        now_end=round(cells[len(read) - 1].x + width, 1),
        next_start=cells[min(len(read), count - 1)].x,
        end=round(cells[-1].x + width, 1),
        then_start=cells[min(future, count - 1)].x,
        now_words=window["now_words"],
        then_words=window["then_words"],
        next_words=calm if words <= cells[-1].x + width else "",
        has_next=future > 0,
        label=_in_words(window, names[: len(read)], calm),
    )


def _number(label: str) -> str:
    return label if label.isdecimal() else NOT_HELD


def _cell(x: float, width: float, name: str, level: int | None) -> Cell:
    middle = round(x + width / 2, 1)
    if level is None:
        return Cell(x, middle, name, is_next=True)
    return Cell(x, middle, name, bar_y=FLOOR - BARS[level], bar_height=BARS[level])


def _in_words(window: Mapping[str, Any], names: Sequence[str], calm: str) -> str:
    marked = [
        name for name, cell in zip(names, window["cells"], strict=True) if cell["intensity"] > 0
    ]
    now, then = window["now_words"], window["then_words"]
    sessions = ", ".join(marked) or "none"
    return f"Marked sessions: {sessions}. {now}. After {calm}: {then[0].lower()}{then[1:]}."
