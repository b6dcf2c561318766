"""Links that open something once: the token travels by mail, its hash alone is kept."""

import hashlib
import secrets


def new_token() -> tuple[str, str]:
    """A token of 256 random bits in 43 letters, and the hash it is found by."""
    token = secrets.token_urlsafe(32)
    return token, digest(token)


def digest(token: str) -> str:
    """The SHA-256 of a token, as 64 hexadecimal digits."""
    return hashlib.sha256(token.encode()).hexdigest()
