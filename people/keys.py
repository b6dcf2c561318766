"""Keys: of rows that have a page, and those that seal text."""

import base64
import uuid

import uuid6


def new_key() -> uuid.UUID:
    """A UUIDv7: ordered by time, known before the insert, so that sealed text is bound to it."""
    return uuid.UUID(int=uuid6.uuid7().int)


def is_id(value: object) -> bool:
    """Whether something sent can be the id of a row that has a page."""
    try:
        uuid.UUID(str(value))
    except ValueError:
        return False
    return True


def sealing_key(text: str) -> bytes:
    """The 32 bytes a key of FIELD_KEYS stands for; ValueError for anything else."""
    text = text.strip()
    key = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if len(key) != 32:
        raise ValueError
    return key
