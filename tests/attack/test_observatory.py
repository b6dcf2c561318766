"""MDN's HTTP Observatory over the web as a hospital runs it: 135 and more on each page.

Five of its points are for guarded cookies: an answer that sets none cannot have them, and has 130,
which is everything but the list of hosts that browsers know and scripts from elsewhere.
"""

import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.error import URLError

import pytest
from django.conf import settings
from django.db import connection

from impasse_tracker.local.system import free_port
from tests.attack.tls_end import tls_end
from tests.attack.tools import observatory
from tests.conftest import empty_tables
from tests.house.tree import ROOT
from tests.house.world import World, build

ENOUGH, ENOUGH_WITHOUT_COOKIES = 135, 130
COOKIE = "__Host-impasse_session"
PAGES = {  # what is asked for, as whom, and what is answered
    "sign-in": ("account_login", "", 200),
    "forgotten password": ("account_reset_password", "", 200),
    "today": ("sessions:today", "therapist", 200),
    "caseload": ("sessions:case_list", "therapist", 200),
    "a case": ("sessions:case", "therapist", 200),
    "the log page": ("sessions:session_log", "therapist", 200),
    "supervision": ("supervision:dashboard", "supervisor", 200),
    "people": ("people:person_list", "administrator", 200),
    "audit": ("people:audit_list", "administrator", 200),
    "JSON": ("people:me", "therapist", 200),
    "403": ("people:person_list", "therapist", 403),
    "404": ("/nowhere/", "", 404),
    "500": ("/broken/", "", 500),
    "a stylesheet": ("css/look.css", "", 200),
    "a script": ("js/shell.js", "", 200),
    "a picture": ("favicon.svg", "", 200),
}
MUST_HAVE_COOKIES = {"sign-in", "caseload", "the log page"}
pytestmark = pytest.mark.prove


def production(port: int) -> dict[str, str]:
    """The environment of a hospital; keys and database are this run's."""
    database = connection.settings_dict
    address = f"postgres://{database['USER']}:{database['PASSWORD']}@{database['HOST']}"
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "DJANGO_SETTINGS_MODULE": "tests.attack.settings_that_break",
        "SECRET_KEY": settings.SECRET_KEY,
        "FIELD_KEYS": ",".join(settings.FIELD_KEYS),
        "DATABASE_URL": f"{address}:{database['PORT']}/{database['NAME']}",
        "REDIS_URL": settings.CELERY_BROKER_URL,
        "ALLOWED_HOSTS": "localhost",
        "TRUSTED_PROXY_COUNT": "1",
        "PORT": str(port),
    }


@pytest.fixture(scope="module")
def house(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[World, int, Path]]:
    """Everybody's sign-ins, the port of the TLS end before the web, and its certificate."""
    with django_db_blocker.unblock():
        world, port = build(), free_port()
        given = production(port)
        connection.close()
    collect = [sys.executable, "manage.py", "collectstatic", "--noinput", "-v0"]
    subprocess.run(collect, cwd=ROOT, env=given, check=True)
    words = [sys.executable, "-m", "gunicorn", "impasse_tracker.wsgi", "--threads=4"]
    web = subprocess.Popen([*words, f"--bind=127.0.0.1:{port}"], cwd=ROOT, env=given)
    try:
        wait_for(port)
        with tls_end(port, tmp_path_factory.mktemp("tls")) as (front, certificate):
            yield world, front, certificate
    finally:
        web.terminate()
        web.wait(20)
        with django_db_blocker.unblock():
            empty_tables()


def wait_for(port: int) -> None:
    """Until the web answers, a minute at most."""
    deadline = time.monotonic() + 60
    ask = urllib.request.Request(f"http://127.0.0.1:{port}/livez", headers={"Host": "localhost"})
    while True:
        try:
            with urllib.request.urlopen(ask):
                return
        except URLError:
            assert time.monotonic() < deadline, "the web does not answer"
            time.sleep(0.2)


def address_of(wanted: str, world: World) -> str:
    """The path of a page by its name, of a file by its hashed name, or as it stands."""
    if wanted.startswith("/"):
        return wanted
    if "." in wanted:
        manifest = json.loads((ROOT / ".local" / "static" / "staticfiles.json").read_text())
        return f"/static/{manifest['paths'][wanted]}"
    return world.address(wanted)


@pytest.mark.parametrize("page", PAGES)
def test_the_observatory_gives_enough(house: tuple[World, int, Path], page: str) -> None:
    world, port, certificate = house
    wanted, who, status = PAGES[page]
    words = ["node", "tests/attack/grade.mjs", str(observatory()), str(port)]
    words += [address_of(wanted, world)]
    words += [f"{COOKIE}={world.cookies[who]}"] if who else []
    given = {"PATH": os.environ["PATH"], "NODE_EXTRA_CA_CERTS": str(certificate)}
    done = subprocess.run(words, cwd=ROOT, env=given, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    print(page, answer["score"])
    assert answer["status"] == status
    has_cookies = "cookies-not-found" not in [result for _, result, _ in answer["said"]]
    enough = ENOUGH if has_cookies else ENOUGH_WITHOUT_COOKIES
    assert answer["score"] >= enough, answer["said"]
    assert [each for each in answer["said"] if each[2] < 0] == [], "nothing is taken off"
    assert has_cookies or page not in MUST_HAVE_COOKIES
