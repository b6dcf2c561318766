"""No password made of words that anybody would try here first."""

import re
from typing import Any

from django.core.exceptions import ValidationError

OF_THE_PLACE = (
    "impasse", "tracker", "therapist", "therapy", "psychotherapy", "supervisor", "supervision",
    "administrator", "admin", "clinic", "practice", "welcome", "password", "passphrase", "session",
    "client", "patient",
)  # fmt: skip
LEFT = 5  # letters and digits that must be a password's own
SHORTEST = 4  # letters of a name that counts as a word of the place


class WordsOfThePlace:
    """Refuses a password of the program's, the roles' or the organisation's words alone."""

    def validate(self, password: str, user: Any = None) -> None:
        left = password.lower()
        for word in sorted({*OF_THE_PLACE, *self.words_of(user)}, key=len, reverse=True):
            left = left.replace(word, "")
        if len(re.sub(r"[\W_]", "", left)) < LEFT:
            raise ValidationError(
                "That is made of words anybody would try here first. Add words of your own.",
                code="words_of_the_place",
            )

    @staticmethod
    def words_of(user: Any) -> set[str]:
        """The words of the organisation's name and of the address's host."""
        if getattr(user, "organisation_id", None) is None:
            return set()
        host = user.email.rpartition("@")[2]
        words = re.split(r"[\W_]+", f"{user.organisation.name} {host}".lower())
        return {word for word in words if len(word) >= SHORTEST}

    def get_help_text(self) -> str:
        return "It is not made of the names of the program, a role or the organisation alone."
