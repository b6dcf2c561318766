#!/usr/bin/env python3
"""Django's commands. On a laptop each finds the running engines, or starts them while it runs."""

import os
import re
import sys

from impasse_tracker.local import Refusal
from impasse_tracker.local.environment import laptop


def ours(argv: list[str]) -> list[str]:
    """`assess_facts --settings FILE` means rules; Django would take the file for its own."""
    if argv[1:2] != ["assess_facts"]:
        return argv
    return [re.sub(r"^--settings(?=$|=)", "--rule-settings", word) for word in argv]


def main() -> None:
    """Run one command with the environment it needs."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "impasse_tracker.settings")
    from django.core.management import execute_from_command_line

    try:
        with laptop(sys.argv[1:]):
            execute_from_command_line(ours(sys.argv))
    except Refusal as refusal:
        sys.exit(str(refusal))


if __name__ == "__main__":
    main()
