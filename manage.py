#!/usr/bin/env python3
"""Django's commands. On a laptop each finds the running engines, or starts them while it runs."""

import os
import sys

from impasse_tracker.local import Refusal
from impasse_tracker.local.environment import laptop


def main() -> None:
    """Run one command with the environment it needs."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "impasse_tracker.settings")
    from django.core.management import execute_from_command_line

    try:
        with laptop(sys.argv[1:]):
            execute_from_command_line(sys.argv)
    except Refusal as refusal:
        sys.exit(str(refusal))


if __name__ == "__main__":
    main()
