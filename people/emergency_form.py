"""Opening a colleague's case in an emergency. It cleans values and never saves."""

from typing import Any

from django import forms

from people.forms import TextField, page_helper
from people.models import EmergencyAccess
from people.profile_forms import one_of
from people.reauthentication import SureForm

WHY_LENGTH = 500


class CaseChoice(forms.ModelChoiceField):
    """Cases by code name alone."""

    def label_from_instance(self, obj: Any) -> str:
        return obj.code_name if obj.is_active else f"{obj.code_name} ({obj.status})"


class EmergencyForm(SureForm):
    """What happened and why it cannot wait; then, once that is said, which case."""

    occasion = one_of(EmergencyAccess.Occasion.choices, "What is it?", "")
    reason = TextField(
        label="What happened, and why can it not wait?",
        max_length=WHY_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off"}),
        help_text="The therapist reads this. Administrators see the answer above and not these "
        "words.",
        error_messages={
            "required": "Say what happened: the therapist reads it.",
            "max_length": f"Keep it to {WHY_LENGTH} characters.",
        },
    )
    case = CaseChoice(
        queryset=None,
        label="Which case?",
        required=False,
        widget=forms.RadioSelect,
        empty_label=None,
        error_messages={"invalid_choice": "Choose one of the cases shown."},
    )
    field_order = ("occasion", "reason", "case", "password")

    def __init__(self, *args: Any, cases: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["case"].queryset = cases  # type: ignore[attr-defined]
        self.lists_cases = False
        self.helper = page_helper("occasion", "reason", *self.asked, button="Show the cases")

    def show_cases(self) -> None:
        """Draw the code names: the reason was given, and it is the person."""
        self.fields.pop("password", None)
        self.lists_cases = True
        self.helper = page_helper("occasion", "reason", "case", button="Open for three hours")
