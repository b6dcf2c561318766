"""What the containers run, run here: the logins, the migration, web, worker, beat, their health.

Only addresses differ from `docker-compose.yml`: the engines' and the port, and `/dev/shm`.
"""

import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg2
import pytest

from impasse_tracker.local import engines
from impasse_tracker.local.engines import ENGINES, Ground
from impasse_tracker.local.system import free_port
from tests.faults.checkouts import copy_of_checkout
from tests.local.compose import (
    FILLED,
    ROOT,
    command,
    environment,
    health_check,
    steps,
)


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The code with its static files, collected as the image does."""
    app = copy_of_checkout(tmp_path_factory.mktemp("image") / "app")
    (collects,) = (step for step in steps("RUN") if "collectstatic" in step)
    subprocess.run(["sh", "-c", collects], cwd=app, env=surroundings(), check=True)
    return app


@pytest.fixture
def house(ground: Ground) -> Ground:
    """Engines whose database has a superuser and nothing else, as the images' own start leaves."""
    with ExitStack() as stack:
        stack.enter_context(engines.engines(ground, frozenset(ENGINES), lambda _: None))
        super_user = psycopg2.connect(
            host="127.0.0.1",
            port=ground.port("postgres"),
            user="postgres",
            password=ground.secrets()["superuser"],
            dbname="postgres",
        )
        super_user.autocommit = True
        with super_user.cursor() as cursor:
            for what in ("DATABASE impasse", "ROLE impasse_owner", "ROLE impasse_web"):
                cursor.execute(f"DROP {what}")
        super_user.close()
        yield ground


class House:
    """The services beside each other, at the addresses of this test."""

    def __init__(self, ground: Ground, image: Path, folder: Path) -> None:
        self.ground, self.image, self.folder = ground, image, folder
        self.port = free_port()

    def environment(self, service: str) -> dict[str, str]:
        secrets = self.ground.secrets()
        found = environment(service)
        for name, value in found.items():
            found[name] = value.replace(
                "database:5432", f"127.0.0.1:{self.ground.port('postgres')}"
            ).replace("broker:6379", f":{secrets['valkey']}@127.0.0.1:{self.ground.port('valkey')}")
        return surroundings() | found | {"HOSTNAME": socket.gethostname()}

    def here(self, words: Sequence[str]) -> list[str]:
        """A command with the port and the folder of this test."""
        moved = [word.replace("/dev/shm", str(self.folder)) for word in words]
        return [word.replace("0.0.0.0:8000", f"127.0.0.1:{self.port}") for word in moved]

    def run(self, service: str, words: Sequence[str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.here(words),
            cwd=self.image,
            env=self.environment(service),
            capture_output=True,
            text=True,
            check=False,
        )

    @contextmanager
    def started(self, service: str) -> Iterator[subprocess.Popen[bytes]]:
        """A service that stays; it must end by itself when it is asked to."""
        with (self.folder / f"{service}.log").open("wb") as log:
            process = subprocess.Popen(
                self.here(command(service)),
                cwd=self.image,
                env=self.environment(service),
                stdout=log,
                stderr=subprocess.STDOUT,
            )
            try:
                yield process
                process.terminate()
                assert process.wait(20) == 0, self.said_by(service)
            finally:
                process.kill()
                process.wait()

    def said_by(self, service: str) -> str:
        return (self.folder / f"{service}.log").read_text()

    def wait_until_healthy(self, service: str) -> None:
        """The service's own health check says so, within its first minute."""
        deadline = time.monotonic() + 50
        check = health_check(service)
        while (found := self.run(service, check)).returncode:
            assert time.monotonic() < deadline, found.stderr + self.said_by(service)
            time.sleep(0.5)


def surroundings() -> dict[str, str]:
    """The paths of an image whose Python packages are this one's."""
    return {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}


def make_logins(ground: Ground) -> None:
    """What the database's image runs once."""
    programs = ground.postgres().program("psql").parent
    given = {
        "PATH": f"{programs}:{os.environ['PATH']}",
        "PGHOST": "127.0.0.1",
        "PGPORT": str(ground.port("postgres")),
        "PGPASSWORD": ground.secrets()["superuser"],
        "POSTGRES_USER": "postgres",
    }
    script = ROOT / "docker" / "logins.sh"
    subprocess.run(["sh", script], env=environment("database") | given, check=True)


@pytest.mark.timeout(180)
def test_everything_the_containers_run_works(house: Ground, image: Path, tmp_path: Path) -> None:
    make_logins(house)
    services = House(house, image, tmp_path)
    ready = (image / "docker" / "ready.py").read_text()
    (image / "docker" / "ready.py").write_text(ready.replace("8000", str(services.port)))

    done = services.run("migrate", command("migrate"))
    assert done.returncode == 0, done.stderr
    assert services.run("migrate", command("migrate")).returncode == 0  # and again

    with services.started("web"), services.started("worker"), services.started("beat"):
        for name in ("web", "worker", "beat"):
            services.wait_until_healthy(name)
        host = FILLED["ALLOWED_HOSTS"].split(",")[0]
        page = urllib.request.Request(
            f"http://127.0.0.1:{services.port}/accounts/login/",
            headers={"Host": host, "X-Forwarded-Proto": "https"},
        )
        with urllib.request.urlopen(page) as answer:
            assert answer.status == 200
            assert "__Host-impasse_csrf" in answer.headers["Set-Cookie"]
            assert b"/static/css/" in answer.read()
        metrics = urllib.request.Request(
            f"http://127.0.0.1:{services.port}/metrics", headers={"Host": host}
        )
        for _ in range(2):  # of two processes, each number once
            with urllib.request.urlopen(metrics) as answer:
                told = re.findall(r"^(impasse_\w+)\S* ", answer.read().decode(), re.M)
            assert "impasse_summaries_due" in told
            assert len(told) == len(set(told))
    assert "Traceback" not in "".join(map(services.said_by, ("web", "worker", "beat")))
