"""Children of a runner: their words, their end, and the warden who outlives a killed runner."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from impasse_tracker.local.crew import Crew
from impasse_tracker.local.system import command_of
from impasse_tracker.local.warden import groups_left, is_alive

SLEEP = "import time; time.sleep(60)"
WITH_A_CHILD = """
import subprocess, sys, time
print(subprocess.Popen([sys.executable, "-S", "-c", "import time; time.sleep(60)"]).pid, flush=True)
time.sleep(60)
"""
DEAF = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("deaf", flush=True)
time.sleep(60)
"""


def python(script: str) -> list[str]:
    """The command of a script."""
    return [sys.executable, "-S", "-c", script]


@pytest.fixture
def crew(tmp_path: Path) -> Iterator[Crew]:
    with Crew(tmp_path) as crew:
        yield crew


def said(capfd: pytest.CaptureFixture[str], words: str) -> str:
    """What was printed once those words were."""
    heard, deadline = "", time.monotonic() + 10
    while words not in heard:
        assert time.monotonic() < deadline, heard
        time.sleep(0.02)
        heard += capfd.readouterr().out
    return heard


def wait_until_gone(pid: int) -> None:
    deadline = time.monotonic() + 10
    while command_of(pid):
        assert time.monotonic() < deadline, command_of(pid)
        time.sleep(0.02)


def test_words_appear_behind_the_childs_name(crew: Crew, capfd: pytest.CaptureFixture[str]) -> None:
    crew.start("web", python("print('hello'); import time; time.sleep(60)"))
    assert "web    | hello\n" in said(capfd, "hello")


def test_the_end_of_a_child_is_seen_with_its_status(crew: Crew) -> None:
    crew.start("web", python(SLEEP))
    crew.start("worker", python("raise SystemExit(7)"))
    assert crew.watch() == ("worker", 7)


def test_a_killed_child_is_seen_with_its_signal(crew: Crew) -> None:
    crew.start("web", python(SLEEP))
    crew.children["web"].kill()
    assert crew.watch() == ("web", -signal.SIGKILL)


def test_one_that_may_end_may_end_well_only(crew: Crew) -> None:
    crew.start("demo", python(""))
    crew.start("web", python("import time; time.sleep(0.5); raise SystemExit(3)"))
    assert crew.watch(may_end=["demo"]) == ("web", 3)
    crew.start("demo", python("raise SystemExit(1)"))
    crew.stop("web")
    assert crew.watch(may_end=["demo"]) == ("demo", 1)


def test_asked_to_stop_it_stops(crew: Crew) -> None:
    crew.start("web", python(SLEEP))
    crew.stopping.set()
    assert crew.watch() is None


def test_children_stop_the_last_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    order: list[str] = []
    stop = Crew.stop
    monkeypatch.setattr(Crew, "stop", lambda crew, name: (order.append(name), stop(crew, name)))
    with Crew(tmp_path) as crew:
        for name in ("web", "worker", "beat"):
            crew.start(name, python(SLEEP))
        groups = [child.pid for child in crew.children.values()]
    assert order == ["beat", "worker", "web"]
    assert not any(is_alive(group) for group in groups)


def test_a_deaf_child_is_ended_by_force(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("impasse_tracker.local.crew.STOP_SECONDS", 0.2)
    with Crew(tmp_path) as crew:
        crew.start("web", python(DEAF))
        said(capfd, "deaf")
        child = crew.children["web"]
    assert child.returncode == -signal.SIGKILL


def test_a_killed_child_leaves_no_grandchild(crew: Crew, capfd: pytest.CaptureFixture[str]) -> None:
    crew.start("web", python(WITH_A_CHILD))
    grandchild = int(said(capfd, "\n").split("|")[1])
    crew.children["web"].kill()
    assert crew.watch() == ("web", -signal.SIGKILL)
    crew.stop("web")
    wait_until_gone(grandchild)


def test_a_killed_runner_leaves_no_child(tmp_path: Path) -> None:
    script = (
        "import sys, pathlib\n"
        "from impasse_tracker.local.crew import Crew\n"
        f"crew = Crew(pathlib.Path({str(tmp_path)!r}))\n"
        f"crew.start('web', {python(DEAF)!r})\n"
        "crew.print(str(crew.children['web'].pid))\n"
        "crew.watch()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script],
        cwd=Path(__file__).parents[2],
        stdout=subprocess.PIPE,
        text=True,
    ) as runner:
        assert runner.stdout
        lines = {runner.stdout.readline() for _ in range(2)}  # whichever is quicker
        (child,) = (int(line) for line in lines - {"web    | deaf\n"})
        os.kill(runner.pid, signal.SIGKILL)
    wait_until_gone(child)


@pytest.mark.parametrize(
    ("lines", "left"),
    [((), []), (("+1\n", "+2\n"), [1, 2]), (("+1\n", "+2\n", "-1\n"), [2]), (("+1\n", "-1\n"), [])],
)
def test_the_warden_ends_only_what_still_runs(lines: tuple[str, ...], left: list[int]) -> None:
    assert groups_left(lines) == left
