"""The cast: Thea and Tom treat, Sunil supervises Thea (and treats), Ada administers; Otto works
in another organisation. All of it is built through actions."""

import datetime as dt
import io
import logging
import os
import threading
import uuid
import zoneinfo
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from typing import Any, TypeVar

import psycopg2
import pytest
from django.conf import settings
from django.db import connections
from django.test import Client as Browser
from django.test.utils import setup_databases, teardown_databases
from django.utils import timezone

from impasse_tracker.local.environment import TESTS
from impasse_tracker.local.system import exclusive
from people import actions as people
from people import supervision_actions as supervisions
from people import walls
from people.models import Client, Organisation, User
from sessions_app import actions as sessions
from sessions_app.entries import SessionEntry, TagEntry
from sessions_app.models import TherapySession

PASSWORD = "a-long-test-password"
TODAY = timezone.localdate
Built = TypeVar("Built")
RUN = os.environ.get("PYTEST_XDIST_TESTRUNUID", "")  # none: one process alone
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")


def pytest_configure() -> None:
    """Static files without a manifest or a collection, passwords without Argon2's cost."""
    settings.STORAGES = {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }
    settings.STATIC_ROOT = None
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(scope="session")
def django_db_setup(
    request: pytest.FixtureRequest, django_db_modify_db_settings: None, django_db_blocker: Any
) -> None:
    """The owner creates the test database; the tests themselves use the web's login.

    It is left behind: the next run in its place makes it anew, and no thread of a live server
    can hold up an end that does not drop anything. The workers of a run copy one that the first
    of them migrates.
    """
    again = request.config.getvalue("reuse_db")
    test = connections["owner"].settings_dict["TEST"]
    with django_db_blocker.unblock():
        if RUN:
            test["TEMPLATE"] = migrated(test["NAME"].removesuffix(f"_{WORKER}"))
        make_database(again=again)


def make_database(*, again: bool = False) -> Any:
    return setup_databases(
        verbosity=0, interactive=False, keepdb=again, aliases={"default", "owner"}
    )


def migrated(name: str) -> str:
    """The name of a migrated database nobody is connected to; made once for each run."""
    test = connections["owner"].settings_dict["TEST"]
    made = TESTS.folder / f"{name}.run"
    with exclusive(made.with_suffix(".lock")):
        if not made.exists() or made.read_text() != RUN:
            mine, test["NAME"] = test["NAME"], name
            teardown_databases(make_database(), verbosity=0, keepdb=True)
            test["NAME"] = mine
            made.write_text(RUN)
    return name


@pytest.fixture(autouse=True)
def clean_tables(request: pytest.FixtureRequest) -> Iterator[None]:
    """After a test that really commits, the owner empties the tables (the web's login may not)."""
    yield
    if not {"transactional_db", "live_server"} & set(request.fixturenames):
        return
    empty_tables()


def empty_tables() -> None:
    """Take away whatever was committed."""
    params = connections["owner"].get_connection_params()
    with closing(psycopg2.connect(**params)) as owner, owner, owner.cursor() as cursor:
        cursor.execute("SET lock_timeout = '20s'")
        cursor.execute(
            "SELECT string_agg(format('%I', tablename), ', ') FROM pg_tables "
            "WHERE schemaname = 'public' AND tablename NOT IN "
            "('django_migrations', 'django_content_type', 'auth_permission')"
        )
        cursor.execute(f"TRUNCATE {cursor.fetchone()[0]} RESTART IDENTITY CASCADE")


@contextmanager
def standing(blocker: Any, build: Callable[[], Built]) -> Iterator[Built]:
    """What `build` makes, committed once for a file of tests; the owner takes it away."""
    with blocker.unblock():
        built = build()
        connections["default"].close()
    yield built
    with blocker.unblock():
        connections["default"].close()
        empty_tables()


@pytest.fixture
def clinic(db: None) -> Organisation:
    return people.create_organisation(name="Northside", time_zone="Europe/London")


@pytest.fixture
def other_clinic(db: None) -> Organisation:
    return people.create_organisation(name="Elsewhere", time_zone="Europe/London")


def person(organisation: Organisation, name: str, *roles: str) -> User:
    return people.create_user(
        organisation=organisation,
        email=f"{name.lower()}@example.test",
        name=name,
        roles=set(roles),
        password=PASSWORD,
    )


@pytest.fixture
def thea(clinic: Organisation) -> User:
    return person(clinic, "Thea", "therapist")


