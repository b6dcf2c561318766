"""`make` from an empty copy of the checkout, as somebody does who has just cloned it."""

import contextlib
import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from impasse_tracker.local import engines
from impasse_tracker.local.engines import Ground
from impasse_tracker.local.system import free_port
from tests.faults.checkouts import copy_of_checkout, fresh_environment

pytestmark = [pytest.mark.prove, pytest.mark.timeout(600)]
UP = r"Open (http://localhost:\d+/)"


@pytest.fixture
def copies(tmp_path: Path) -> Iterator[list[Path]]:
    """Two empty checkouts; their engines and data are gone afterwards."""
    copies = [copy_of_checkout(tmp_path / name) for name in ("first", "second")]
    for copy in copies:
        shutil.rmtree(copy / "static" / "vendor", ignore_errors=True)
    yield copies
    for copy in copies:
        ground = Ground(copy / ".local")
        if ground.folder.exists():
            engines.stop(ground)
            shutil.rmtree(ground.postgres().home)


def make_run(checkout: Path, port: int) -> subprocess.Popen[bytes]:
    with (checkout.parent / f"{checkout.name}.log").open("wb") as log:
        return subprocess.Popen(
            ["make", "run"],
            cwd=checkout,
            env=fresh_environment(PORT=str(port)),
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


def wait_until_up(checkout: Path, process: subprocess.Popen[bytes]) -> None:
    log = checkout.parent / f"{checkout.name}.log"
    deadline = time.monotonic() + 240
    while not re.search(UP, log.read_text()):
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.1)


def test_two_empty_checkouts_run_side_by_side_and_stop_with_make(copies: list[Path]) -> None:
    made = [make_run(copy, free_port()) for copy in copies]
    try:
        for copy, process in zip(copies, made, strict=True):
            wait_until_up(copy, process)
        ports = [Ground(copy / ".local").port(name) for copy in copies for name in engines.ENGINES]
        assert len(set(ports)) == 4
        for process in made:
            process.terminate()
            process.wait(60)
        for copy in copies:
            ground = Ground(copy / ".local")
            assert ground.postgres().running_port() is None
            assert not ground.valkey().runs(ground.port("valkey"))
            assert (copy / "static" / "vendor" / "bootstrap.min.css").exists()
    finally:
        for process in made:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def test_no_folder_above_a_checkout_changes_its_permissions(copies: list[Path]) -> None:
    checkout = copies[0]
    above = [checkout, *checkout.parents]
    before = [folder.stat().st_mode for folder in above]
    process = make_run(checkout, free_port())
    wait_until_up(checkout, process)
    process.terminate()
    process.wait(60)
    assert [folder.stat().st_mode for folder in above] == before
