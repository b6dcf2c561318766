"""What `make run` runs: migrations, demonstration data, then web, worker and beat together."""

import fcntl
import hashlib
import http.client
import ipaddress
import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connections

from impasse_tracker.local import Refusal
from impasse_tracker.local.crew import Crew
from impasse_tracker.local.environment import engine_gone
from impasse_tracker.local.system import is_free, say, try_exclusive

PAGE_SECONDS = 60
ACCOUNTS = """\
  Sign in with the password impasse-demo as
    thea@demo.test    therapist
    tom@demo.test     therapist
    sunil@demo.test   supervisor of Thea, treats as well
    nadia@demo.test   therapist in training, sessions in review
    ada@demo.test     administrator
    otto@other.test   therapist of another clinic
"""


def run(folder: Path, host: str, port: int) -> int:
    """Run everything until Ctrl-C, TERM or the end of a child; the exit status."""
    with only_runner(folder):
        refuse_busy_port(host, port)
        has_demo = prepare(folder)
        with Crew(folder) as crew, stopped_by_signals(crew):
            return serve(crew, host, port, has_demo=has_demo)


def serve(crew: Crew, host: str, port: int, *, has_demo: bool) -> int:
    """Start the children, say where the page is, and watch; the exit status."""
    crew.start("web", web(host, port))
    if wait_for_page(crew, host, port):
        say("the first page is served")
        crew.start(
            "worker", celery("worker", "--concurrency=2", "--without-mingle", "--loglevel=INFO")
        )
        crew.start("beat", celery("beat", f"--schedule={crew.folder / '.local' / 'beat-schedule'}"))
        if has_demo:
            crew.start("demo", [sys.executable, "manage.py", "demo", "--progress"])
        accounts = ACCOUNTS if has_demo else ""
        letters = "  Letters it sends land in .local/mail.\n"
        crew.print(
            f"\n  Open http://{shown(host)}:{port}/\n{accounts}{letters}  Ctrl-C stops it.\n"
        )
    ended = crew.watch(may_end=["demo"], gone=engine_gone)
    if ended is None:
        say("stopping ...")
        return 0
    say(f"{how_it_ended(*ended)}; stopping the rest.")
    return 1


def how_it_ended(name: str, status: int | None) -> str:
    """Which child, and how, in words."""
    if status is None:
        return f"{name} is gone"
    if status < 0:
        return f"{name} was ended by {signal.Signals(-status).name}"
    return f"{name} ended with status {status}"


def shown(host: str) -> str:
    """The host as a browser here should say it: passkeys refuse numbers."""
    try:
        number = ipaddress.ip_address(host)
    except ValueError:
        return host
    return "localhost" if number.is_loopback or number.is_unspecified else host


@contextmanager
def only_runner(folder: Path) -> Iterator[None]:
    """Refuse a second runner in one checkout: two beats would ring twice."""
    with (folder / ".local" / "run.lock").open("a") as lock:
        if not try_exclusive(lock.fileno()):
            raise Refusal("It already runs from this folder. Stop it there first (Ctrl-C).")
        yield
        fcntl.flock(lock, fcntl.LOCK_UN)


def refuse_busy_port(host: str, port: int) -> None:
    """One clear sentence instead of a server's traceback."""
    try:
        free = is_free(port, host)
    except (OSError, OverflowError) as error:
        raise Refusal(f"Nothing can listen on HOST={host} PORT={port}: {error}.") from None
    if not free:
        raise Refusal(
            f"Port {port} is busy. Stop what listens there, or choose another: "
            f"PORT={port + 1} make run"
        )


def prepare(folder: Path) -> bool:
    """Tables, first demonstration data, static files. Whether the demonstration data are wanted."""
    call_command("migrate", verbosity=0, interactive=False)
    say("migrations are applied")
    collect_static(folder)
    try:
        call_command("demo", first=True)
    except CommandError as refusal:
        say(f"no demonstration data: {refusal}")
        return False
    finally:
        connections.close_all()
    say("accounts and the first cases are there")
    return True


def collect_static(folder: Path) -> None:
    """Hashed and compressed static files, unless those that are there are of the same sources."""
    sources = [folder / "requirements" / "app.txt", *sorted((folder / "static").rglob("*"))]
    state = hashlib.sha256()
    for source in sources:
        if source.is_file():
            state.update(str(source.relative_to(folder)).encode() + source.read_bytes())
    stamp = Path(settings.STATIC_ROOT) / ".made"
    if stamp.exists() and stamp.read_text() == state.hexdigest():
        return
    call_command("collectstatic", verbosity=0, interactive=False, clear=True)
    stamp.write_text(state.hexdigest())
    say("static files are collected")


def web(host: str, port: int) -> list[str]:
    """The web server's command: two processes of four threads."""
    command = [sys.executable, "-m", "gunicorn", "impasse_tracker.wsgi", f"--bind={host}:{port}"]
    command += ["--worker-class=gthread", "--workers=2", "--threads=4", "--log-level=warning"]
    command += ["--graceful-timeout=5", "--no-control-socket"]
    return [*command, "--reload" if settings.DEBUG else "--preload"]


def celery(*arguments: str) -> list[str]:
    """A command of Celery's. On a laptop it may be root: tasks are JSON, never code."""
    quiet = ["-W", "ignore:You're running the worker with superuser privileges"]
    return [sys.executable, *quiet, "-m", "celery", "-q", "-A", "impasse_tracker", *arguments]


def wait_for_page(crew: Crew, host: str, port: int) -> bool:
    """Whether the web server answers; False when a child ended or we are to stop first."""
    deadline = time.monotonic() + PAGE_SECONDS
    while time.monotonic() < deadline:
        if crew.ended() or crew.stopping.is_set():
            return False
        connection = http.client.HTTPConnection(host, port, timeout=5)
        try:
            connection.request("GET", "/livez", headers={"Host": "localhost"})
            if connection.getresponse().status == http.HTTPStatus.OK:
                return True
        except OSError:
            crew.stopping.wait(0.05)
        finally:
            connection.close()
    raise Refusal(f"The web server did not answer within {PAGE_SECONDS} seconds.")


@contextmanager
def stopped_by_signals(crew: Crew) -> Iterator[None]:
    """Ctrl-C, TERM and a closed terminal stop the crew; a second Ctrl-C does not hurry it."""
    wanted = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, lambda *_: crew.stopping.set()) for number in wanted}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def from_environment() -> tuple[str, int]:
    """HOST and PORT; a port that is no number is refused."""
    host, port = os.environ.get("HOST") or "127.0.0.1", os.environ.get("PORT") or "8000"
    if not port.isdigit() or not 0 < int(port) < 65536:
        raise Refusal(f"PORT is {port!r}; it must be a number from 1 to 65535.")
    return host, int(port)
