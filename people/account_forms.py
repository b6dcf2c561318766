"""Forms about who has an account, and who supervises whom. They clean values and never save."""

from typing import Any

from crispy_forms.layout import Div
from django import forms
from django.contrib.auth import password_validation
from django.utils import timezone

from people.forms import DayField, TextField, clean_address, clean_line, page_helper
from people.keys import is_id
from people.models import User
from people.permissions import Role
from people.reauthentication import SureForm

ROLES = [
    (Role.THERAPIST, "Therapist: logs sessions of own clients"),
    (Role.SUPERVISOR, "Supervisor: reads what supervisees share, changes rules"),
    (Role.ADMINISTRATOR, "Administrator: manages accounts and settings, reads no clinical text"),
]
NAME_ERRORS = {
    "required": "Give the name colleagues know the person by.",
    "max_length": "Keep the name to 120 characters.",
}
EMAIL_ERRORS = {
    "required": "Give the address the invitation goes to.",
    "invalid": "Write an address such as name@clinic.example.",
    "max_length": "That is too long for an address.",
}
REASON_LENGTH = 300


def roles_field() -> forms.MultipleChoiceField:
    """What somebody is here; at least one."""
    return forms.MultipleChoiceField(
        label="Roles",
        choices=ROLES,
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": "Choose at least one role.",
            "invalid_choice": "Choose among the roles shown.",
        },
    )


def training_field() -> forms.BooleanField:
    """Whether somebody is a therapist in training."""
    return forms.BooleanField(
        label="In training",
        required=False,
        help_text="A therapist in training without a supervisor is pointed out.",
    )


def reason_field(help_text: str) -> TextField:
    """Why something is done, for the audit."""
    return TextField(
        label="Why?",
        max_length=REASON_LENGTH,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=f"{help_text} No word about a client.",
        error_messages={
            "required": "Say why: it stands in the audit log.",
            "max_length": f"Keep the reason to {REASON_LENGTH} characters.",
        },
    )


class InvitedForm(forms.Form):
    """Who is asked to make an account, as what: one row of a list, too."""

    email = forms.EmailField(
        label="Email",
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        error_messages=EMAIL_ERRORS,
    )
    name = TextField(
        label="Name",
        required=False,
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text="The person can write it otherwise.",
        error_messages=NAME_ERRORS,
    )
    roles = roles_field()
    in_training = training_field()

    def clean_email(self) -> str:
        return clean_address(self.cleaned_data["email"])

    def clean_name(self) -> str:
        name = self.cleaned_data["name"]
        return clean_line(name, "Use letters for the name.") if name else ""


class InviteForm(InvitedForm, SureForm):
    """Inviting one person; whoever finds an open browser makes nobody an administrator."""

    field_order = ("email", "name", "roles", "in_training", "password")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = page_helper(
            Div("email", "name", css_class="field-grid"),
            "roles",
            "in_training",
            *self.asked,
            button="Send the invitation",
        )


class RolesForm(SureForm):
    """What somebody is here from now on."""

    roles = roles_field()
    in_training = training_field()
    field_order = ("roles", "in_training", "password")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = page_helper("roles", "in_training", *self.asked, button="Save roles")


class CloseForm(SureForm):
    """Closing an account: only that it is really the administrator."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = page_helper(*self.asked, button="Close the account")


class ResetFactorsForm(SureForm):
    """Why somebody's second factors are taken away."""

    reason = reason_field("As in: lost the phone, known to me in person.")
    field_order = ("reason", "password")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = page_helper("reason", *self.asked, button="Reset the second factor")


class PersonChoice(forms.ModelChoiceField):
    """One of the people of the organisation, by name."""

    def __init__(self, label: str, **kwargs: Any) -> None:
        chosen = {
            "required": "Choose somebody.",
            "invalid_choice": "Choose one of the people shown.",
        }
        super().__init__(queryset=User.objects.none(), label=label, error_messages=chosen, **kwargs)

    def to_python(self, value: Any) -> User | None:
        """What is no id is nobody's."""
        if value and not is_id(value):
            raise forms.ValidationError(self.error_messages["invalid_choice"], "invalid_choice")
        return super().to_python(value)


class SupervisionForm(SureForm):
    """Who supervises whom, since when, and for a stand-in until when."""

    supervisor = PersonChoice("Supervisor", empty_label="Choose")
    therapist = PersonChoice("Therapist", empty_label="Choose")
    since = DayField(
        label="From",
        error_messages={"required": "Give the first day.", "invalid": "Write it as 2026-11-03."},
    )
    until = DayField(
        label="Until",
        required=False,
        help_text="The last day, or empty. A stand-in needs one.",
        error_messages={"invalid": "Write the day as 2026-11-03, or leave it empty."},
    )
    stands_in_for = PersonChoice("Stands in for", required=False, empty_label="Nobody")
    field_order = ("supervisor", "therapist", "since", "until", "stands_in_for", "password")

    def __init__(self, *args: Any, organisation: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = User.objects.filter(organisation=organisation, is_active=True).order_by("name")
        supervisors = people.filter(roles__contains=[Role.SUPERVISOR])
        self.fields["therapist"].queryset = people.filter(roles__contains=[Role.THERAPIST])  # type: ignore[attr-defined]
        self.fields["supervisor"].queryset = supervisors  # type: ignore[attr-defined]
        self.fields["stands_in_for"].queryset = supervisors  # type: ignore[attr-defined]
        self.helper = page_helper(
            Div("supervisor", "therapist", css_class="field-grid"),
            Div("since", "until", "stands_in_for", css_class="field-grid"),
            *self.asked,
            button="Start the supervision",
        )


class EndSupervisionForm(SureForm):
    """The last day of a supervision."""

    until = DayField(
        label="Last day",
        error_messages={"required": "Give the last day.", "invalid": "Write it as 2026-11-03."},
    )
    field_order = ("until", "password")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("until", timezone.localdate())
        self.helper = page_helper("until", *self.asked, button="End the supervision")


class AcceptForm(forms.Form):
    """A name and a password: all that an account needs."""

    name = TextField(
        label="Your name",
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages=NAME_ERRORS | {"required": "Give the name your colleagues know you by."},
    )
    password1 = forms.CharField(
        label="Choose a password",
        strip=False,
        max_length=4096,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages={"required": "Choose a password."},
    )

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.email = email

    def clean_name(self) -> str:
        return clean_line(self.cleaned_data["name"], "Use letters for your name.")

    def clean_password1(self) -> str:
        """Refused when it is common, known from a breach, or the person's own name."""
        password: str = self.cleaned_data["password1"]
        somebody = User(email=self.email, name=self.cleaned_data.get("name", ""))
        password_validation.validate_password(password, somebody)
        return password
