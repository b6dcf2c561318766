"""Being sure that it is the person: before a change that is dangerous or concerns everybody."""

from typing import Any

from allauth.account.internal.flows.reauthentication import (
    did_recently_reauthenticate,
    reauthenticate_by_password,
)
from allauth.core import ratelimit
from django import forms

from people.adapter import note
from people.requests import Request

WRONG = "That is not your password. Nothing was changed: try again."
TOO_OFTEN = "Too many tries. Wait a minute, then try again. Nothing was changed."


def doubt(request: Request, password: str) -> str:
    """Why it may not be the person whose sign-in this is, in a sentence; empty when it is."""
    if not ratelimit.consume(request, action="reauthenticate", user=request.user):
        note("limit reached", request.user, at="password asked for again")
        return TOO_OFTEN
    if not request.user.check_password(password):
        note("sign-in refused", request.user, because="wrong password, asked for again")
        return WRONG
    reauthenticate_by_password(request)
    return ""


class SureForm(forms.Form):
    """A form that asks for the password, unless the person gave it in the last five minutes."""

    password = forms.CharField(
        label="Your password",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        help_text="To be sure that it is you. Not asked again for five minutes.",
        error_messages={"required": "Give your password, so that we know it is you."},
    )

    def __init__(self, *args: Any, request: Request, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request
        if did_recently_reauthenticate(request):
            del self.fields["password"]

    @property
    def asked(self) -> list[str]:
        """The name of the password's field, when it is asked for: the last row of a layout."""
        return ["password"] if "password" in self.fields else []

    @property
    def given(self) -> dict[str, Any]:
        """What was filled in, without the password."""
        return {name: value for name, value in self.cleaned_data.items() if name != "password"}

    def clean_password(self) -> str:
        """Asked last: a slip elsewhere costs no try."""
        if self.errors:
            raise forms.ValidationError("Give your password again once the rest is right.")
        password: str = self.cleaned_data["password"]
        if fault := doubt(self.request, password):
            raise forms.ValidationError(fault)
        return password
