"""Scores of questionnaires: totals, or for the free ones their answers. Cleans, never saves."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils import timezone

from impasses.catalogue import Instrument, catalogue
from impasses.questionnaires import Questionnaire, questionnaires
from sessions_app.entries import ScoreEntry
from sessions_app.form_fields import choice
from sessions_app.models import Measurement

OWN_QUESTION = "A10"


@dataclass(frozen=True)
class Questions:
    """A questionnaire that can be answered one question after the other."""

    questionnaire: Questionnaire
    fields: tuple[BoundField, ...]

    @property
    def is_begun(self) -> bool:
        return any(field.value() for field in self.fields)


class ScoreForm(forms.Form):
    """Scores that were filled in together: by whom, when, and how much."""

    scores_by = choice(Measurement.CompletedBy.choices, label="Completed by", initial="client")
    scores_on = forms.DateField(
        label="Completed on",
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"invalid": "Write the day as 2026-11-03, or leave it empty."},
    )

    def __init__(
        self, *args: Any, instruments: Iterable[Instrument] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.use_required_attribute = False
        self.instruments = tuple(instruments or catalogue().instruments)
        self.questionnaires = [
            questionnaires()[each.id] for each in self.instruments if each.id in questionnaires()
        ]
        self.fields["scores_on"].widget.attrs |= {"class": "form-control", "autocomplete": "off"}
        for instrument in self.instruments:
            self.fields[f"score-{instrument.id}"] = _total(instrument)
        for each in self.questionnaires:
            for number, question in enumerate(each.questions, 1):
                self.fields[_item(each, number)] = _answer(each, number, question)

    @property
    def score_fields(self) -> list[tuple[Instrument, BoundField]]:
        return [(i, self[f"score-{i.id}"]) for i in self.instruments]

    @property
    def questions(self) -> list[Questions]:
        """The questionnaires that may be answered here."""
        return [
            Questions(each, tuple(self[_item(each, n + 1)] for n in range(len(each.questions))))
            for each in self.questionnaires
        ]

    @property
    def has_answers(self) -> bool:
        return any(each.is_begun for each in self.questions)

    def clean(self) -> dict[str, Any]:
        super().clean()
        day = self.cleaned_data.get("scores_on")
        if day and day > timezone.localdate():
            self.add_error("scores_on", "That day has not come yet. Leave it empty for today.")
        if day and day.year < timezone.localdate().year - 60:
            self.add_error("scores_on", f"{day.year} cannot be right. Check the year.")
        for each in self.questionnaires:
            self._add_up(each)
        return self.cleaned_data

    def _add_up(self, each: Questionnaire) -> None:
        """The total of the answers; an incomplete list or another total is said."""
        name, asked = f"score-{each.instrument}", len(each.questions)
        total, missing = self.cleaned_data.get(name), asked - len(self._answers(each))
        if missing == asked or name in self.errors:
            return
        if missing:
            self.add_error(
                name,
                f"{each.instrument} has {asked} questions and {missing} "
                f"{'is' if missing == 1 else 'are'} not answered. Answer all of them, or none "
                "and give the total.",
            )
        elif total not in (None, sum(self._answers(each))):
            self.add_error(
                name,
                f"The answers add up to {sum(self._answers(each))}, the total says {total:f}. "
                "Mend one of them, or leave the total empty.",
            )
        else:
            self.cleaned_data[name] = Decimal(sum(self._answers(each)))

    def _answers(self, each: Questionnaire) -> tuple[int, ...]:
        found = (self.cleaned_data.get(_item(each, n + 1)) for n in range(len(each.questions)))
        return tuple(int(answer) for answer in found if answer)

    def scores(self) -> tuple[ScoreEntry, ...]:
        """The cleaned scores by instrument; call it on a valid form only."""
        data = self.cleaned_data
        return tuple(
            ScoreEntry(
                instrument=instrument.id,
                total=Decimal(data[f"score-{instrument.id}"]),
                items=self._answers(questionnaires()[instrument.id])
                if instrument.id in questionnaires()
                else (),
                completed_by=data["scores_by"] or Measurement.CompletedBy.CLIENT,
                on=data["scores_on"],
            )
            for instrument in sorted(self.instruments, key=lambda i: i.id)
            if data[f"score-{instrument.id}"] is not None
        )


class ScoresAloneForm(ScoreForm):
    """The same without a session: at least one score, and the day is today unless given."""

    def clean(self) -> dict[str, Any]:
        super().clean()
        if not self.errors and not self.scores():
            raise forms.ValidationError("Give at least one total, or answer a questionnaire.")
        return self.cleaned_data


def initial_of_score(score: ScoreEntry) -> dict[str, Any]:
    """What a form shows for a score; where it was answered one by one, the answers alone."""
    shown: dict[str, Any] = {"scores_by": score.completed_by, "scores_on": score.on}
    if score.items:
        each = questionnaires()[score.instrument]
        return shown | {_item(each, n): str(answer) for n, answer in enumerate(score.items, 1)}
    return shown | {f"score-{score.instrument}": f"{score.total:f}".removesuffix(".0")}


def _item(each: Questionnaire, number: int) -> str:
    return f"item-{each.instrument}-{number}"


def _total(instrument: Instrument) -> forms.DecimalField:
    low, high = instrument.minimum, instrument.maximum
    message = f"{instrument.name} totals run from {low} to {high}."
    return forms.DecimalField(
        label=instrument.name,
        required=False,
        min_value=low,
        max_value=high,
        decimal_places=1,
        error_messages=dict.fromkeys(
            ("invalid", "min_value", "max_value", "max_decimal_places"), message
        ),
    )


def _answer(each: Questionnaire, number: int, question: str) -> forms.ChoiceField:
    answers = [(str(place), answer) for place, answer in enumerate(each.answers)]
    field = choice(answers, label=f"{each.instrument}, question {number}")
    field.widget = forms.Select(choices=[("", "–"), *answers])
    field.help_text = question
    return field
