"""What an administrator decides for the whole organisation. It cleans values and never saves."""

import zoneinfo
from typing import Any

from crispy_forms.layout import Div
from django import forms

from people.forms import TextField, clean_line, page_helper
from people.models import ScoreProfile, Visibility
from people.models.organisation import IDLE_MINUTES
from people.profile_forms import one_of
from people.reauthentication import SureForm

LOW, HIGH = IDLE_MINUTES
SEEN_BY = (
    (Visibility.SHARED, "Whoever supervises the therapist"),
    (Visibility.COUNTS, "Counted for others, never linked; notes are private"),
    (Visibility.PRIVATE, "The therapist alone"),
)
SETTINGS = (
    "name",
    "time_zone",
    "idle_minutes",
    "visibility_default",
    "retention_years",
    "score_profile",
    "alert_budget",
    "review_queue",
)
ON_OFF = ((True, "On"), (False, "Off"))


def number(label: str, low: int, high: int, example: int, help_text: str) -> forms.IntegerField:
    """A whole number within bounds."""
    return forms.IntegerField(
        label=label,
        min_value=low,
        max_value=high,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        help_text=help_text,
        error_messages=dict.fromkeys(
            ("required", "invalid", "min_value", "max_value"),
            f"Give a whole number from {low} to {high}, such as {example}.",
        ),
    )


def zones() -> list[tuple[str, str]]:
    """Every time zone by its name."""
    return [(name, name.replace("_", " ")) for name in sorted(zoneinfo.available_timezones())]


class SettingsForm(SureForm):
    """Each setting with a sentence on what it changes."""

    name = TextField(
        label="Name of the organisation",
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
        help_text="As it stands in invitations and on this page.",
        error_messages={"required": "Give the organisation a name."},
    )
    time_zone = forms.ChoiceField(
        label="Time zone",
        choices=zones,
        help_text="Days and hours are shown in it, and weeks and months are counted in it.",
        error_messages=dict.fromkeys(
            ("required", "invalid_choice"), "Choose one of the time zones shown."
        ),
    )
    idle_minutes = number(
        "Minutes until idle sign-out",
        LOW,
        HIGH,
        15,
        "Whoever does nothing for so long signs in again, with everything typed still there. "
        f"{LOW} to {HIGH}; shared rooms want fewer.",
    )
    visibility_default = one_of(
        SEEN_BY,
        "Who sees what is logged, to begin with",
        "Chosen on the log page for each sign and note until the therapist chooses otherwise. "
        "What is logged already stays as it is. Private process notes are always the author’s.",
    )
    retention_years = number(
        "Years a record is kept",
        1,
        30,
        8,
        "Counted from the last day. The case says until when; what is past it stands under What "
        "is kept, and nothing is removed by itself.",
    )
    score_profile = one_of(
        ScoreProfile.choices,
        "How a change of scores is judged",
        "The profile says from where on a change is reliable and where the clinical range "
        "begins. The library lists its numbers, each with its source. Every case is read "
        "anew after a change, within a minute or two.",
    )
    alert_budget = number(
        "New prompts a week",
        1,
        50,
        5,
        "At most so many new prompts reach one therapist’s Today page in a week, the most "
        "pressing first. The others wait, are counted there and stand on the case pages. "
        "Safety is never held back.",
    )
    review_queue = forms.TypedChoiceField(
        label="Review queue",
        choices=ON_OFF,
        coerce=lambda value: value in (True, "True"),
        widget=forms.RadioSelect,
        help_text="When on, therapists in training submit their sessions; a supervisor reads each "
        "within 48 hours and approves it or sends it back with a comment. Nobody else’s sessions "
        "are reviewed, and neither are missed ones.",
        error_messages=dict.fromkeys(("required", "invalid_choice"), "Choose on or off."),
    )

    field_order = SETTINGS

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = page_helper(
            Div("name", "time_zone", css_class="field-grid"),
            Div("idle_minutes", "retention_years", "alert_budget", css_class="field-grid"),
            "visibility_default",
            "score_profile",
            "review_queue",
            *self.asked,
            button="Save settings",
        )

    def clean_name(self) -> str:
        return clean_line(self.cleaned_data["name"], "Use letters for the name.")