@pytest.fixture
def tom(clinic: Organisation) -> User:
    return person(clinic, "Tom", "therapist")


@pytest.fixture
def ada(clinic: Organisation) -> User:
    return person(clinic, "Ada", "administrator")


@pytest.fixture
def otto(other_clinic: Organisation) -> User:
    return person(other_clinic, "Otto", "therapist", "supervisor", "administrator")


@pytest.fixture
def sunil(clinic: Organisation, thea: User) -> User:
    """Supervises Thea since a month, and treats."""
    sunil = person(clinic, "Sunil", "supervisor", "therapist")
    with walls.inside(clinic.pk):
        supervisions.start_supervision(
            supervisor=sunil, therapist=thea, since=TODAY() - dt.timedelta(days=30), by=sunil
        )
    return sunil


@pytest.fixture
def inside(clinic: Organisation) -> Iterator[None]:
    """The test itself works behind the clinic's wall."""
    with walls.inside(clinic.pk):
        yield


@pytest.fixture
def heron(thea: User, inside: None) -> Client:
    """A client of Thea's, started half a year ago."""
    return people.create_client(
        by=thea, code_name="Heron", started_on=TODAY() - dt.timedelta(days=180)
    )


@pytest.fixture
def client_for() -> Callable[[User], Browser]:
    """A browser in which somebody is signed in."""

    def signed_in(user: User) -> Browser:
        browser = Browser()
        browser.force_login(user)
        return browser

    return signed_in


def ago(days: int, hour: int = 10) -> dt.datetime:
    """A moment some days ago."""
    return timezone.now().replace(hour=hour, minute=0, second=0, microsecond=0) - dt.timedelta(
        days=days
    )


def log(
    client: Client, *tags: TagEntry | str, days: int = 7, assess: bool = False, **facts: Any
) -> TherapySession:
    """A session some days ago, logged by the client's therapist; a tag may be named by id."""
    marks = tuple(_as_tag(tag) for tag in tags)
    session = sessions.log_session(
        client=client,
        by=client.therapist,
        entry=replace(SessionEntry(held_at=ago(days), tags=marks), **facts),
        key=uuid.uuid4(),
    )
    if assess:
        sessions.assess_case(client=client, today=TODAY())
    return session


def _as_tag(tag: TagEntry | str) -> TagEntry:
    if isinstance(tag, TagEntry):
        return tag
    if len(tag) == 3 and tag.startswith("M"):
        return TagEntry(code=tag[:2], sub_forms=(tag,))
    return TagEntry(code=tag)


@pytest.fixture
def stuck_heron(heron: Client) -> Client:
    """Heron with four sessions, strain in three of them, assessed: R1 is live."""
    for days, tags in ((28, ()), (21, ("M5b",)), (14, ("M5b", "M3b")), (7, ("M5b",))):
        log(heron, *tags, days=days, note=f"A note of {days} days ago.")
    sessions.assess_case(client=heron, today=TODAY())
    return heron


@pytest.fixture
def wren(otto: User) -> Client:
    """A client of Otto's, in the other organisation."""
    with walls.inside(otto.organisation_id):
        return people.create_client(by=otto, code_name="Wren")


def typed(days: int = 1, **fields: Any) -> dict[str, Any]:
    """What the log page posts: a moment some days ago, and whatever else is named."""
    moment = timezone.localtime(ago(days), zoneinfo.ZoneInfo("Europe/London"))
    return {"key": str(uuid.uuid4()), "held_at": f"{moment:%Y-%m-%dT%H:%M}", **fields}


@pytest.fixture
def log_lines(monkeypatch: Any) -> io.StringIO:
    """What the program's own log handler writes, as it stands in the settings."""
    handlers = logging.getLogger("django.request").handlers
    stream = next(handler for handler in handlers if type(handler) is logging.StreamHandler)
    written = io.StringIO()
    monkeypatch.setattr(stream, "stream", written)
    return written


@pytest.fixture
def at_once() -> Callable[..., list[Any]]:
    """Runs a function in threads that start together, each on a connection of its own."""

    def run(work: Callable[[int], Any], count: int) -> list[Any]:
        start, errors = threading.Barrier(count), []
        answers: list[Any] = [None] * count

        def turn(number: int) -> None:
            try:
                start.wait()
                answers[number] = work(number)
            except Exception as error:  # noqa: BLE001
                errors.append(error)
            finally:
                connections.close_all()

        threads = [threading.Thread(target=turn, args=(number,)) for number in range(count)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert errors == []
        return answers

    return run
