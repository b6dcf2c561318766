"""The kinds of field the log page is made of, and the words of their answers."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils import timezone

from impasses.catalogue import Manifestation
from people.forms import TextField

NOTE_LENGTH = 20_000
STRENGTHS = [("1", "Slight"), ("2", "Clear"), ("3", "Strong")]
HOWS = [("complaint", "As a complaint"), ("hopeless", "Without hope")]
FLAGS = {
    "goals_reviewed": "Goals reviewed",
    "ambivalence": "Ambivalence voiced",
    "movement": "Something moved",
    "context": "Life outside weighed in",
    "safety": "Safety concern",
    "safety_checked": "Safety check done",
}
UNREADABLE = "�"
MOMENT_FORMATS = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]
CHOOSE = {"invalid_choice": "Choose one of the answers shown."}


class MomentInput(forms.DateTimeInput):
    """The browser's own picker of day and time."""

    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%dT%H:%M")


class MomentField(forms.DateTimeField):
    """A local day and time, on the days the clocks change too."""

    def to_python(self, value: Any) -> datetime | None:
        """The moment; of an hour that came twice, its first. A skipped hour is said."""
        try:
            return super().to_python(value)
        except forms.ValidationError as error:
            if error.code != "ambiguous_timezone":
                raise
        zone = timezone.get_current_timezone()
        moment = datetime.fromisoformat(value.strip()).replace(tzinfo=zone)
        if timezone.localtime(moment.astimezone(UTC)).replace(fold=0) != moment:
            raise forms.ValidationError("The clocks skipped that hour. Give the time they showed.")
        return moment


def choice(choices: Any, *, label: str, initial: str = "", **messages: str) -> forms.ChoiceField:
    """One of a few answers, none needed."""
    return forms.ChoiceField(
        choices=choices,
        label=label,
        required=False,
        initial=initial,
        widget=forms.RadioSelect,
        error_messages=CHOOSE | messages,
    )


def text(label: str, length: int, **options: Any) -> TextField:
    """Free text up to a length; too long says by how much."""
    return TextField(
        label=label,
        required=False,
        max_length=length,
        error_messages={
            "max_length": f"Keep it to {length:,} characters: this has %(show_value)d. "
            "Nothing is lost, shorten it here."
        },
        **options,
    )


@dataclass(frozen=True)
class Toggle:
    """One of the five manifestations on the page, with everything that unfolds under it."""

    manifestation: Manifestation
    tag: BoundField
    intensity: BoundField
    forms: BoundField
    visibility: BoundField
    how: BoundField | None
    shared: BoundField | None
    last: int | None
    opened: bool

    @property
    def errors(self) -> list[str]:
        """What is wrong anywhere under this toggle."""
        fields = [self.tag, self.intensity, self.forms, self.visibility, self.how, self.shared]
        return [str(error) for field in fields if field is not None for error in field.errors]
