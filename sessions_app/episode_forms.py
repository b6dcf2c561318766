"""Forms about an impasse. They clean values and never save."""

from typing import Any

from crispy_forms.layout import HTML, Div
from django import forms

from impasses.catalogue import catalogue
from impasses.models import Episode, Hypothesis
from impasses.models.episode import Stage
from people.forms import TextField, page_helper, read_number

WORDS_LENGTH = 600
LEARNED_LENGTH = 2000


def words(label: str, length: int, help_text: str = "", rows: int = 3) -> TextField:
    """The therapist's own text, up to a length."""
    return TextField(
        label=label,
        required=False,
        max_length=length,
        help_text=help_text,
        widget=forms.Textarea(attrs={"rows": rows, "autocomplete": "off"}),
        error_messages={"max_length": f"Keep it to {length:,} characters: shorten it here."},
    )


def several(label: str, help_text: str = "") -> forms.MultipleChoiceField:
    """Any of a few entries of the catalogue; its choices are set with the form."""
    return forms.MultipleChoiceField(
        label=label,
        required=False,
        help_text=help_text,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "Choose from those shown."},
    )


class OpenForm(forms.Form):
    """An impasse is named, or only suspected."""

    words = words("What is stuck, in your words", WORDS_LENGTH, "Optional. Only you read it.", 2)
    stage = forms.ChoiceField(
        choices=[(stage, stage.label) for stage in (Stage.NAMED, Stage.SUSPECTED)],
        required=False,
        error_messages={"invalid_choice": "Name it, or say that you only suspect it."},
    )

    def clean_stage(self) -> str:
        return self.cleaned_data["stage"] or Stage.NAMED


class DescribeForm(forms.Form):
    """What it is, and what may lie underneath."""

    words = words("What is stuck, in your words", WORDS_LENGTH, "Only you read it.")
    causes = several("What may lie underneath", "To be held lightly, and looked at together.")
    version = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["causes"].choices = [  # type: ignore[attr-defined]
            (cause.id, cause.name) for cause in catalogue().causes
        ]
        self.helper = page_helper("words", "causes", "version", button="Save")

    def clean_version(self) -> int:
        return read_number(self.cleaned_data["version"])


class CloseForm(forms.Form):
    """How it ended, and what grew from it. Everything but the ending is optional."""

    to = forms.ChoiceField(
        label="How did it end?",
        choices=[(Stage.RESOLVED, "Resolved"), (Stage.ENDED, "Ended unresolved")],
        widget=forms.RadioSelect,
        error_messages={
            "required": "Say whether it is resolved, or ended unresolved.",
            "invalid_choice": "Say whether it is resolved, or ended unresolved.",
        },
    )
    repaired = forms.ChoiceField(
        label="Was the strain between you repaired?",
        choices=Episode.Repaired.choices,
        required=False,
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": "Choose one of the answers shown."},
    )
    growth = several("What grew from it?", "As you see it today. Nothing is fine, too.")
    learned_patterns = words("What did you both learn about the patterns?", LEARNED_LENGTH)
    learned_alliance = words("About working together?", LEARNED_LENGTH)
    learned_resilience = words("About what your client can bear and do?", LEARNED_LENGTH)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["growth"].choices = [  # type: ignore[attr-defined]
            (outcome.id, outcome.name) for outcome in catalogue().growth
        ]
        note = HTML("<p class='quiet small-2'>Only you read what you write here.</p>")
        self.helper = page_helper(
            "to", "repaired", "growth", note, *list(self.fields)[3:], button="Close the impasse"
        )


class WeighForm(forms.Form):
    """How much the therapist holds each of the four types to be it, and why."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for kind in catalogue().types:
            self.fields[kind.id] = forms.ChoiceField(
                label=kind.name,
                choices=[("", "Not set"), *Hypothesis.Confidence.choices],
                required=False,
                widget=forms.RadioSelect,
                error_messages={"invalid_choice": "Choose one of the answers shown."},
            )
            self.fields[f"{kind.id}-reason"] = words("Why?", WORDS_LENGTH, rows=2)
        rows = [Div(kind.id, f"{kind.id}-reason") for kind in catalogue().types]
        self.helper = page_helper(*rows, button="Save")

    def clean(self) -> dict[str, Any]:
        super().clean()
        for kind in catalogue().types:
            if self.cleaned_data.get(f"{kind.id}-reason") and not self.cleaned_data.get(kind.id):
                self.add_error(
                    kind.id, "Say how much you hold it to be this, or leave the reason empty."
                )
        return self.cleaned_data

    def weights(self) -> dict[str, tuple[int | None, str]]:
        """The cleaned answers by type; call it on a valid form only."""
        data = self.cleaned_data
        return {
            kind.id: (int(data[kind.id]), data[f"{kind.id}-reason"])
            if data[kind.id]
            else (None, "")
            for kind in catalogue().types
        }
