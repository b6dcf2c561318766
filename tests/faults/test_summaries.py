"""Real workers, real beats, a real broker and database, and what happens to them on a bad day.

Whatever does, each summary is written once, none is half, and all of them say what plain SQL says.
"""

import datetime as dt
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import zoneinfo
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from impasse_tracker.local import engines, postgres
from impasse_tracker.local.engines import ENGINES, Ground
from impasse_tracker.local.environment import variables
from tests.faults import WEEKS
from tests.faults.checkouts import ROOT, fresh_environment
from tests.trends import plain_sql
from trends.periods import closed

PATIENCE = 200  # seconds; on a quiet machine nothing here takes ten
pytestmark = pytest.mark.timeout(600)
ZONE = zoneinfo.ZoneInfo("Europe/London")
SWEPT = re.compile(r"Task trends\.tasks\.write_summaries\[\S+\] succeeded")
CELERY = [sys.executable, "-m", "celery", "-A", "tests.faults.summaries_world"]


def today() -> dt.date:
    return dt.datetime.now(ZONE).date()


class House:
    """Engines of its own with ten weeks to be written, and processes that may be killed."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.started: list[subprocess.Popen[bytes]] = []

    def environment(self, **more: str) -> dict[str, str]:
        return fresh_environment(**variables(self.ground), **more)

    def python(self, *words: str) -> str:
        """Run to its end; what it printed."""
        done = subprocess.run(
            [sys.executable, *words],
            cwd=ROOT,
            env=self.environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def start(self, *words: str, **more: str) -> subprocess.Popen[bytes]:
        """A process in a group of its own, so that it can be killed with its children."""
        with (self.ground.folder / "celery.log").open("ab") as log:
            process = subprocess.Popen(
                [*CELERY, *words],
                cwd=ROOT,
                env=self.environment(**more),
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.started.append(process)
        return process

    def worker(self, name: str, **more: str) -> subprocess.Popen[bytes]:
        return self.start(
            "worker",
            "--concurrency=1",
            "-n",
            f"{name}@here",
            "--without-mingle",
            "--loglevel=INFO",
            **more,
        )

    def beat(self, name: str) -> subprocess.Popen[bytes]:
        schedule = self.ground.folder / f"beat-{name}"
        return self.start("beat", f"--schedule={schedule}", "--pidfile=")

    def ask(self, sql: str, given: Any = None) -> list[tuple[Any, ...]]:
        """In the name of the database's superuser: past every wall."""
        connection = psycopg2.connect(
            host="127.0.0.1",
            port=self.ground.port("postgres"),
            user="postgres",
            password=self.ground.secrets()["superuser"],
            dbname="impasse",
        )
        with closing(connection), connection, connection.cursor() as cursor:
            cursor.execute(sql, given)
            return list(cursor.fetchall()) if cursor.description else []

    def one(self, sql: str) -> Any:
        return self.ask(sql)[0][0]

    def log(self) -> str:
        path = self.ground.folder / "celery.log"
        return path.read_text() if path.exists() else ""

    def wait_for(self, is_so: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not is_so():
            assert time.monotonic() < deadline, self.log()[-4000:]
            time.sleep(0.1)

    def ring_on(self, times: int) -> None:
        """Until so many more sweeps are over."""
        wanted = len(SWEPT.findall(self.log())) + times
        self.wait_for(lambda: len(SWEPT.findall(self.log())) >= wanted)

    def all_written(self) -> bool:
        """Whether every week and month that is over was written since its last change."""
        (first,) = self.ask("SELECT min(week) FROM people_staleperiod")[0]
        written = self.one(
            "SELECT count(*) FROM trends_periodrun r WHERE done_at IS NOT NULL AND seen = "
            "(SELECT sum(version) FROM people_staleperiod WHERE week < CASE kind WHEN 'week' "
            "THEN starts_on + 7 ELSE starts_on + interval '1 month' END)"
        )
        return bool(written == len(closed(first, today())))

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def end(self) -> None:
        for process in self.started:
            if process.poll() is None:
                self.kill(process)
        self.started.clear()


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    homes = Path(tempfile.mkdtemp(prefix="impasse-homes-"))
    homes.chmod(0o755)
    ground = Ground(tmp_path_factory.mktemp("house") / ".local", durable=False)
    with pytest.MonkeyPatch.context() as patch, ExitStack() as stack:
        patch.setattr(postgres, "ROOT_HOMES", homes)
        stack.enter_context(engines.engines(ground, frozenset(ENGINES), lambda _: None))
        House(ground).python("manage.py", "migrate", "--verbosity=0")
        House(ground).python("-m", "tests.faults.summaries_world")
        yield ground
    shutil.rmtree(homes)


@pytest.fixture
def house(ground: Ground) -> Iterator[House]:
    """The facts stay from test to test; what was written about them goes."""
    house = House(ground)
    yield house
    house.end()
    tables = house.one(
        "SELECT string_agg(format('%I', tablename), ', ') FROM pg_tables "
        "WHERE tablename LIKE 'trends!_%' ESCAPE '!'"
    )
    house.ask(f"TRUNCATE {tables} RESTART IDENTITY CASCADE")


@contextmanager
def running(house: House, workers: int, beats: int) -> Iterator[None]:
    for number in range(workers):
        house.worker(f"w{number}")
    for number in range(beats):
        house.beat(str(number))
    yield
    house.end()


def assert_whole(house: House, *, rewritten: bool = False) -> None:
    """Once each, and as plain SQL counts it."""
    assert plain_sql.differences(house.ask, today()) == []
    weeks = "SELECT count(DISTINCT starts_on) FROM trends_trendsummary WHERE kind = 'week'"
    assert house.one(weeks) == WEEKS
    assert not house.ask(
        "SELECT 1 FROM trends_trendsummary GROUP BY scope, subject, kind, starts_on "
        "HAVING count(*) > 1"
    )
    versions = house.one("SELECT count(*) FROM trends_trendversion")
    if rewritten:
        assert versions
        return
    assert not versions
    assert not house.one("SELECT count(*) FROM trends_trendsummary WHERE version <> 1")
    new = house.one("SELECT sum(new) FROM trends_periodrun")
    assert new == house.one("SELECT count(*) FROM trends_trendsummary")


def test_two_beats_and_three_workers_write_each_summary_once(house: House) -> None:
    with running(house, workers=3, beats=2):
        house.wait_for(house.all_written)
        house.ring_on(4)
    assert_whole(house)


@pytest.mark.prove
def test_the_same_sweep_at_the_same_time_and_again(house: House) -> None:
    command = [sys.executable, "manage.py", "summaries", "--due"]
    sweeps = [
        subprocess.Popen(
            command, cwd=ROOT, env=house.environment(), stdout=subprocess.PIPE, text=True
        )
        for _ in range(3)
    ]
    lines = [line for sweep in sweeps for line in sweep.communicate()[0].splitlines()]
    house.python("manage.py", "summaries", "--due")
    assert len(lines) == len(set(lines)) == house.one("SELECT count(*) FROM trends_trendsummary")
    assert all(line.endswith(" new") for line in lines)
    assert house.python("manage.py", "summaries", "--due") == ""
    assert_whole(house)


def test_a_worker_killed_in_the_middle_leaves_nothing_half(house: House) -> None:
    house.beat("0")
    doomed = house.worker("doomed", SLOW="60")
    house.wait_for(lambda: house.one("SELECT count(*) FROM trends_periodrun WHERE tries = 1") > 0)
    house.wait_for(
        lambda: bool(
            house.ask(
                "SELECT 1 FROM pg_stat_activity WHERE state = 'idle in transaction' "
                "AND usename = 'impasse_web'"
            )
        )
    )
    house.kill(doomed)
    assert house.one("SELECT count(*) FROM trends_trendsummary") == 0
    house.worker("heir")
    house.wait_for(house.all_written)
    assert_whole(house)


def test_a_broker_that_was_away_has_lost_nothing(house: House) -> None:
    server, port = house.ground.valkey(), house.ground.port("valkey")
    with running(house, workers=1, beats=1):
        house.wait_for(house.all_written)
        server.stop(port)
        house.python("-m", "tests.faults.summaries_world")
        assert not house.all_written()
        time.sleep(2)
        assert server.start(port)
        house.wait_for(house.all_written)
    assert_whole(house, rewritten=True)


@pytest.mark.prove
def test_a_database_that_was_away_has_nothing_half(house: House) -> None:
    server, port = house.ground.postgres(), house.ground.port("postgres")
    house.beat("0")
    house.worker("slow", SLOW="2")
    house.wait_for(lambda: house.one("SELECT count(*) FROM trends_trendsummary") > 0)
    server.stop()
    time.sleep(2)
    assert server.start(port)
    house.worker("second")
    house.wait_for(house.all_written)
    assert_whole(house)
