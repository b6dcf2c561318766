"""`manage.py local` as a whole, in a copy of the checkout: started, stopped, killed, again."""

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg2
import pytest

from impasse_tracker.local import engines
from impasse_tracker.local.engines import Ground
from impasse_tracker.local.system import command_of, free_port, is_free
from tests.faults.checkouts import copy_of_checkout, fresh_environment

pytestmark = [
    pytest.mark.timeout(400),
    pytest.mark.skipif(not Path("/proc").exists(), reason="looks at processes as Linux shows them"),
]
READY = r"worker +\|.*ready"
PATIENCE = 180  # seconds for a first start beside other tests; on a quiet machine it takes ten


class Runner:
    """A `manage.py local` of a copy, and what it says."""

    def __init__(self, checkout: Path) -> None:
        self.port = free_port()
        self.log = checkout.parent / "runner.log"
        with self.log.open("w") as output:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "local"],
                cwd=checkout,
                env=fresh_environment(PORT=str(self.port)),
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def wait_for(self, words: str, seconds: float = PATIENCE) -> str:
        """All that was said, once these words (a pattern) were."""
        deadline = time.monotonic() + seconds
        while not re.search(words, self.log.read_text()):
            assert time.monotonic() < deadline, self.log.read_text()
            assert self.process.poll() is None, self.log.read_text()
            time.sleep(0.05)
        return self.log.read_text()

    def wait_until_up(self) -> None:
        self.wait_for(r"Open http://localhost:\d+/")

    def get(self, path: str) -> dict[str, str]:
        with urllib.request.urlopen(f"http://localhost:{self.port}{path}") as answer:
            return dict(json.load(answer))

    def end(self, sign: signal.Signals) -> tuple[int, str]:
        """Send a signal; the exit status and all that was said."""
        self.process.send_signal(sign)
        return self.process.wait(30), self.log.read_text()


def processes_of(checkout: Path) -> dict[int, str]:
    """What runs from a checkout: either its command or its working folder lies there."""
    found = {}
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if not entry.name.isdigit() or not (command := command_of(int(entry.name))):
                continue
            if str(checkout) in command or entry.joinpath("cwd").readlink().is_relative_to(
                checkout
            ):
                found[int(entry.name)] = command
    return found


def pid_of(checkout: Path, part: str) -> int:
    """The first process of the copy with this in its command."""
    deadline = time.monotonic() + 20
    while not (found := [pid for pid, it in processes_of(checkout).items() if part in it]):
        assert time.monotonic() < deadline, processes_of(checkout)
        time.sleep(0.05)
    return min(found)


def kill_and_expect(runner: Runner, pid: int, words: str) -> None:
    """Kill a part; the runner says which it was, stops the rest and ends with status 1."""
    os.kill(pid, signal.SIGKILL)
    assert runner.process.wait(40) == 1
    assert f"{words}; stopping the rest." in runner.log.read_text()


def manage(checkout: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """A `manage.py` command in the copy, run to its end."""
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=checkout,
        env=fresh_environment(**environment),
        capture_output=True,
        text=True,
        check=False,
    )


def wait_until_alone(checkout: Path, seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while left := processes_of(checkout):
        assert time.monotonic() < deadline, left
        time.sleep(0.05)


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A copy of the checkout; its engines and data are gone afterwards."""
    copy = copy_of_checkout(tmp_path_factory.mktemp("runner") / "copy")
    ground = Ground(copy / ".local")
    yield copy
    engines.stop(ground)
    shutil.rmtree(ground.postgres().home)


@contextmanager
def running(checkout: Path) -> Iterator[Runner]:
    """A runner that is up; whatever the test does, nothing is left of it."""
    runner = Runner(checkout)
    try:
        runner.wait_until_up()
        yield runner
    finally:
        if runner.process.poll() is None:
            runner.process.terminate()
            runner.process.wait(30)


def count_people(checkout: Path) -> int:
    """How many accounts the copy's database holds."""
    connection = psycopg2.connect(Ground(checkout / ".local").urls()["DATABASE_OWNER_URL"])
    with contextlib.closing(connection), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM people_user")
        return int(cursor.fetchone()[0])


@pytest.mark.parametrize(
    "sign", [signal.SIGTERM, pytest.param(signal.SIGINT, marks=pytest.mark.prove)]
)
def test_a_signal_stops_everything_and_the_next_start_has_the_data(
    checkout: Path, sign: signal.Signals
) -> None:
    with running(checkout) as runner:
        assert runner.get("/livez") == {"status": "alive"}
        assert "thea@demo.test" in runner.log.read_text()
        people = count_people(checkout)
        assert people >= 5
        runner.wait_for(READY)
        status, words = runner.end(sign)
    assert status == 0, words
    assert "Traceback" not in words
    wait_until_alone(checkout)
    assert is_free(runner.port)
    with running(checkout) as again:
        assert count_people(checkout) == people
        assert "PostgreSQL answers" in again.log.read_text()


@pytest.mark.prove
def test_a_killed_child_is_named_and_the_rest_stops(checkout: Path) -> None:
    with running(checkout) as runner:
        kill_and_expect(runner, pid_of(checkout, "-m gunicorn"), "web was ended by SIGKILL")
    wait_until_alone(checkout)


@pytest.mark.prove
def test_a_killed_runner_leaves_no_child_and_the_next_start_works(checkout: Path) -> None:
    with running(checkout) as runner:
        runner.end(signal.SIGKILL)
    ground = Ground(checkout / ".local")
    deadline = time.monotonic() + 10
    while left := [it for it in processes_of(checkout).values() if "valkey-server" not in it]:
        assert time.monotonic() < deadline, left
        time.sleep(0.05)
    assert is_free(runner.port)
    assert ground.postgres().running_port()
    with running(checkout) as again:
        assert "PostgreSQL was already there" in again.log.read_text()
        assert again.end(signal.SIGTERM)[0] == 0
    wait_until_alone(checkout)


@pytest.mark.prove
@pytest.mark.parametrize(
    ("name", "part"), [("worker", "impasse_tracker worker"), ("beat", "impasse_tracker beat")]
)
def test_every_killed_child_is_named(checkout: Path, name: str, part: str) -> None:
    with running(checkout) as runner:
        runner.wait_for(READY)
        kill_and_expect(runner, pid_of(checkout, part), f"{name} was ended by SIGKILL")
    wait_until_alone(checkout)


@pytest.mark.prove
@pytest.mark.parametrize("engine", ["PostgreSQL", "Valkey"])
def test_a_killed_engine_is_named_and_opens_its_data_again(checkout: Path, engine: str) -> None:
    ground = Ground(checkout / ".local")
    notes = {
        "PostgreSQL": ground.postgres().data / "postmaster.pid",
        "Valkey": ground.valkey().home / "valkey.pid",
    }
    with running(checkout) as runner:
        people = count_people(checkout)
        pid = int(notes[engine].read_text().splitlines()[0])
        kill_and_expect(runner, pid, f"{engine} is gone")
    wait_until_alone(checkout)
    with running(checkout):
        assert count_people(checkout) == people


@pytest.mark.prove
def test_a_second_runner_is_refused_and_a_command_finds_the_engines(checkout: Path) -> None:
    with running(checkout):
        second = manage(checkout, "local", PORT=str(free_port()))
        assert second.returncode == 1
        assert second.stderr.startswith("It already runs from this folder.")
        question = "from people.models import User; print(User.objects.count())"
        answer = manage(checkout, "shell", "-v", "0", "-c", question)
        assert int(answer.stdout) == count_people(checkout)
        assert Ground(checkout / ".local").postgres().running_port()
