"""A client's record and erasure. They clean values and never save."""

from typing import Any

from django import forms

from people.account_forms import reason_field
from people.forms import page_helper
from people.profile_forms import one_of
from people.reauthentication import SureForm

FORMATS = (("page", "A page to read, print or save"), ("json", "A file for another program (JSON)"))


class RecordForm(SureForm):
    """Why, in what form, and whether process notes are among it."""

    reason = reason_field("As in: the client asked for a copy.")
    format = one_of(FORMATS, "In what form?", "")
    process_notes = forms.BooleanField(
        label="With my private process notes",
        required=False,
        help_text="They are yours and no part of the record a client is shown; the record says "
        "whether they are in it.",
    )
    field_order = ("reason", "format", "process_notes", "password")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = ("reason", "format", "process_notes", *self.asked)
        self.helper = page_helper(*rows, button="Make the record")


class AskErasureForm(SureForm):
    """Why a client is to be erased."""

    reason = reason_field("As in: the client asked for it in writing.")
    field_order = ("reason", "password")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = page_helper("reason", *self.asked, button="Ask for the erasure")


class EraseForm(SureForm):
    """The second of two steps: that it is meant, and that it is the person."""

    sure = forms.BooleanField(
        label="I know that nobody can bring it back",
        error_messages={"required": "Tick this to say that it is meant."},
    )
    field_order = ("sure", "password")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = page_helper("sure", *self.asked, button="Erase")


class DueCases(forms.ModelMultipleChoiceField):
    """Cases by code name and therapist."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.code_name}, with {obj.therapist.name}, ended on {obj.ended_on:%d %b %Y}"


class ScheduleForm(SureForm):
    """Which of the cases whose time is over are erased."""

    cases = DueCases(
        queryset=None,
        label="Time is over",
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": "Choose at least one case.",
            "invalid_choice": "One of these cases is no longer due: look again.",
        },
    )
    reason = reason_field("As in: end of retention.")
    field_order = ("cases", "reason", "password")

    def __init__(self, *args: Any, cases: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["cases"].queryset = cases  # type: ignore[attr-defined]
        self.helper = page_helper("cases", "reason", *self.asked, button="Announce the erasure")
