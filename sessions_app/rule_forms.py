"""Forms about the rules of an organisation. They clean values and never save."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from crispy_forms.layout import Field
from django import forms
from django.forms import BoundField

from impasses.conditions import leaves
from impasses.rule_settings import BOUNDS, NAMES, Adjustment, OutOfBounds, adjusted, thresholds
from impasses.rules import Rule
from people.forms import TextField, page_helper

REASON_LENGTH = 300


@dataclass(frozen=True)
class Asked:
    """The thresholds of one condition: what it asks as published, and a field for each."""

    words: str
    fields: tuple[BoundField, ...]


class RuleForm(forms.Form):
    """A rule on or off, and its thresholds within their bounds."""

    is_on = forms.BooleanField(label="This rule is on", required=False)

    def __init__(self, *args: Any, rule: Rule, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rule = rule
        self.published = thresholds(rule)
        self.use_required_attribute = False
        for name, value in self.published.items():
            self.fields[name] = _threshold(name, value)

    @property
    def conditions(self) -> list[Asked]:
        """The fields under the condition they belong to."""
        return [
            Asked(
                leaf.in_words,
                tuple(self[name] for name in self.published if name.split(".")[0] == str(place)),
            )
            for place, leaf in enumerate(leaves(self.rule.when), 1)
        ]

    def clean(self) -> dict[str, Any]:
        super().clean()
        if self.errors:
            return self.cleaned_data
        try:
            adjusted([self.rule], [Adjustment(self.rule.id, 0, thresholds=self.changed())])
        except OutOfBounds as fault:
            self.add_error(fault.name if fault.name in self.fields else None, fault.sentence)
        return self.cleaned_data

    def changed(self) -> dict[str, int]:
        """The thresholds that differ from the published ones; call it without errors only."""
        data = self.cleaned_data
        return {name: data[name] for name in self.published if data[name] != self.published[name]}


def _threshold(name: str, value: int) -> forms.IntegerField:
    kind = name.partition(".")[2]
    low, high = BOUNDS[kind]
    message = f"Give a whole number from {low} to {high}."
    return forms.IntegerField(
        label=NAMES[kind],
        min_value=low,
        max_value=high,
        initial=value,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        help_text=f"{low} to {high}, published {value}",
        error_messages=dict.fromkeys(("required", "invalid", "min_value", "max_value"), message),
    )


class PublishForm(forms.Form):
    """Why a rule changes for everybody, and whether it is really the person."""

    reason = TextField(
        label="Why?",
        max_length=REASON_LENGTH,
        widget=forms.Textarea(attrs={"rows": 2, "autocomplete": "off"}),
        help_text="Everybody here reads it beside the rule: no word about a client.",
        error_messages={
            "required": "Say why: your colleagues will ask.",
            "max_length": f"Keep the reason to {REASON_LENGTH} characters.",
        },
    )
    password = forms.CharField(
        label="Your password",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={"required": "Give your password: this changes what everybody is told."},
    )

    def __init__(self, *args: Any, doubt: Callable[[str], str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.doubt = doubt
        self.helper = page_helper("reason", Field("password"), button="Publish for everybody")

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        if fault := self.doubt(password):
            raise forms.ValidationError(fault)
        return password


def initial_of_rule(rule: Rule, *, is_on: bool, changed: Mapping[str, int]) -> dict[str, Any]:
    """What the form shows for a rule as an organisation works with it."""
    return {"is_on": is_on, **thresholds(rule), **changed}
