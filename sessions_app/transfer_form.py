"""Which cases go to whom. It cleans values and never saves."""

from typing import Any

from crispy_forms.layout import Div
from django import forms

from people.account_forms import PersonChoice, reason_field
from people.forms import page_helper
from people.models import User
from people.permissions import Role
from people.reauthentication import SureForm


class CasesField(forms.ModelMultipleChoiceField):
    """Cases by code name, with what an administrator may know of each."""

    def label_from_instance(self, obj: Any) -> str:
        status = "" if obj.is_active else f" ({obj.get_status_display().lower()})"
        draft = ", a draft is waiting" if obj.has_draft else ""
        return f"{obj.code_name}{status}{draft}"


class TransferForm(SureForm):
    """The cases, who takes them over, and why."""

    cases = CasesField(
        queryset=None,
        label="Cases",
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": "Choose at least one case.",
            "invalid_choice": "One of these cases is no longer there: look again.",
        },
    )
    to = PersonChoice("New therapist", empty_label="Choose")
    reason = reason_field("As in: parental leave, or a change of team.")
    field_order = ("cases", "to", "reason", "password")

    def __init__(self, *args: Any, cases: Any, person: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["cases"].queryset = cases  # type: ignore[attr-defined]
        self.fields["to"].queryset = (  # type: ignore[attr-defined]
            User.objects.filter(
                organisation=person.organisation_id,
                is_active=True,
                roles__contains=[Role.THERAPIST],
            )
            .exclude(pk=person.pk)
            .order_by("name")
        )
        grid = Div("to", "reason", css_class="field-grid")
        self.helper = page_helper("cases", grid, *self.asked, button="Hand over")
