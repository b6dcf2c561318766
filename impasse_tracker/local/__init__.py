"""The laptop's own ground: PostgreSQL and Valkey from their wheels, and what runs on them."""


class Refusal(Exception):
    """A start that cannot go on; its text is one clear sentence for the person at the keyboard."""
