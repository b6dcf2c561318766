"""Second factors: who must have one, and how their secrets are kept."""

import hashlib
from typing import Any

from allauth.core.internal.cryptokit import normalize_user_code
from allauth.mfa import app_settings
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.cache import cache
from django.db.models import QuerySet

from people.encryption import seal, unseal
from people.models import User

BINDING = "mfa.authenticator.secret"  # allauth hands over the secret alone: bound to no row
SECRETS = ("secret", "seed")  # of an app, and of recovery codes, in an authenticator's data
FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
KEPT = "Your roles ask for a second factor, and this is your last. Add another one first."


def must_have_one(user: User) -> bool:
    """Whether the person's roles ask for a second factor."""
    return (user.supervises or user.administers) and not user.email.endswith(
        settings.NO_SECOND_FACTOR
    )


def factors_of(user: User) -> QuerySet[Authenticator]:
    """Apps and passkeys; recovery codes alone are none."""
    return Authenticator.objects.filter(user=user, type__in=FACTORS)


def lacks_one(request: Any) -> bool:
    """Whether somebody signed in has to set one up first. A query only for those who must."""
    user = request.user
    return user.is_authenticated and must_have_one(user) and not factors_of(user).exists()


def used_once(user: User, code: str) -> str:
    """A valid code, the first time it is used; ValidationError the second.

    allauth remembers a code for one period; with its tolerance a code is valid for three.
    """
    same = normalize_user_code(code)  # as allauth compares it: without dashes and dots
    mark = hashlib.sha256(f"{user.pk}:{same}".encode()).hexdigest()
    seconds = app_settings.TOTP_PERIOD * (2 * app_settings.TOTP_TOLERANCE + 2)
    if not cache.add(f"second-factor-used-{mark}", True, timeout=seconds):
        raise SealedAdapter().validation_error("incorrect_code")
    return code


class SealedAdapter(DefaultMFAAdapter):
    """allauth's second factors, their secrets sealed and the last needed one kept."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": "That code does not match. Codes change every half minute: try the next.",
        "cannot_delete_authenticator": KEPT,
    }

    def encrypt(self, text: str) -> str:
        return seal(text, binding=BINDING)

    def decrypt(self, encrypted_text: str) -> str:
        return unseal(encrypted_text, binding=BINDING)

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        user = authenticator.user
        return not must_have_one(user) or factors_of(user).exclude(pk=authenticator.pk).exists()

    def generate_authenticator_name(self, user: User, type: str) -> str:  # noqa: A002
        return f"Passkey {factors_of(user).filter(type=type).count() + 1}"

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return {**super().get_public_key_credential_rp_entity(), "name": "Impasse Tracker"}
