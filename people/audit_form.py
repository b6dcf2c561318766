"""What to look for in the audit log. It cleans values and never saves."""

import uuid
from typing import Any

from django import forms

from people.account_forms import PersonChoice
from people.audit_page import KINDS, Wanted
from people.forms import DayField, TextField
from people.models import Organisation, User

DAY = {"invalid": "Write the day as 2026-11-03."}
EVERYTHING = ("", "Everything")


def kind_choices() -> list[Any]:
    """Groups of kinds, each group also as a whole."""
    return [
        EVERYTHING,
        *(
            (group, [(group, f"{group}: all"), *((kind, kind) for kind in kinds)])
            for group, kinds in KINDS.items()
        ),
    ]


class AuditForm(forms.Form):
    """By person, kind, case and time. A case is found by its code name, and named by its id."""

    person = PersonChoice("Person", required=False, empty_label="Everybody")
    kind = forms.ChoiceField(
        label="What happened",
        required=False,
        choices=kind_choices,
        error_messages={"invalid_choice": "Choose one of the kinds shown."},
    )
    since = DayField(label="From", required=False, error_messages=DAY)
    until = DayField(label="Until", required=False, error_messages=DAY)
    code_name = TextField(
        label="Case",
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"placeholder": "Code name", "autocomplete": "off"}),
    )
    case = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, organisation: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.organisation = organisation
        people = User.objects.filter(organisation=organisation).order_by("name")
        self.fields["person"].queryset = people  # type: ignore[attr-defined]
        self.fields["person"].to_field_name = "pk"  # type: ignore[attr-defined]

    @property
    def wanted(self) -> Wanted:
        """What was understood; a field with a fault looks for nothing."""
        data = self.cleaned_data
        person, kind = data.get("person"), data.get("kind", "")
        return Wanted(
            person=person.pk if person else None,
            kinds=KINDS.get(kind, (kind,) if kind else ()),
            case=data.get("case"),
            since=data.get("since"),
            until=data.get("until"),
        )

    def query(self, case: uuid.UUID | None) -> dict[str, str]:
        """The same as an address: ids, days and our own words."""
        data = self.cleaned_data
        said = {
            "person": str(data["person"].pk) if data.get("person") else "",
            "kind": data.get("kind", ""),
            "since": str(data.get("since") or ""),
            "until": str(data.get("until") or ""),
            "case": str(case or ""),
        }
        return {name: value for name, value in said.items() if value}
