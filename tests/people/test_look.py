"""Icons, dates and fields as every page draws them."""

import datetime as dt
import uuid
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django import forms
from django.template import Context, Template
from django.utils import timezone

from people.dates import dates_as
from people.models.user import DateStyle
from people.templatetags import look
from supervision.roster import RosterRow, Supervisee

AT_TWO = dt.datetime(2026, 11, 3, 14, 0, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def this_november():
    with time_machine.travel("2026-11-23 12:00", tick=False):
        yield


def drawn(source: str, **context: object) -> str:
    return Template("{% load look %}" + source).render(Context(context))


class PlanForm(forms.Form):
    theme = forms.CharField(max_length=5, required=False)
    kind = forms.ChoiceField(choices=[("a", "First"), ("b", "Second")], required=False)
    seen = forms.ChoiceField(
        choices=[("shared", "Shared"), ("private", "Only me")], widget=forms.RadioSelect
    )
    score = forms.DecimalField(required=False)


@pytest.mark.parametrize(
    ("drawing", "moment", "words"),
    [
        (look.day, AT_TWO, "Tue 3 Nov"),
        (look.day, dt.date(2026, 11, 3), "Tue 3 Nov"),
        (look.day, dt.date(2025, 11, 3), "Mon 3 Nov 2025"),
        (look.day_time, AT_TWO, "Tue 3 Nov, 14:00"),
        (look.day_time, AT_TWO.replace(year=2025), "Mon 3 Nov 2025, 14:00"),
        (look.long_day, AT_TWO, "Tuesday 3 November"),
        (look.long_day, dt.date(2025, 11, 3), "Monday 3 November 2025"),
        (look.clock, AT_TWO, "14:00"),
    ],
)
def test_dates_are_written_out(drawing, moment, words):
    assert drawing(moment) == words


@pytest.mark.parametrize("drawing", [look.day, look.day_time, look.long_day, look.clock])
def test_no_date_is_no_words(drawing):
    assert drawing(None) == ""


def test_dates_are_told_in_the_readers_time_zone():
    late = dt.datetime(2026, 11, 3, 23, 30, tzinfo=dt.UTC)

    with timezone.override(ZoneInfo("Europe/Berlin")):
        assert look.day_time(late) == "Wed 4 Nov, 00:30"


def test_an_icon_names_its_sign():
    assert '<use href="#i-m1"/>' in look.icon("m1")
    assert 'class="icon big"' in look.icon("m1", "big")
    assert "<script>" not in look.icon("<script>")


@pytest.mark.parametrize(
    ("words", "without"), [("Wait.", "Wait"), ("Wait", "Wait"), ("Wait. ", "Wait"), ("", "")]
)
def test_a_full_stop_can_be_left_out(words, without):
    assert look.no_stop(words) == without


def test_a_control_has_our_class_and_cuts_nothing_off():
    form = PlanForm()

    assert 'class="form-control wide"' in look.control(form["theme"], **{"class": "wide"})
    assert "maxlength" not in look.control(form["theme"])
    assert 'class="form-select"' in look.control(form["kind"])


def test_a_wrong_field_is_joined_to_its_error():
    form = PlanForm({"theme": "too long", "seen": "shared"})

    shown = drawn("{% control form.theme hint='h' %}{% errors form.theme %}", form=form)

    assert "is-invalid" in shown
    assert 'aria-invalid="true"' in shown
    assert 'aria-describedby="h id_theme_error"' in shown
    assert '<p class="invalid-feedback d-block" id="id_theme_error">' in shown
    assert 'value="too long"' in shown


def test_a_right_field_has_no_error():
    assert drawn("{% errors form.theme %}", form=PlanForm()).strip() == ""


def test_chips_show_what_is_chosen_and_who_reads():
    form = PlanForm({"seen": "private"})

    shown = drawn("{% chips form.seen readers=who icons=True %}", form=form, who="Sunil <Rao>")

    assert "Shared with Sunil &lt;Rao&gt;" in shown
    assert 'value="private" id="id_seen_1" checked' in shown
    assert 'value="shared" id="id_seen_0">' in shown
    assert shown.count("<use") == 2


def test_a_scale_marks_the_answer_given():
    shown = drawn("{% scale form.score 0 10 %}", form=PlanForm({"score": "7"}))

    assert shown.count('type="radio"') == 11
    assert shown.count(" checked") == 1
    assert 'value="7" id="id_score_7" checked' in shown


def test_errors_link_to_the_input_or_to_the_group():
    form = PlanForm()

    assert look.target(form["theme"]) == "id_theme"
    assert look.target(form["seen"]) == "id_seen"


@pytest.mark.parametrize(
    ("score", "but", "said"), [("", "", False), ("7", "", True), ("7", "A10", False)]
)
def test_answers_are_noticed(score, but, said):
    pairs = [(SimpleNamespace(id="A10"), PlanForm({"score": score})["score"])]

    assert look.answered(pairs, but) is said


def test_a_field_is_found_by_a_name_with_a_dash():
    assert look.field(PlanForm(), "theme").name == "theme"


def test_a_drawn_row_follows_the_row_and_how_its_reader_writes_dates() -> None:
    """What is kept between requests belongs to exactly what it was drawn from."""

    def row(name: str = "Thea") -> str:
        person = Supervisee(
            uuid.UUID(int=1), name, is_active=True, in_training=False, since=AT_TWO.date(),
            until=None, stands_in_for=None,
        )  # fmt: skip
        values = RosterRow(
            therapist=person, is_new=True, clients=1, held=0, logged=0, stages=(), oldest=None,
            last_met=None, next=AT_TWO,
        )  # fmt: skip
        return str(look.drawn("supervision/_roster_row.html", values))

    first = row()
    assert "14:00" in first
    assert row() == first
    assert "<b>" not in row(name="<b>Thea</b>")
    assert "Tom" in row(name="Tom")
    with dates_as(DateStyle.NUMBERS):
        assert "2026-11-03" in row()
    with timezone.override(ZoneInfo("Asia/Tokyo")):
        assert "23:00" in row()
    assert row() == first
