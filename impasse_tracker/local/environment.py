"""The environment of a command on a laptop: nobody has to type a variable.

What is set from outside is used as it is. In production everything is, so nothing is made up there
and a missing secret still stops the start.
"""

import os
import signal
import socket
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from impasse_tracker.local.engines import Ground, Say, engines
from impasse_tracker.local.system import say, say_nothing

CHECKOUT = Path(__file__).resolve().parent.parent.parent
LAPTOP = Ground(CHECKOUT / ".local")
TESTS = Ground(CHECKOUT / ".local" / "test", durable=False)
ENGINE_URLS = {"postgres": "DATABASE_URL", "valkey": "REDIS_URL"}
TRUE = ("true", "1", "yes", "on", "y", "ok")


def is_laptop(arguments: Sequence[str], environ: Mapping[str, str]) -> bool:
    """Whether this command may make up what is missing: `local` always may; others only where
    LOCAL says so or nothing at all is set, as in a fresh checkout."""
    if arguments[:1] == ["local"] or environ.get("LOCAL", "").lower() in TRUE:
        return True
    return not any(name in environ for name in ("SECRET_KEY", *ENGINE_URLS.values()))


@contextmanager
def laptop(arguments: Sequence[str], ground: Ground = LAPTOP) -> Iterator[None]:
    """The environment and the engines for one `manage.py` command, as long as it runs."""
    if not is_laptop(arguments, os.environ):
        yield
        return
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    if host := os.environ.get("HOST"):
        os.environ.setdefault("ALLOWED_HOSTS", f"localhost,127.0.0.1,{host},{socket.gethostname()}")
    with prepared(ground, say if arguments[:1] == ["local"] else say_nothing):
        yield


@contextmanager
def prepared(ground: Ground, say: Say = say_nothing) -> Iterator[None]:
    """Engines that run and an environment that names them, without touching what is set."""
    wanted = frozenset(engine for engine, url in ENGINE_URLS.items() if url not in os.environ)
    with engines(ground, wanted, say):
        for name, value in variables(ground, wanted).items():
            os.environ.setdefault(name, value)
        write(ground)
        yield


def variables(ground: Ground, wanted: frozenset[str] = frozenset(ENGINE_URLS)) -> dict[str, str]:
    """What the settings need: the secrets, and the addresses of the engines that are ours."""
    known, urls = ground.secrets(), ground.urls()
    if "postgres" not in wanted:
        urls = {name: url for name, url in urls.items() if not name.startswith("DATABASE")}
    if "valkey" not in wanted:
        urls.pop("REDIS_URL", None)
    keys = {name: known[name] for name in ("SECRET_KEY", "FIELD_KEYS")}
    return {"LOCAL": "true"} | keys | urls


def engine_gone(ground: Ground = LAPTOP) -> str | None:
    """An engine of ours that this process uses and that runs no more."""
    urls = ground.urls()
    if os.environ["DATABASE_URL"] == urls["DATABASE_URL"] and not ground.postgres().running_port():
        return "PostgreSQL"
    if os.environ["REDIS_URL"] == urls["REDIS_URL"] and not ground.valkey().runs(
        ground.port("valkey")
    ):
        return "Valkey"
    return None


def write(ground: Ground) -> None:
    """The same in `env`, for people: `set -a; . .local/env`. Readable by nobody else."""
    path = ground.folder / "env"
    path.touch(mode=0o600)
    path.write_text("".join(f"{name}={value}\n" for name, value in variables(ground).items()))
