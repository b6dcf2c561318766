"""One set of engines for everybody who works in a checkout: the first who needs them starts them,
the last to leave stops them, and those that a crash left over are found and used."""

import fcntl
import json
import os
import secrets
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from impasse_tracker.local import Refusal
from impasse_tracker.local.postgres import Postgres, postgres_of
from impasse_tracker.local.system import (
    exclusive,
    free_port,
    is_free,
    last_lines,
    make_folder,
    try_exclusive,
)
from impasse_tracker.local.valkey import Valkey

ENGINES = ("postgres", "valkey")
START_SECONDS = 30
Say = Callable[[str], None]


@dataclass(frozen=True)
class Ground:
    """A folder that holds secrets, ports and data. What is not durable is quick: for tests."""

    folder: Path
    durable: bool = True

    def secrets(self) -> dict[str, str]:
        """Passwords and keys, made at the first call and kept."""
        known = dict(_kept(self.folder / "secrets.json", _new_secrets))
        if "ENCRYPTION_KEYS" in known:  # their name in folders of before
            known["FIELD_KEYS"] = known.pop("ENCRYPTION_KEYS")
        return known

    def port(self, engine: str) -> int:
        """The port of the engine's last start; at first, one that is free."""
        return int(_kept(self.folder / f"{engine}.port", free_port))

    def move(self, engine: str) -> int:
        """Another free port for the engine, since its own is taken."""
        (self.folder / f"{engine}.port").unlink()
        return self.port(engine)

    def postgres(self) -> Postgres:
        return postgres_of(self.folder, durable=self.durable)

    def valkey(self) -> Valkey:
        home = make_folder(self.folder / "valkey")
        return Valkey(home, self.secrets()["valkey"], self.durable)

    def urls(self) -> dict[str, str]:
        """How the engines are reached, as the settings want to hear it."""
        known, port = self.secrets(), self.port("postgres")
        return {
            "DATABASE_URL": f"postgres://impasse_web:{known['web']}@127.0.0.1:{port}/impasse",
            "DATABASE_OWNER_URL": (
                f"postgres://impasse_owner:{known['owner']}@127.0.0.1:{port}/impasse"
            ),
            "REDIS_URL": f"redis://:{known['valkey']}@127.0.0.1:{self.port('valkey')}/0",
        }


def _new_secrets() -> dict[str, str]:
    logins = ("superuser", "owner", "web", "valkey")
    return {
        "SECRET_KEY": secrets.token_urlsafe(50),
        "FIELD_KEYS": urlsafe_b64encode(secrets.token_bytes(32)).decode(),
    } | {login: secrets.token_urlsafe(24) for login in logins}


def _kept(path: Path, make: Callable[[], Any]) -> Any:
    """What the file holds; at first, what `make` gives, which is then kept."""
    try:
        return json.loads(path.read_text())
    except FileNotFoundError:
        keep(path, make())
        return json.loads(path.read_text())


@contextmanager
def engines(ground: Ground, wanted: frozenset[str], say: Say) -> Iterator[None]:
    """The wanted engines ("postgres", "valkey") run while the block does.

    Others in the same checkout may use them meanwhile and longer: whoever leaves last stops them.
    """
    make_folder(ground.folder)
    gate = ground.folder / "start.lock"
    with (ground.folder / "users.lock").open("a") as users:
        try:
            with exclusive(gate):
                fcntl.flock(users, fcntl.LOCK_SH)
                start(ground, wanted, say)
            yield
        finally:
            with exclusive(gate):
                fcntl.flock(users, fcntl.LOCK_UN)
                if try_exclusive(users.fileno()):
                    stop(ground)


def start(ground: Ground, wanted: frozenset[str], say: Say) -> None:
    """Find the wanted engines running, or start them. Raises Refusal with the reason's log."""
    if "postgres" in wanted:
        start_postgres(ground, say)
    if "valkey" in wanted:
        start_valkey(ground, say)


def start_postgres(ground: Ground, say: Say) -> None:
    """PostgreSQL runs, with the two logins and the database."""
    server, known = ground.postgres(), ground.secrets()
    server.initialise(known)
    running = server.running_port()
    if running is None:
        _start(ground, "postgres", server.start, server.log)
    elif running != ground.port("postgres"):
        keep(ground.folder / "postgres.port", running)
    server.make_logins(ground.port("postgres"), known)
    say("PostgreSQL answers" if running is None else "PostgreSQL was already there")


def start_valkey(ground: Ground, say: Say) -> None:
    """Valkey runs."""
    server = ground.valkey()
    found = server.runs(ground.port("valkey"))
    if not found:
        _start(ground, "valkey", server.start, server.log)
    say("Valkey was already there" if found else "Valkey answers")


def _start(ground: Ground, engine: str, start_on: Callable[[int], bool], log: Path) -> None:
    """Start an engine; move it where its port is taken, wait where its predecessor still dies."""
    deadline = time.monotonic() + START_SECONDS
    while True:
        port = ground.port(engine)
        if not is_free(port):
            port = ground.move(engine)
        if start_on(port):
            return
        if time.monotonic() > deadline:
            raise Refusal(f"{engine} did not start. The end of {log}:\n{last_lines(log)}")
        time.sleep(0.5)


def stop(ground: Ground) -> None:
    """Stop what runs on this ground."""
    ground.valkey().stop(ground.port("valkey"))
    ground.postgres().stop()


def keep(path: Path, value: Any) -> None:
    """Write a small fact in one step, readable by nobody else."""
    new = path.with_suffix(f".{os.getpid()}")
    new.touch(mode=0o600)
    new.write_text(json.dumps(value, indent=1))
    new.replace(path)
