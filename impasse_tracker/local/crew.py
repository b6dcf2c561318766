"""The child processes of a runner: prefixed words, an order in which they stop, and a warden who
ends them if the runner itself is killed."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from impasse_tracker.local import warden

STOP_SECONDS = 10
TICK_SECONDS = 0.1


class Crew:
    """Children that stop together, the last started first, when the block ends."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.stopping = threading.Event()
        self.children: dict[str, subprocess.Popen[str]] = {}
        self._readers: dict[str, threading.Thread] = {}
        self._voice = threading.Lock()
        self._warden = subprocess.Popen(
            [sys.executable, "-S", "-E", warden.__file__],
            stdin=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def start(self, name: str, command: Sequence[str | Path]) -> None:
        """Start a child in a process group of its own; its words appear behind its name."""
        child = subprocess.Popen(
            [str(part) for part in command],
            cwd=self.folder,
            env=os.environ | {"PYTHONUNBUFFERED": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        )
        self.children[name] = child
        self._tell(f"+{child.pid}")
        self._readers[name] = threading.Thread(target=self._repeat, args=(name, child), daemon=True)
        self._readers[name].start()

    def _repeat(self, name: str, child: subprocess.Popen[str]) -> None:
        assert child.stdout  # noqa: S101 - asked for in start
        with child.stdout as words:
            for line in words:
                self.print(f"{name:<6} | {line.rstrip()}")

    def print(self, words: str) -> None:
        """A whole line at a time. When nobody reads any more, it is time to stop."""
        try:
            with self._voice:
                print(words, flush=True)
        except (BrokenPipeError, ValueError):
            self.stopping.set()

    def _tell(self, line: str) -> None:
        assert self._warden.stdin  # noqa: S101 - asked for at its start
        with contextlib.suppress(BrokenPipeError):
            self._warden.stdin.write(f"{line}\n")
            self._warden.stdin.flush()

    def watch(
        self, may_end: Sequence[str] = (), gone: Callable[[], str | None] = lambda: None
    ) -> tuple[str, int | None] | None:
        """Wait until we are to stop (None) or a child ended: its name and its status.

        A child that may end is only forgotten when it ends well. `gone` names what else has ended,
        of which no status is known.
        """
        while not self.stopping.wait(TICK_SECONDS):
            if (ended := self.ended()) is None:
                if name := gone():
                    return name, None
                continue
            name, status = ended
            if name not in may_end or status:
                return ended
            self._forget(name)
        return None

    def ended(self) -> tuple[str, int] | None:
        """A child that is no more, and its status (negative: the signal that ended it)."""
        for name, child in {"warden": self._warden, **self.children}.items():
            status = child.poll()
            if status is not None:
                return name, status
        return None

    def stop(self, name: str) -> None:
        """End a child gently, after ten seconds by force, and with it all that it started."""
        child = self.children[name]
        if child.poll() is None:
            child.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(STOP_SECONDS)
        warden.end(child.pid, signal.SIGKILL)
        child.wait()
        self._forget(name)

    def _forget(self, name: str) -> None:
        child = self.children.pop(name)
        self._tell(f"-{child.pid}")
        self._readers.pop(name).join(TICK_SECONDS)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for name in reversed(list(self.children)):
            self.stop(name)
        assert self._warden.stdin  # noqa: S101
        self._warden.stdin.close()
        self._warden.wait()
