"""What the engines need of the machine: locks that die with their process, ports, an account."""

import errno
import fcntl
import os
import pwd
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from impasse_tracker.local import Refusal

ACCOUNTS = ("postgres", "nobody")
START = float(os.environ.get("STARTED_AT", time.time()))  # `make run` began before this process


def say(words: str) -> None:
    """A line with the seconds since the start."""
    print(f"{time.time() - START:6.1f} s  {words}", flush=True)


def say_nothing(words: str) -> None:
    """For commands whose own words are all that is wanted."""


@dataclass(frozen=True)
class Account:
    """An unprivileged account of the machine, by number."""

    uid: int
    gid: int


def engine_account() -> Account | None:
    """Whom PostgreSQL runs as: None means ourselves; root (whom it refuses) gets somebody else."""
    if os.geteuid() != 0:
        return None
    for name in ACCOUNTS:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid)
    raise Refusal(
        "PostgreSQL refuses to run as root and this machine has no unprivileged account: "
        "add one (useradd --system postgres) or start as an ordinary user."
    )


def run(
    command: Sequence[str | Path], account: Account | None = None, output: Path | None = None
) -> int:
    """Run a program to its end as an account; its words go to the end of a file, or nowhere."""
    with (output or Path(os.devnull)).open("ab") as words:
        return subprocess.run(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=words,
            stderr=words,
            cwd="/",
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
            check=False,
        ).returncode


def make_folder(folder: Path, owner: Account | None = None, mode: int = 0o700) -> Path:
    """The folder, made with that mode and owner; one that exists is left as it is."""
    if not folder.exists():
        folder.mkdir(mode=mode, parents=True)
        folder.chmod(mode)
        if owner:
            os.chown(folder, owner.uid, owner.gid)
    return folder


@contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Wait for a lock and hold it. The kernel drops it when the process dies, however it dies."""
    with path.open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def try_exclusive(lock: int) -> bool:
    """Whether nobody else holds a lock on an open file; if so, we do now."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def is_free(port: int, host: str = "127.0.0.1") -> bool:
    """Whether a server could listen on that port now. Raises OSError where the host is not ours."""
    family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return False
            raise
        return True


def free_port() -> int:
    """A port that nobody listens on, chosen by the kernel."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def command_of(pid: int) -> str:
    """The command line of a running process; empty when there is none."""
    proc = Path("/proc/self")
    if proc.exists():
        try:
            return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode().strip()
        except OSError:
            return ""
    answer = subprocess.run(
        ["/bin/ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return answer.stdout.strip()


def last_lines(path: Path, count: int = 5) -> str:
    """The end of a log, for a sentence that explains a failure."""
    try:
        return "\n".join(path.read_text(errors="replace").splitlines()[-count:])
    except OSError:
        return ""
