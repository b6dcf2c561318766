"""Which commands get an environment made up for them, and what is left alone."""

import os
import stat
from collections.abc import Mapping, Sequence

import pytest

from impasse_tracker.local.engines import Ground
from impasse_tracker.local.environment import (
    TESTS,
    is_laptop,
    laptop,
    prepared,
    variables,
    write,
)

NAMES = ("LOCAL", "SECRET_KEY", "FIELD_KEYS")
URLS = ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL")


@pytest.fixture
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment of a fresh checkout, put back afterwards."""
    for name in (*NAMES, *URLS):
        monkeypatch.setenv(name, "to be restored")
        monkeypatch.delenv(name)


@pytest.mark.parametrize(
    ("arguments", "environ", "expected"),
    [
        (["migrate"], {}, True),
        (["local"], {"DATABASE_URL": "x", "SECRET_KEY": "x"}, True),
        (["migrate"], {"LOCAL": "true", "DATABASE_URL": "x"}, True),
        (["migrate"], {"DATABASE_URL": "x"}, False),
        (["migrate"], {"REDIS_URL": "x"}, False),
        (["migrate"], {"SECRET_KEY": "x"}, False),
        (["migrate"], {"LOCAL": "false", "SECRET_KEY": "x"}, False),
        ([], {}, True),
    ],
)
def test_only_a_laptop_makes_things_up(
    arguments: Sequence[str], environ: Mapping[str, str], expected: bool
) -> None:
    assert is_laptop(arguments, environ) is expected


@pytest.mark.usefixtures("nothing_set")
def test_in_production_a_missing_secret_stays_missing(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://impasse_web@database/impasse")
    with laptop(["migrate"], ground):
        assert "SECRET_KEY" not in os.environ
    assert not ground.folder.exists()


@pytest.mark.usefixtures("nothing_set")
def test_what_is_set_is_used_instead_of_engines(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in URLS:
        monkeypatch.setenv(name, "elsewhere")
    with prepared(ground):
        assert {os.environ[name] for name in URLS} == {"elsewhere"}
        assert os.environ["SECRET_KEY"] == ground.secrets()["SECRET_KEY"]
        assert ground.postgres().running_port() is None
        assert not ground.valkey().runs(ground.port("valkey"))


@pytest.mark.usefixtures("nothing_set")
def test_a_database_from_outside_has_no_owner_of_ours(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "elsewhere")
    with prepared(ground):
        assert "DATABASE_OWNER_URL" not in os.environ
        assert ground.valkey().answers(ground.port("valkey"))


def test_the_variables_for_people_are_readable_by_nobody_else(ground: Ground) -> None:
    ground.folder.mkdir(parents=True)
    write(ground)
    path = ground.folder / "env"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    written = dict(line.split("=", 1) for line in path.read_text().splitlines())
    assert written == variables(ground)
    assert set(written) == {*NAMES, *URLS}


def test_tests_do_not_run_on_the_laptops_own_data() -> None:
    for name in URLS:
        assert os.environ[name].startswith(TESTS.urls()[name].rpartition("/")[0])
