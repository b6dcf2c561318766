"""allauth's forms with our words and fields. They clean values and never save."""

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.forms import (
    ChangePasswordForm,
    LoginForm,
    ReauthenticateForm,
    ResetPasswordForm,
    ResetPasswordKeyForm,
)
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    EditWebAuthnForm,
    LoginWebAuthnForm,
)
from allauth.mfa.webauthn.internal.auth import extract_user_from_response
from django import forms

from people.adapter import note
from people.forms import TextField
from people.second_factor import used_once

HOW_LONG = (
    "At least 12 characters; a few words in a row are good. No signs or digits are asked for. "
    "Common passwords, and those known from breaches, are refused."
)


def plain(field: forms.Field, label: str, autocomplete: str, help_text: str = "") -> None:
    """Our label and look on one of allauth's fields."""
    field.label, field.help_text = label, help_text
    field.widget.attrs = {"autocomplete": autocomplete, "class": "form-control"}


def new_password(form: forms.Form) -> None:
    """One field for a new password: it can be looked at, so it is not asked for twice."""
    del form.fields["password2"]
    plain(form.fields["password1"], "New password", "new-password", HOW_LONG)
    form.fields["password1"].error_messages["required"] = "Choose a password."


class SignInForm(LoginForm):
    """E-mail and password, with the labels people look for."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        plain(self.fields["login"], "Email", "username webauthn")
        plain(self.fields["password"], "Password", "current-password")


class AskResetForm(ResetPasswordForm):
    """Where the link for a new password is sent."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        plain(self.fields["email"], "Email", "username")

    def save(self, request: Any, **kwargs: Any) -> str:
        """A letter goes out in any case: known or not, it takes as long and looks the same."""
        if self.users:
            return super().save(request, **kwargs)
        email: str = self.cleaned_data["email"]
        get_adapter().send_mail("account/email/unknown_account", email, {})
        return email


class ResetForm(ResetPasswordKeyForm):
    """A new password, from the link in a letter."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        new_password(self)


class ChangeForm(ChangePasswordForm):
    """A new password, with the old one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        plain(self.fields["oldpassword"], "Your password now", "current-password")
        new_password(self)

    def clean_oldpassword(self) -> str:
        try:
            old: str = super().clean_oldpassword()
        except forms.ValidationError:
            note("sign-in refused", self.user, because="wrong password, for a new one")
            raise
        return old


class AgainForm(ReauthenticateForm):
    """The password once more, before something dangerous."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        plain(self.fields["password"], "Password", "current-password")


class _Code(forms.Form):
    """A code of six digits, or a recovery code; each refusal is on record."""

    user: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        plain(self.fields["code"], "Code", "one-time-code")
        self.fields["code"].widget.attrs["inputmode"] = "numeric"
        self.fields["code"].error_messages["required"] = "Give the code."

    def clean_code(self) -> Any:
        self.cleaned_data["code"] = "".join(self.cleaned_data["code"].split())
        try:
            code: str = super().clean_code()  # type: ignore[misc]
            return used_once(self.user, code)
        except forms.ValidationError:
            note("second factor refused", self.user)
            raise


class CodeForm(_Code, AuthenticateForm):
    """The second factor at sign-in."""


class AppForm(_Code, ActivateTOTPForm):
    """The first code of an authenticator app, which proves that it was set up."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = "Code from the app"


class PasskeyCodeForm(AuthenticateWebAuthnForm):
    """A passkey as the second factor; each refusal is on record, as of a code."""

    def clean_credential(self) -> Any:
        try:
            return super().clean_credential()
        except forms.ValidationError:
            if owner := self.user or _named(self.cleaned_data["credential"]):
                note("second factor refused", owner, factor="passkey")
            raise


class PasskeySignInForm(PasskeyCodeForm, LoginWebAuthnForm):
    """A passkey that signs in alone."""


def _named(credential: Any) -> Any:
    """Whom a refused passkey names as its owner, if anybody."""
    try:
        return extract_user_from_response(credential)
    except (forms.ValidationError, AttributeError):
        return None


class PasskeyForm(AddWebAuthnForm):
    """A name for a passkey; every passkey here also signs in alone."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"] = TextField(required=False, max_length=60)
        plain(self.fields["name"], "Name", "off", "As you will know it again: Laptop, Phone.")
        del self.fields["passwordless"]

    def clean(self) -> dict[str, Any]:
        self.cleaned_data["passwordless"] = True  # asks that the person was verified
        return super().clean()


class PasskeyNameForm(EditWebAuthnForm):
    """Another name for a passkey."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"] = TextField(max_length=60)
        plain(self.fields["name"], "Name", "off")
        self.fields["name"].error_messages["required"] = "Give the passkey a name."
