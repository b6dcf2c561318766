"""Locks, ports, accounts and folders."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from impasse_tracker.local import Refusal, system
from impasse_tracker.local.system import (
    command_of,
    engine_account,
    free_port,
    is_free,
    make_folder,
    try_exclusive,
)

HOLD_A_LOCK = """
import fcntl, sys
lock = open(sys.argv[1], "a")
fcntl.flock(lock, fcntl.LOCK_EX)
print("held", flush=True)
sys.stdin.read()
"""


def test_a_killed_process_leaves_no_lock(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD_A_LOCK, path],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with holder, path.open("a") as lock:
        assert holder.stdout
        assert holder.stdout.readline() == "held\n"
        assert not try_exclusive(lock.fileno())
        holder.send_signal(signal.SIGKILL)
        holder.wait()
        assert try_exclusive(lock.fileno())


def test_a_folder_that_exists_keeps_its_permissions(tmp_path: Path) -> None:
    folder = tmp_path / "theirs"
    folder.mkdir()
    folder.chmod(0o751)
    make_folder(folder, mode=0o700)
    assert folder.stat().st_mode & 0o777 == 0o751


def test_a_new_folder_is_closed_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        assert make_folder(tmp_path / "ours").stat().st_mode & 0o777 == 0o700
    finally:
        os.umask(before)


def test_a_listened_port_is_busy() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        assert not is_free(server.getsockname()[1])
    assert is_free(free_port())


def test_a_host_that_is_not_ours_is_an_error() -> None:
    with pytest.raises(OSError, match="assign"):
        is_free(8000, "192.0.2.1")


def test_the_command_of_a_process_and_of_none() -> None:
    assert "python" in command_of(os.getpid()) or "pytest" in command_of(os.getpid())
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    assert command_of(gone.pid) == ""


def test_root_needs_an_unprivileged_account(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(system, "ACCOUNTS", ("nobody-has-this-name",))
    with pytest.raises(Refusal, match="unprivileged account"):
        engine_account()


def test_an_ordinary_user_is_the_account(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert engine_account() is None
