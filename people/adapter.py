"""How allauth signs people in here: by invitation only, and everything on record."""

from typing import Any
from urllib.parse import urlsplit

import structlog
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.password_reset import get_reset_password_from_key_url
from django.contrib import messages
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from audit.record import record
from people import mail, walls
from people.models import User

log = structlog.get_logger(__name__)
BOUND = "password_given"
TOO_MANY = "Too many tries. Wait a quarter of an hour, or ask for a new password."
SAID = {  # what allauth tells a person: our event, if the doors do not note it, and our words
    "account/email/password_changed": ("password changed", "Your password was changed"),
    "account/email/password_reset": ("password reset", "Your password was set anew"),
    "mfa/email/totp_activated": ("", "An authenticator app was added"),
    "mfa/email/totp_deactivated": ("", "Your authenticator app was removed"),
    "mfa/email/webauthn_added": ("", "A passkey was added"),
    "mfa/email/webauthn_removed": ("", "A passkey was removed"),
    "mfa/email/recovery_codes_generated": ("", "New recovery codes were made"),
}


def note(kind: str, user: User, **detail: Any) -> None:
    """Put on record what somebody did with their own account."""
    with walls.inside(user.organisation_id):
        record(
            kind,
            by=user,
            target_kind="user",
            target_id=user.id,
            target_label=user.name,
            detail=detail,
        )


class ClosedAdapter(DefaultAccountAdapter):
    """No sign-up; sign-in, sign-out, failures and changes of the account are audited."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": "Email and password do not match. Check both, then try again.",
        "enter_current_password": "That is not your password. Try again.",
        "incorrect_password": "That is not your password. Try again.",
        "too_many_login_attempts": TOO_MANY,
        "rate_limited": TOO_MANY,
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Refuse after too many tries, at the cost of a try: one password hash."""
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            make_password(credentials.get("password", ""))
            self._note_refusal("too many tries", **credentials)
            raise

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """An account as it is typed, whatever host and port the request names."""
        return str(credentials.get("email", "")).strip().lower()

    def pre_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse | None:
        """What the password opened is bound to it while the second factor is waited for."""
        request.session[BOUND] = user.get_session_auth_hash()
        return super().pre_login(request, user, **kwargs)

    def login(self, request: HttpRequest, user: Any) -> None:
        super().login(request, user)
        note("signed in", user)

    def logout(self, request: HttpRequest) -> None:
        user = request.user
        super().logout(request)
        if isinstance(user, User):
            note("signed out", user)

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        super().authentication_failed(request, **credentials)
        self._note_refusal("wrong password", **credentials)

    def _note_refusal(self, because: str, **credentials: Any) -> None:
        user = User.objects.filter(email__iexact=credentials.get("email", "")).first()
        if user:
            note("sign-in refused", user, because=because)
        else:
            log.warning("sign_in_refused", account="unknown")

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """No "you have signed in" toasts: the page says it."""

    def respond_user_inactive(self, request: HttpRequest, user: Any) -> HttpResponse:
        note("sign-in refused", user, because="closed account")
        return super().respond_user_inactive(request, user)

    def send_notification_mail(
        self,
        template_prefix: str,
        user: Any,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """A change of the account: on record, and told to the person."""
        kind, words = SAID[template_prefix]
        if kind:
            note(kind, user)
        messages.success(self.request, f"{words}.")
        if kind == "password reset":
            self._delete_login_attempts_cached_email(self.request, email=user.email)
        mail.send("account_changed", user.email, words=words, name=user.name)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """The letters of a password reset: with a link, or that there is no account."""
        letter = template_prefix.rpartition("/")[2]
        sign_in = mail.link(reverse("account_login"))
        mail.send(letter, email, link=context.get("password_reset_url", sign_in))

    def get_reset_password_from_key_url(self, key: str) -> str:
        """On our own address, whatever host the request named."""
        url = get_reset_password_from_key_url(self.request, key)
        return mail.link(urlsplit(url).path)

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """The password alone: everybody here has one."""
        return [{"id": "reauthenticate", "url": reverse("account_reauthenticate")}]

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("people:profile")
