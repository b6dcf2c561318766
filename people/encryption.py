"""Sealed text: clinical words are encrypted before they reach the database.

A token is `1.<key id>.<base64url of nonce and ciphertext>` (AES-256-GCM). Its associated data
name the model, the field and the row's UUID, so that a token moved to another row, field or table
does not open. The key ring comes from the setting FIELD_KEYS, newest first; any key of the
ring opens, the first one seals.
"""

import base64
import hashlib
import os
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import models

from people.keys import sealing_key

VERSION = "1"
NONCE_BYTES = 12


class SealBroken(Exception):
    """A token that no key of the ring opens, or that belongs to another row."""


@dataclass(frozen=True)
class Sealed:
    """A token as it came from the database; it shows nothing until it is opened."""

    token: str

    def __str__(self) -> str:
        return "sealed"


@lru_cache(maxsize=4)
def _ring(keys: tuple[str, ...]) -> dict[str, AESGCM]:
    ring: dict[str, AESGCM] = {}
    for text in keys:
        try:
            key = sealing_key(text)
        except ValueError:
            raise ImproperlyConfigured(
                "FIELD_KEYS holds something that is not 32 bytes in base64url."
            ) from None
        ring[hashlib.sha256(key).hexdigest()[:8]] = AESGCM(key)
    return ring


def ring() -> dict[str, AESGCM]:
    """The keys by their id, newest first."""
    return _ring(tuple(settings.FIELD_KEYS))


def seal(text: str, *, binding: str) -> str:
    """A new token for `text` that opens only under the same binding."""
    key_id, key = next(iter(ring().items()))
    nonce = os.urandom(NONCE_BYTES)
    secret = nonce + key.encrypt(nonce, text.encode(), binding.encode())
    return f"{VERSION}.{key_id}.{base64.urlsafe_b64encode(secret).decode()}"


def unseal(token: str, *, binding: str) -> str:
    """The words behind a token, or `SealBroken`; never the token itself."""
    try:
        version, key_id, body = token.split(".")
        secret = base64.urlsafe_b64decode(body)
        key = ring()[key_id] if version == VERSION else None
    except (ValueError, KeyError):
        key = None
    if key is None:
        raise SealBroken(f"No key of the ring opens this text ({binding.rsplit('/', 1)[0]}).")
    try:
        return key.decrypt(secret[:NONCE_BYTES], secret[NONCE_BYTES:], binding.encode()).decode()
    except (InvalidTag, ValueError):
        raise SealBroken(
            f"This text was changed, or sealed for another row ({binding.rsplit('/', 1)[0]})."
        ) from None


class _Opening:
    """Reads a sealed attribute: opens it on first use and keeps the words on the instance."""

    def __init__(self, field: "EncryptedTextField") -> None:
        self.field = field

    def __get__(self, instance: models.Model | None, owner: type | None = None) -> Any:
        if instance is None:
            return self
        values = instance.__dict__
        name = self.field.attname
        if name not in values:
            instance.refresh_from_db(fields=[name])
        value = values[name]
        if isinstance(value, Sealed):
            value = values[name] = unseal(value.token, binding=self.field.binding(instance))
        return value

    def __set__(self, instance: models.Model, value: Any) -> None:
        instance.__dict__[self.field.attname] = value


class EncryptedTextField(models.TextField):
    """Text that is stored sealed. It cannot be searched, ordered by, or set through `update()`."""

    def binding(self, instance: models.Model) -> str:
        """What a token of this field in this row is bound to."""
        return f"{instance._meta.label_lower}.{self.name}/{instance.pk}"

    def contribute_to_class(self, cls: Any, name: str, private_only: bool = False) -> None:
        super().contribute_to_class(cls, name, private_only)
        setattr(cls, self.attname, _Opening(self))

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> Any:
        return value if not value else Sealed(value)

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        value = model_instance.__dict__.get(self.attname)
        if isinstance(value, Sealed) or not value:
            return value
        return Sealed(seal(value, binding=self.binding(model_instance)))

    def get_prep_value(self, value: Any) -> Any:
        if isinstance(value, Sealed):
            return value.token
        if value in ("", None):
            return value
        raise TypeError(
            f"{self.name} is sealed text: set it on an instance and save it; it cannot be "
            "filtered by or changed through update()."
        )

    def get_lookup(self, lookup_name: str) -> Any:
        return super().get_lookup(lookup_name) if lookup_name in ("isnull", "exact") else None
