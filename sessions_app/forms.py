"""The log page's form: cleans what was typed into a `SessionEntry`, and never saves."""

from collections.abc import Iterable
from datetime import datetime
from functools import cached_property
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils import timezone

from impasses.catalogue import Feature, ImpasseType, catalogue
from impasses.models import PlanStep, Trial
from people.models import Visibility
from sessions_app.entries import SessionEntry, TagEntry, TrialEntry
from sessions_app.form_fields import (
    CHOOSE,
    FLAGS,
    HOWS,
    MOMENT_FORMATS,
    NOTE_LENGTH,
    STRENGTHS,
    UNREADABLE,
    MomentField,
    MomentInput,
    Toggle,
    choice,
    text,
)
from sessions_app.models import TherapySession
from sessions_app.score_form import ScoreForm


def once(values: Iterable[str]) -> tuple[str, ...]:
    """Each answer once, in the order given."""
    return tuple(dict.fromkeys(values))


class SessionForm(ScoreForm):
    """The facts of one session. Everything but the date is optional."""

    field_order = ("held_at", "attendance", "format", "minutes")

    held_at = MomentField(
        label="Date and time",
        widget=MomentInput(),
        input_formats=MOMENT_FORMATS,
        error_messages={
            "required": "Say when the session was, or was to be.",
            "invalid": "Write day and time as 2026-11-03 14:00, or use the picker.",
        },
    )
    attendance = forms.ChoiceField(
        label="Attendance",
        choices=TherapySession.Attendance.choices,
        required=False,
        initial=TherapySession.Attendance.ATTENDED,
        error_messages=CHOOSE,
    )
    format = forms.ChoiceField(
        label="Format",
        choices=TherapySession.Format.choices,
        required=False,
        initial=TherapySession.Format.IN_PERSON,
        error_messages=CHOOSE,
    )
    minutes = forms.IntegerField(
        label="Minutes",
        required=False,
        initial=50,
        min_value=1,
        max_value=480,
        error_messages={
            "invalid": "Give whole minutes, such as 50.",
            "min_value": "A session lasts at least one minute.",
            "max_value": "That is longer than eight hours. Give the minutes, such as 50.",
        },
    )
    repair = choice(TherapySession.Repair.choices, label="And now it is")
    repair_steps = forms.MultipleChoiceField(
        label="What did you do about it?",
        choices=TherapySession.RepairStep.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages=CHOOSE,
    )
    task = choice(TherapySession.Task.choices, label="Agreed task of last time")
    agreed_task = text("Agreed for next time", 300)
    theme = text("Theme", 80)
    features = forms.MultipleChoiceField(
        label="What kind of stuck?",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "Choose from the fourteen features shown."},
    )
    note = text("Note", NOTE_LENGTH, widget=forms.Textarea, strip=False)
    note_visibility = choice(
        [c for c in Visibility.choices if c[0] != Visibility.COUNTS],
        label="Who reads the note?",
    )
    process_note = text("Private process note", NOTE_LENGTH, widget=forms.Textarea, strip=False)

    def __init__(
        self,
        *args: Any,
        steps: Iterable[PlanStep] = (),
        last: dict[str, int] | None = None,
        seen_by: str = Visibility.SHARED,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.plan_steps = list(steps)
        self.last = last or {}
        self.seen_by = seen_by
        self.note_seen_by = (
            Visibility.SHARED if seen_by == Visibility.SHARED else Visibility.PRIVATE
        )
        self.fields["note_visibility"].initial = self.note_seen_by
        for name in ("held_at", "minutes"):
            self.fields[name].widget.attrs |= {"class": "form-control", "autocomplete": "off"}
        for name in ("attendance", "format"):
            self.fields[name].widget.attrs |= {"class": "form-select", "autocomplete": "off"}
        self._add_manifestations()
        self._add_features()
        for name, label in FLAGS.items():
            self.fields[name] = forms.BooleanField(label=label, required=False)
        for step in self.plan_steps:
            self.fields[f"trial-{step.pk}"] = choice(Trial.Outcome.choices, label="Did it help?")

    def _add_manifestations(self) -> None:
        for mark in catalogue().manifestations:
            self.fields[mark.id] = forms.BooleanField(label=mark.name, required=False)
            self.fields[f"{mark.id}-intensity"] = choice(
                STRENGTHS,
                label="How strong?",
                initial="2",
                invalid_choice=f"{mark.name}: choose slight, clear or strong.",
            )
            self.fields[f"{mark.id}-forms"] = forms.MultipleChoiceField(
                label="In what form?",
                choices=[(form.id, form.label) for form in mark.sub_forms],
                required=False,
                widget=forms.CheckboxSelectMultiple,
                error_messages={
                    "invalid_choice": f"{mark.name}: choose from the forms shown under it."
                },
            )
            self.fields[f"{mark.id}-visibility"] = choice(
                Visibility.choices, label="Who sees this mark?", initial=self.seen_by
            )
        self.fields["M4c-how"] = choice(HOWS, label="How was it said?")
        self.fields["M5c-shared"] = forms.BooleanField(
            label="Share the counter-transference too", required=False
        )

    def _add_features(self) -> None:
        features = [f for kind in catalogue().types for f in kind.features]
        self.fields["features"].choices = [  # type: ignore[attr-defined]
            (feature.id, feature.label) for feature in features
        ]
        for feature in features:
            field = choice(STRENGTHS, label=f"How strong: {feature.label}", initial="2")
            field.widget = forms.Select(choices=STRENGTHS)
            self.fields[f"{feature.id}-intensity"] = field
        self.fields["features-visibility"] = choice(
            Visibility.choices, label="Who sees these?", initial=self.seen_by
        )

    # --- what the page shows ---------------------------------------------------------------

    @cached_property
    def toggles(self) -> list[Toggle]:
        """The five manifestations in lane order."""
        return [
            Toggle(
                manifestation=mark,
                tag=self[mark.id],
                intensity=self[f"{mark.id}-intensity"],
                forms=self[f"{mark.id}-forms"],
                visibility=self[f"{mark.id}-visibility"],
                how=self["M4c-how"] if mark.id == "M4" else None,
                shared=self["M5c-shared"] if mark.id == "M5" else None,
                last=self.last.get(mark.id),
                opened=bool(self[mark.id].value()),
            )
            for mark in catalogue().manifestations
        ]

    @cached_property
    def feature_groups(self) -> list[tuple[ImpasseType, list[tuple[Feature, bool, str]]]]:
        """The fourteen features under their four types, with what is ticked."""
        ticked = set(self["features"].value() or [])
        return [
            (
                kind,
                [
                    (f, f.id in ticked, str(self[f"{f.id}-intensity"].value()))
                    for f in kind.features
                ],
            )
            for kind in catalogue().types
        ]

    @property
    def steps(self) -> list[tuple[PlanStep, BoundField]]:
        return [(step, self[f"trial-{step.pk}"]) for step in self.plan_steps]

    @property
    def flags(self) -> list[BoundField]:
        return [self[name] for name in FLAGS]

    # --- cleaning ----------------------------------------------------------------------------

    def clean_held_at(self) -> datetime:
        moment = self.cleaned_data["held_at"]
        if timezone.localdate(moment) > timezone.localdate():
            raise forms.ValidationError(
                f"That is in the future. Did you mean {timezone.localdate().year}?"
            )
        if moment.year < timezone.localdate().year - 60:
            raise forms.ValidationError(f"{moment.year} cannot be right. Check the year.")
        return moment

    def clean(self) -> dict[str, Any]:
        super().clean()
        for name, value in [*self.cleaned_data.items()]:  # an error takes its value out
            if isinstance(value, str) and UNREADABLE in value:
                self.add_error(
                    name, f"Some characters could not be read and show as {UNREADABLE}. Mend them."
                )
        return self.cleaned_data

    def entry(self) -> SessionEntry:
        """The cleaned facts; call it on a valid form only."""
        data = self.cleaned_data
        return SessionEntry(
            held_at=data["held_at"],
            attendance=data["attendance"] or TherapySession.Attendance.ATTENDED,
            minutes=data["minutes"],
            format=data["format"] or TherapySession.Format.IN_PERSON,
            tags=(*self._marks(), *self._ticked_features()),
            repair=data["repair"],
            repair_steps=once(data["repair_steps"]),
            task=data["task"],
            agreed_task=data["agreed_task"],
            theme=data["theme"],
            scores=self.scores(),
            trials=tuple(
                TrialEntry(step=step.pk, outcome=data[f"trial-{step.pk}"])
                for step in sorted(self.plan_steps, key=lambda step: step.pk)
                if data[f"trial-{step.pk}"]
            ),
            note=data["note"],
            note_visibility=data["note_visibility"] or self.note_seen_by,
            process_note=data["process_note"],
            **{name: data[name] for name in FLAGS},
        )

    def _marks(self) -> list[TagEntry]:
        data = self.cleaned_data
        return [
            TagEntry(
                code=mark.id,
                intensity=int(data[f"{mark.id}-intensity"] or 2),
                sub_forms=once(data[f"{mark.id}-forms"]),
                private_forms=self._private(data[f"{mark.id}-forms"]),
                how=data["M4c-how"] if "M4c" in data[f"{mark.id}-forms"] else "",
                visibility=data[f"{mark.id}-visibility"] or self.seen_by,
            )
            for mark in catalogue().manifestations
            if data[mark.id]
        ]

    def _private(self, sub_forms: list[str]) -> tuple[str, ...]:
        """Counter-transference is its author's alone unless shared."""
        return ("M5c",) if "M5c" in sub_forms and not self.cleaned_data["M5c-shared"] else ()

    def _ticked_features(self) -> list[TagEntry]:
        data = self.cleaned_data
        return [
            TagEntry(
                code=code,
                intensity=int(data[f"{code}-intensity"] or 2),
                visibility=data["features-visibility"] or self.seen_by,
            )
            for code in sorted(once(data["features"]))
        ]
