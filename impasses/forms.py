"""Forms about suggestions and the client's usual. They clean values and never save."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django import forms

from impasses.catalogue import Strategy, Technique, catalogue
from people.forms import DayInput, TextField, page_helper

REASON_LENGTH = 300
WORDS_LENGTH = 600
LONGEST_WEEKS = 26
OTHER_DAY = "day"


class ReasonForm(forms.Form):
    """Why, in a few words."""

    reason = TextField(
        label="Why?",
        max_length=REASON_LENGTH,
        widget=forms.Textarea(attrs={"rows": 2, "autocomplete": "off"}),
        help_text="Only you read it.",
        error_messages={
            "required": "Say why in a few words: it helps you when the pattern comes back.",
            "max_length": f"Keep the reason to {REASON_LENGTH} characters.",
        },
    )


class DismissForm(ReasonForm):
    """It does not fit, and why."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = page_helper("reason", button="Dismiss")


class SnoozeForm(ReasonForm):
    """Not now: why, and until when. `until` comes out as a day."""

    wait = forms.ChoiceField(
        label="Come back",
        choices=[
            ("1", "in a week"),
            ("2", "in two weeks"),
            ("4", "in four weeks"),
            (OTHER_DAY, "on the day below"),
        ],
        initial="1",
        required=False,
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": "Choose one of the times, or give a day."},
    )
    until = forms.DateField(
        label="Day",
        required=False,
        widget=DayInput(),
        error_messages={"invalid": "Write the day as 2026-11-03."},
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.helper = page_helper("wait", "until", "reason", button="Not now")

    def clean_until(self) -> date | None:
        until: date | None = self.cleaned_data["until"]
        wait = self.cleaned_data.get("wait")
        if wait and wait != OTHER_DAY:
            return self.today + timedelta(weeks=int(wait))
        if "wait" in self.errors:
            return until
        if until is None:
            raise forms.ValidationError("Give the day it should come back.")
        if until <= self.today:
            raise forms.ValidationError("Choose a day after today.")
        if until > self.today + timedelta(weeks=LONGEST_WEEKS):
            raise forms.ValidationError(
                f"Choose a day within {LONGEST_WEEKS} weeks, or dismiss the suggestion."
            )
        return until

    def clean(self) -> dict[str, Any]:
        """The choice of a time has become the day."""
        self.cleaned_data.pop("wait", None)
        return self.cleaned_data


class PlanForm(forms.Form):
    """What each side tries: one of the offered strategies, in one's own words."""

    def __init__(
        self,
        *args: Any,
        therapist: Sequence[Strategy],
        client: Sequence[Strategy],
        techniques: Sequence[Technique],
        code_name: str,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self._offer("therapist", therapist, who="You try", words="In your words")
        self._offer("client", client, who=f"{code_name} tries", words="In words you agreed on")
        self.fields["technique"] = forms.ChoiceField(
            label="With a technique",
            choices=[("", "None"), *((t.id, t.qualified) for t in techniques)],
            required=False,
            help_text="Then it is asked about, too.",
            error_messages={"invalid_choice": "Choose one of the techniques offered here."},
        )
        if not techniques:
            del self.fields["technique"]
        self.helper = page_helper(*self.fields, button="Plan it")

    def clean(self) -> dict[str, Any]:
        self.cleaned_data.setdefault("technique", "")
        return self.cleaned_data

    def _offer(self, side: str, strategies: Sequence[Strategy], *, who: str, words: str) -> None:
        self.fields[f"{side}_strategy"] = forms.ChoiceField(
            label=who,
            choices=[(strategy.id, strategy.name) for strategy in strategies],
            initial=strategies[0].id,
            widget=forms.RadioSelect,
            error_messages={
                "required": "Choose one of these.",
                "invalid_choice": "Choose one of the strategies offered here.",
            },
        )
        self.fields[f"{side}_words"] = TextField(
            label=words,
            initial=strategies[0].say,
            required=False,
            max_length=WORDS_LENGTH,
            widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off"}),
            help_text=(
                "An example, yours to change. Left as it is or empty, the example of the chosen "
                "strategy is kept."
            ),
            error_messages={"max_length": f"Keep it to {WORDS_LENGTH} characters."},
        )

    def clean_therapist_words(self) -> str:
        return self._words("therapist")

    def clean_client_words(self) -> str:
        return self._words("client")

    def _words(self, side: str) -> str:
        """What was written; where nothing was changed, the example of the chosen strategy."""
        words: str = self.cleaned_data[f"{side}_words"].strip()
        chosen = self.cleaned_data.get(f"{side}_strategy")
        if chosen and words in ("", self.fields[f"{side}_words"].initial):
            return str(catalogue()[chosen].say)
        return words


class BaselineForm(forms.Form):
    """Which sub-forms are this client's way and no sign of being stuck."""

    baseline = forms.MultipleChoiceField(
        label="Usual for this client",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "Choose from the forms listed here."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["baseline"].choices = [  # type: ignore[attr-defined]
            (sign.name, [(form.id, form.qualified) for form in sign.sub_forms])
            for sign in catalogue().manifestations
        ]
        self.helper = page_helper("baseline", button="Save")
