"""The form about a sketch. It cleans values and never saves."""

from collections.abc import Iterator
from typing import Any

from django import forms

from impasses.catalogue import Manifestation, catalogue


class VignetteForm(forms.Form):
    """The signs somebody sees in a sketch. `marks` comes out as ids; empty is an answer, too."""

    marks = forms.MultipleChoiceField(
        label="What do you see?",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "invalid_choice": "Choose among the five signs.",
            "invalid_list": "Choose among the five signs.",
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["marks"].choices = [  # type: ignore[attr-defined]
            (sign.id, sign.name) for sign in catalogue().manifestations
        ]

    @property
    def toggles(self) -> Iterator[tuple[Any, Manifestation]]:
        """Each box with the sign it stands for, in lane order."""
        return zip(self["marks"], catalogue().manifestations, strict=True)
