"""Tests run on engines and data of their own, never on those of `make run`.

Loaded before Django's settings (`-p tests.plugin`). The engines run as long as pytest does; runs
beside each other and the workers of one run share them, each with its own test database and its
own number at the broker.
"""

import gc
import os
from contextlib import ExitStack
from typing import Any, TextIO

import pytest
from hypothesis import settings as hypothesis
from xdist.scheduler import LoadScopeScheduling

from impasse_tracker.local import Refusal
from impasse_tracker.local.environment import ENGINE_URLS, TESTS, prepared
from impasse_tracker.local.system import try_exclusive

PLACES = 4  # runs at one time
NUMBERS = 4  # at the broker, for one run: it has sixteen
JOURNEYS = "tests/journeys/"
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")
DATABASES = ("DATABASE_URL", "DATABASE_OWNER_URL")
_run = ExitStack()


def _prepare() -> None:
    """Set the environment; only the first process of a run starts engines and takes a place."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright runs a loop in the tests' thread
    if WORKER:
        number = 1 + int(WORKER.removeprefix("gw")) % (NUMBERS - 1)
        url, _, first = os.environ["REDIS_URL"].rpartition("/")
        os.environ["REDIS_URL"] = f"{url}/{int(first) + number}"
        return
    for name in (*ENGINE_URLS.values(), *DATABASES, "SECRET_KEY", "FIELD_KEYS", "DEBUG"):
        os.environ.pop(name, None)
    _run.enter_context(prepared(TESTS))
    place = _take_place()
    os.environ["REDIS_URL"] = os.environ["REDIS_URL"].removesuffix("/0") + f"/{place * NUMBERS}"
    for name in DATABASES:
        os.environ[name] += f"_{place}"


def _take_place() -> int:
    """A number that no other run of this checkout has; a killed run gives its own back."""
    for place in range(PLACES):
        lock: TextIO = (TESTS.folder / f"place-{place}.lock").open("a")
        if try_exclusive(lock.fileno()):
            _run.enter_context(lock)
            return place
        lock.close()
    raise Refusal(f"{PLACES} test runs are at work in this checkout already.")


hypothesis.register_profile("house", max_examples=40)
hypothesis.register_profile("prove", max_examples=500)  # `make prove`
hypothesis.load_profile("house")


class ByFile(LoadScopeScheduling):
    """A file stays in one process, which builds once what its tests look at.

    So do all journeys: a browser takes a whole core. (`xdist_group` would be the word for it, and
    has no effect with pytest 9.2 and xdist 3.8.)
    """

    def _split_scope(self, nodeid: str) -> str:
        return JOURNEYS if nodeid.startswith(JOURNEYS) else nodeid.partition("::")[0]


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByFile:
    return ByFile(config, log)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest begins first, so that nobody waits for it in the end."""
    items.sort(key=lambda item: not item.nodeid.startswith((JOURNEYS, "tests/faults/")))


def pytest_collection_finish() -> None:
    """What is loaded by now stays: it is not looked through again for what could go."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure() -> None:
    """Leave the engines; the last who does stops them."""
    _run.close()


try:
    _prepare()
except Refusal as refusal:
    raise pytest.UsageError(str(refusal)) from None
