"""The swim lanes as geometry: every number agrees with the stylesheet's row heights."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from sessions_app.timeline import draw
from sessions_app.timeline_rows import Outcome, Span, TriedStep
from sessions_app.timeline_slots import EPISODE, SLOTS, STEP, Slot

FIRST = datetime(2026, 5, 12, 10, tzinfo=UTC)


def slots(count: int, **same: Any) -> list[Slot]:
    return [slot(number, **same) for number in range(1, count + 1)]


def slot(week: int, **facts: Any) -> Slot:
    known = {"number": week, "label": f"Session {week}"} | facts
    return Slot(id=str(week), at=FIRST + timedelta(weeks=week - 1), **known)


def test_a_sign_fills_its_slot_from_below_by_intensity() -> None:
    bars = [draw(slots(1, lanes={"M2": level})).lanes[1].bars[0] for level in (1, 2, 3)]
    assert [(bar.top, bar.y, bar.height) for bar in bars] == [
        (84, 101, 9),
        (84, 93, 17),
        (84, 84, 26),
    ]


def test_the_lanes_never_change_their_order() -> None:
    drawing = draw(slots(2, lanes={"M5": 3, "M1": 1}))
    assert [lane.css for lane in drawing.lanes] == ["m1", "m2", "m3", "m4", "m5"]
    assert [lane.rule for lane in drawing.lanes] == [76.5, 110.5, 144.5, 178.5, 212.5]


@pytest.mark.parametrize(("count", "width"), [(1, 8), (6, 8), (8, 8), (9, 9), (27, 27)])
def test_a_young_case_is_as_wide_as_eight_sessions(count: int, width: int) -> None:
    drawing = draw(slots(count))
    assert drawing.width == width * STEP + 1
    assert len(drawing.columns) == count


def test_without_a_score_there_is_no_plot_and_the_picture_is_lower() -> None:
    assert (draw(slots(3)).plot, draw(slots(3)).height) == (None, 246)
    assert draw(slots(3, score=Decimal(7))).height == 330


def test_a_missing_score_breaks_the_line_and_is_drawn_as_unknown() -> None:
    scored = slots(5, score=Decimal(7))
    scored[2] = slot(3)
    plot = draw(scored).plot
    assert plot is not None
    assert [len(line) for line in plot.lines] == [2, 2]
    assert [point.x for point in plot.missing] == [2.5 * STEP]


def test_a_missed_session_is_a_gap_and_does_not_break_the_line() -> None:
    scored = slots(3, score=Decimal(7))
    scored[1] = slot(2, number=None, attendance="no_show")
    drawing = draw(scored)
    assert [column.is_gap for column in drawing.columns] == [False, True, False]
    assert drawing.columns[1].was_no_show
    assert drawing.plot is not None
    assert (len(drawing.plot.lines), drawing.plot.missing) == (1, ())


@pytest.mark.parametrize(("score", "y"), [(0, 318.0), (5, 288.0), (10, 258.0)])
def test_a_score_stands_between_nought_and_ten(score: int, y: float) -> None:
    plot = draw(slots(1, score=Decimal(score))).plot
    assert plot is not None
    assert plot.dots[0].y == y
    assert plot.last_words == str(score)


def test_a_month_is_named_where_it_begins() -> None:
    months = draw(slots(8)).months
    assert [(month.at.month, month.x, month.has_line) for month in months] == [
        (5, 0, False),
        (6, 3 * STEP, True),
    ]


def test_a_year_apart_the_same_month_is_named_again() -> None:
    far = Slot(id="2", at=FIRST + timedelta(days=365), number=2, label="")
    assert len(draw([slot(1), far]).months) == 2


def test_repair_is_drawn_where_it_was_asked() -> None:
    told = [slot(1), slot(2, repair="partly")]
    assert [(r.at, r.state) for r in draw(told).repairs] == [((52.5, 231.0), "partly")]


def test_only_the_last_column_is_the_newest() -> None:
    assert [c.is_newest for c in draw(slots(3)).columns] == [False, False, True]


def test_everything_stays_inside_the_picture() -> None:
    drawing = draw(slots(SLOTS, lanes={"M1": 3, "M5": 3}, score=Decimal(0), repair="repaired"))
    assert all(0 <= column.x <= drawing.width - 32 for column in drawing.columns)
    assert drawing.plot is not None
    assert all(drawing.plot.top < dot.y < drawing.height for dot in drawing.plot.dots)


def test_an_impasse_lies_over_its_sessions_stage_by_stage() -> None:
    first, step = FIRST.date(), timedelta(weeks=1)
    spans = [
        Span("named", "Named", first + step, first + 3 * step),
        Span("worked", "Being worked", first + 3 * step, None),
    ]
    drawing = draw(slots(8), spans=spans)
    assert [(bar.stage, bar.x, bar.width) for bar in drawing.stages] == [
        ("named", STEP + 4, 2 * STEP - 8), ("worked", 3 * STEP + 4, 5 * STEP - 8),
    ]  # fmt: skip
    assert drawing.stages[0].word == "Named"
    assert drawing.height == draw(slots(8)).height + EPISODE
    assert drawing.lanes[0].rule == 76.5 + EPISODE


def test_a_span_without_a_session_is_not_drawn_and_a_narrow_one_says_nothing() -> None:
    day = FIRST.date()
    assert draw(slots(3), spans=[Span("named", "Named", day - timedelta(9), day)]).stages == ()
    (bar,) = draw(slots(3), spans=[Span("worked", "Being worked", day, day + timedelta(2))]).stages
    assert bar.word == ""


OUTCOME = Outcome(
    name="PHQ-9", first=Decimal(16), reliable=Decimal(6), direction="lower is better",
    turned={"3": "better"},
)  # fmt: skip


def test_an_outcome_has_a_band_around_its_first_score() -> None:
    scored = [slot(1, outcome=Decimal(16)), slot(2), slot(3, outcome=Decimal(7))]
    row = draw(scored, outcome=OUTCOME).outcome
    assert row is not None
    assert row.words == "shaded: within 6 points of the start"
    assert [dot.turned for dot in row.dots] == ["", "better"]
    inside, outside = (dot.at.y for dot in row.dots)
    assert row.band_y < inside < row.band_y + row.band_height < outside
    assert draw(slots(3), outcome=OUTCOME).outcome is None


def test_what_was_tried_stands_under_the_sessions_that_were_asked() -> None:
    steps = [TriedStep("Grounding first", {"2": "no", "4": "helped"}), TriedStep("Later", {})]
    drawing = draw(slots(6), mine=steps)
    (row,) = drawing.tried
    (line,) = row.lines
    assert (line.x1, line.x2) == (1.5 * STEP, 3.5 * STEP)
    assert [state for _, state in line.answers] == ["no", "helped"]
    assert line.word == "Grounding first"
