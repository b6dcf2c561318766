"""Outlives a runner that was killed, for as long as it takes to end the runner's children.

Its standard input is a pipe whose other end only the runner holds: lines `+GROUP` and `-GROUP` name
the children's process groups that began and ended; the end of the file means the runner is gone.
"""

import contextlib
import os
import signal
import sys
import time
from collections.abc import Iterable

GRACE_SECONDS = 3


def groups_left(lines: Iterable[str]) -> list[int]:
    """The groups that had begun and not ended when the lines stopped."""
    groups: list[int] = []
    for line in lines:
        group = int(line[1:])
        if line.startswith("+"):
            groups.append(group)
        else:
            groups.remove(group)
    return groups


def is_alive(group: int) -> bool:
    """Whether any process of the group is left."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # macOS says so of a group whose members are all dying
        return False
    return True


def end(group: int, sign: signal.Signals) -> None:
    """Signal a group; one that is gone already is what we wanted."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, sign)


def main() -> None:
    """Wait for the runner's end; then end what it left, gently first."""
    left = groups_left(sys.stdin)
    for group in left:
        end(group, signal.SIGTERM)
    deadline = time.monotonic() + GRACE_SECONDS
    while any(is_alive(group) for group in left) and time.monotonic() < deadline:
        time.sleep(0.05)
    for group in left:
        end(group, signal.SIGKILL)


if __name__ == "__main__":
    main()
