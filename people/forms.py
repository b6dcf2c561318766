"""Forms about people and clients. They clean values and never save."""

import re
from datetime import date
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Field, Layout, Submit
from django import forms
from django.core.mail.message import sanitize_address
from django.utils import timezone

from people.models import Client

BLANKS = "\u115f\u1160\u3164\uffa0"  # letters by their class, empty to the eye
NOTHING = "nothing"
ADDRESS_LENGTH = 254


# Control characters, and those that turn the order of what stands around them.
UNSEEN = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufff9-\ufffb]")
OLD_BREAKS = re.compile("[\x0b\x0c]")  # of a line and a page, as word processors paste them


class TextField(forms.CharField):
    """What somebody writes, as it can be seen: the one place where text of ours is cleaned.

    Left out are characters nobody typed on purpose; everything seen stays as written. What has no
    box of several lines is one line, as a browser would send it.
    """

    def to_python(self, value: Any) -> str:
        text = OLD_BREAKS.sub("\n", str(value)) if value not in self.empty_values else ""
        text = UNSEEN.sub("", text)
        is_long = isinstance(self.widget, forms.Textarea)
        return super().to_python(text if is_long else " ".join(text.splitlines())) or ""


class DayInput(forms.DateInput):
    """The browser's own day picker."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class DayField(forms.DateField):
    """A day that can be right: within the last hundred years or the next ten."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=DayInput(), **kwargs)

    def validate(self, value: Any) -> None:
        super().validate(value)
        this_year = timezone.localdate().year
        if value and not this_year - 100 <= value.year <= this_year + 10:
            raise forms.ValidationError(f"{value.year} cannot be right. Check the year.")


def clean_address(text: str) -> str:
    """An address as it is kept, in small letters; ValidationError for one that is too long."""
    address = text.strip().lower()
    if len(address) > ADDRESS_LENGTH:
        raise forms.ValidationError("That is too long for an address.")
    if not address.isprintable():
        raise forms.ValidationError("No address holds such signs. Check it.")
    try:
        sanitize_address(address, "utf-8")
    except ValueError:  # a name of a host that cannot be
        raise forms.ValidationError("No letter can be sent there. Check the address.") from None
    return address


def clean_line(text: str, otherwise: str) -> str:
    """A line with single spaces that can be seen; ValidationError `otherwise`."""
    line = " ".join(text.split())
    is_seen = any(letter.isalnum() and letter not in BLANKS for letter in line)
    if not (is_seen and line.isprintable()):
        raise forms.ValidationError(otherwise)
    return line


def page_helper(*rows: Any, button: str) -> FormHelper:
    """The crispy layout our forms share: rows, then one filled button."""
    helper = FormHelper()
    helper.attrs = {"novalidate": "novalidate", "class": "stack"}
    helper.layout = Layout(*rows, Div(Submit("save", button, css_id="save"), css_class="row-flow"))
    return helper


class ClientForm(forms.Form):
    """A client, by code name. Only the code name must be filled."""

    code_name = TextField(
        label="Code name",
        max_length=40,
        help_text="A word only you connect with this person. Never a legal name.",
        error_messages={
            "required": "Give the client a code name, such as a plant or a bird.",
            "max_length": "Keep the code name to 40 characters.",
        },
    )
    rhythm = forms.ChoiceField(
        label="Rhythm",
        choices=Client.Rhythm.choices,
        initial=Client.Rhythm.WEEKLY,
        required=False,
        help_text="Tells the Today page when a session is waiting to be logged.",
    )
    started_on = forms.DateField(
        label="Started on",
        required=False,
        widget=DayInput(),
        error_messages={"invalid": "Write the day as 2026-11-03, or leave it empty for today."},
    )
    focus = TextField(
        label="Focus",
        required=False,
        max_length=200,
        help_text="What the work is about, in a few words.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    goals = TextField(
        label="Goals",
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off"}),
        help_text="As you agreed them together.",
    )

    button = "Create client"
    rows: tuple[Any, ...] = (
        Field("code_name", autocomplete="off"),
        Div("rhythm", "started_on", css_class="field-grid"),
        "focus",
        "goals",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = page_helper(*self.rows, button=self.button)

    def clean_code_name(self) -> str:
        return clean_line(
            self.cleaned_data["code_name"], "Use letters and digits for the code name."
        )

    def clean_rhythm(self) -> str:
        return self.cleaned_data["rhythm"] or Client.Rhythm.WEEKLY

    def clean_started_on(self) -> Any:
        day = self.cleaned_data["started_on"]
        if day and not 1950 <= day.year <= timezone.localdate().year + 1:
            raise forms.ValidationError(f"{day.year} cannot be right. Check the year.")
        return day or timezone.localdate()


class EditClientForm(ClientForm):
    """The same, later; `version` is the one the edit began from, 0 when it was lost."""

    version = forms.CharField(required=False, widget=forms.HiddenInput)
    button = "Save changes"
    rows = (*ClientForm.rows, "version")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper.form_id = "edit-form"

    def clean_version(self) -> int:
        return read_number(self.cleaned_data["version"])

    def beside(self, current: dict[str, Any]) -> list[tuple[str, str, str]]:
        """What differs from `current`: (label, yours, saved). Saving once more keeps yours."""
        self.data = dict(self.data.items()) | {"version": current["version"]}
        pairs = {name: (self.cleaned_data[name], current[name]) for name in self.fields}
        return [
            (str(self[name].label), in_words(mine), in_words(saved))
            for name, (mine, saved) in pairs.items()
            if mine != saved and name != "version"
        ]


def read_number(value: str) -> int:
    """A posted whole number; 0 for anything else."""
    return int(value) if value.isdecimal() and len(value) < 10 else 0


def in_words(value: Any) -> str:
    """A rhythm, a day or a text, as a person reads it."""
    if isinstance(value, date):
        return f"{value.day} {value:%b %Y}"
    return dict(Client.Rhythm.choices).get(value, value) or NOTHING


class EndClientForm(forms.Form):
    """Why and when a therapy ended."""

    reason = forms.ChoiceField(
        label="Why did it end?",
        choices=Client.EndedReason.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose the reason that comes closest."},
    )
    on = forms.DateField(
        label="Last day",
        widget=DayInput(),
        error_messages={
            "required": "Give the day the therapy ended.",
            "invalid": "Write the day as 2026-11-03.",
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = page_helper("reason", "on", button="End the therapy")

    def clean_on(self) -> Any:
        on = self.cleaned_data["on"]
        if on > timezone.localdate():
            raise forms.ValidationError("That day has not come yet. Choose today or a past day.")
        return on
