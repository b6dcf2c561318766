"""`docker-compose.yml`: health, data, logins and secrets of a real installation."""

import os
import re
import subprocess
import sys

import pytest

from tests.local.compose import (
    DOCKERFILE,
    EXAMPLE,
    NAMED,
    ROOT,
    SERVICES,
    TEXT,
    environment,
    steps,
)

OURS = ("migrate", "web", "worker", "beat")
FROM_OUTSIDE = re.compile(r"\$\{(\w+):\?[^}]+\}")
LAPTOP_ONLY = {"LOCAL", "DEBUG"}
READ = """
import os, environ
class Read(dict):
    def __getitem__(self, name): seen.add(name); return super().__getitem__(name)
    def __contains__(self, name): seen.add(name); return super().__contains__(name)
seen = set()
environ.Env.ENVIRON = Read(os.environ)
import impasse_tracker.settings
print(*sorted(seen))
"""


def test_the_services() -> None:
    assert set(SERVICES) == {"database", "broker", *OURS}


@pytest.mark.parametrize("name", sorted(SERVICES.keys() - {"migrate"}))
def test_each_service_that_stays_has_a_health_check(name: str) -> None:
    assert SERVICES[name]["healthcheck"]["test"]
    assert SERVICES[name]["restart"] == "unless-stopped"


def test_the_others_wait_for_the_migration() -> None:
    for name in ("web", "worker", "beat"):
        waits = SERVICES[name]["depends_on"]
        assert waits["migrate"] == {"condition": "service_completed_successfully"}
        assert waits["broker"] == {"condition": "service_healthy"}


def test_only_the_migration_knows_the_owner() -> None:
    for name in ("web", "worker", "beat"):
        assert "DATABASE_OWNER_URL" not in SERVICES[name]["environment"]
        assert "OWNER_PASSWORD" not in str(SERVICES[name])
    assert "impasse_owner" in SERVICES["migrate"]["environment"]["DATABASE_OWNER_URL"]


def test_no_secret_has_a_value_here() -> None:
    for service in SERVICES.values():
        for name, value in service.get("environment", {}).items():
            if name.endswith(("PASSWORD", "KEY", "KEYS")):
                assert FROM_OUTSIDE.fullmatch(value), name


def test_data_are_kept_where_the_images_keep_them() -> None:
    assert "database:/var/lib/postgresql" in SERVICES["database"]["volumes"]
    assert "broker:/data" in SERVICES["broker"]["volumes"]
    assert {"--appendonly", "noeviction"} <= set(SERVICES["broker"]["command"])


# --- the example of an environment ---------------------------------------------------------------


def test_the_example_names_what_the_file_asks_for_and_nothing_else() -> None:
    assert EXAMPLE.keys() == {found["name"] for found in NAMED.finditer(TEXT) if found["name"]}


def test_the_example_holds_no_secret_and_what_it_leaves_empty_is_demanded() -> None:
    demanded = set(FROM_OUTSIDE.findall(TEXT))
    empty = {name for name, value in EXAMPLE.items() if not value}
    assert empty - demanded == {"SITE_URL", "METRICS_TOKEN"}
    secret = ("PASSWORD", "KEY", "KEYS", "TOKEN")
    assert {name for name in EXAMPLE if name.endswith(secret)} <= empty


def test_everything_of_the_example_is_explained() -> None:
    manual = (ROOT / "docs" / "operations.md").read_text()
    assert [name for name in EXAMPLE if f"`{name}`" not in manual] == []


@pytest.mark.parametrize("name", OURS)
def test_the_settings_start_with_what_a_service_is_given(name: str) -> None:
    given = environment(name)
    done = subprocess.run(
        [sys.executable, "-c", READ],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"]} | given,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    kept_from = set() if name == "migrate" else {"DATABASE_OWNER_URL"}
    assert set(done.stdout.split()) - LAPTOP_ONLY - kept_from == given.keys()


# --- the image -----------------------------------------------------------------------------------


def test_the_image_runs_as_nobody_special_from_named_versions() -> None:
    assert len(steps("FROM")) == 3
    assert all(re.match(r"\w+:\d+(\.\d+)?-slim", image) for image in steps("FROM"))
    assert steps("USER") == ["10001"]
    last = DOCKERFILE.rsplit("\nFROM ", 1)[1]
    assert "COPY --from=build /app /app" in last
    assert not re.search(r"^(COPY (?!--from)|ADD )", last, re.M)
    assert "--require-hashes" in DOCKERFILE


def test_no_secret_of_this_folder_gets_into_the_image() -> None:
    left_out = (ROOT / ".dockerignore").read_text().split()
    assert {".env", ".local", ".git"} <= set(left_out)
    assert ".env" in (ROOT / ".gitignore").read_text().split()
