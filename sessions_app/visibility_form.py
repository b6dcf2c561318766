"""Who sees what of a whole case. It cleans values and never saves."""

from datetime import date
from typing import Any

from django import forms

from people.forms import DayField
from people.models import Visibility
from sessions_app.form_fields import CHOOSE
from sessions_app.visibility import LABELS, choices_for, kinds


class ShowForm(forms.Form):
    """Kinds of item, from which day to which, and who sees them from then on."""

    kinds = forms.MultipleChoiceField(
        label="What",
        widget=forms.CheckboxSelectMultiple,
        error_messages=CHOOSE | {"required": "Choose what it is about, such as the notes."},
    )
    since = DayField(label="From", required=False)
    until = DayField(label="Until", required=False)
    to = forms.ChoiceField(
        label="Who sees it from now on",
        choices=[(state, word) for state, (word, _) in LABELS.items()],
        widget=forms.RadioSelect,
        error_messages=CHOOSE | {"required": "Choose who sees it from now on."},
    )
    sure = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kinds"].choices = list(kinds().items())  # type: ignore[attr-defined]
        for name in ("since", "until"):
            self.fields[name].error_messages["invalid"] = "Write the day as 2026-11-03."

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        since, until = given.get("since"), given.get("until")
        if since and until and until < since:
            self.add_error("until", "That is before the first day: choose that day or later.")
        chosen = given.get("kinds", [])
        if given.get("to") == Visibility.COUNTS and given["to"] not in choices_for(chosen):
            self.add_error(
                "to",
                "Notes and counter-transference cannot be counted: choose Private or Shared, "
                "or leave them out.",
            )
        return given

    @property
    def given(self) -> tuple[list[str], str, date | None, date | None]:
        """Kinds, state, first and last day."""
        data = self.cleaned_data
        return data["kinds"], data["to"], data["since"], data["until"]
