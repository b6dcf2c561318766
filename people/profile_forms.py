"""Forms of a person's own account. They clean values and never save."""

from typing import Any

from django import forms

from people.forms import TextField, clean_address, clean_line, page_helper
from people.models.user import Appearance, DateStyle, Digest, Spelling
from people.reauthentication import SureForm


def one_of(choices: Any, label: str, help_text: str) -> forms.ChoiceField:
    """A question with a few answers, shown as radios."""
    return forms.ChoiceField(
        label=label,
        choices=choices,
        widget=forms.RadioSelect,
        help_text=help_text,
        error_messages=dict.fromkeys(
            ("required", "invalid_choice"), "Choose one of the answers shown."
        ),
    )


class ProfileForm(forms.Form):
    """A name, and how somebody likes their pages."""

    name = TextField(
        label="Your name",
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        help_text="As your colleagues know you.",
        error_messages={
            "required": "Give the name your colleagues know you by.",
            "max_length": "Keep the name to 120 characters.",
        },
    )
    appearance = one_of(Appearance.choices, "Appearance", "")
    date_style = one_of(
        DateStyle.choices, "Days and hours", "In the time zone of your organisation."
    )
    spelling = one_of(
        Spelling.choices,
        "Language",
        "The pages are in English. Your browser checks the spelling of what you write by it, and "
        "reads the page aloud by it.",
    )
    digest = one_of(
        Digest.choices,
        "Summary by mail",
        "Counts and links, never a word about a client, and only when there is something to "
        "decide.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = page_helper(*self.fields, button="Save")

    def clean_name(self) -> str:
        return clean_line(self.cleaned_data["name"], "Use letters for your name.")


class EmailForm(SureForm):
    """Another address to sign in with."""

    email = forms.EmailField(
        label="New address",
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={
            "required": "Give the new address.",
            "invalid": "Write an address such as name@clinic.example.",
        },
    )
    field_order = ("email", "password")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = page_helper("email", *self.asked, button="Send both letters")

    def clean_email(self) -> str:
        return clean_address(self.cleaned_data["email"])
