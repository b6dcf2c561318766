"""A file of JSON lines in which every line is encrypted with a key of its own for this file.

The first line says in clear what the file is. Each line is bound to the file and to its place, so
that none can be changed, moved or left out; the last one is the manifest, so that a file that was
cut off is noticed.
"""

import base64
import binascii
import json
import os
import uuid
from collections.abc import Iterable, Iterator
from typing import Any, TextIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from people.encryption import NONCE_BYTES
from people.keys import sealing_key

FORMAT, VERSION = "impasse-tracker-organisation", 1


class Unreadable(Exception):
    """The file cannot be read; the message says why and what to do."""


def new_transfer_key() -> str:
    """Thirty-two random bytes in base64url, for one file."""
    return base64.urlsafe_b64encode(os.urandom(32)).decode()


class Writer:
    """Writes lines to a file, each encrypted."""

    def __init__(self, out: TextIO, key: str) -> None:
        self.out, self.key, self.number = out, AESGCM(sealing_key(key)), 0
        self.file = str(uuid.uuid4())
        out.write(json.dumps({"format": FORMAT, "version": VERSION, "file": self.file}) + "\n")

    def write(self, line: str) -> None:
        self.number += 1
        nonce = os.urandom(NONCE_BYTES)
        place = f"{self.file}/{self.number}".encode()
        secret = nonce + self.key.encrypt(nonce, line.encode(), place)
        self.out.write(base64.b64encode(secret).decode() + "\n")


def read(lines: Iterable[str], key: str) -> Iterator[Any]:
    """What each line says, from its JSON; `Unreadable` at the first that is not as written."""
    given = iter(lines)
    try:
        opener, head = AESGCM(sealing_key(key.strip())), json.loads(next(given, ""))
    except ValueError:
        raise Unreadable("This is no key or no file of ours. Check both.") from None
    if not isinstance(head, dict) or (head.get("format"), head.get("version")) != (FORMAT, VERSION):
        raise Unreadable("This is no file of an organisation that this version can read.")
    for number, line in enumerate(given, 1):
        place = f"{head.get('file')}/{number}".encode()
        try:
            secret = base64.b64decode(line, validate=False)
            yield json.loads(opener.decrypt(secret[:NONCE_BYTES], secret[NONCE_BYTES:], place))
        except (InvalidTag, binascii.Error, ValueError):
            raise Unreadable(
                f"Line {number + 1} was changed or moved, or this is another file's key."
            ) from None
