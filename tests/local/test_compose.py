"""`docker-compose.yml`: health, data, logins and secrets of a real installation."""

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docker-compose.yml").read_text()
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load(TEXT)["services"]
FROM_OUTSIDE = re.compile(r"\$\{(\w+):\?[^}]+\}")


def test_the_services() -> None:
    assert set(SERVICES) == {"database", "broker", "migrate", "web", "worker", "beat"}


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


def test_the_logins_are_those_of_a_laptop() -> None:
    script = (ROOT / "docker" / "logins.sh").read_text()
    assert "CREATE ROLE impasse_web LOGIN NOCREATEDB NOBYPASSRLS" in script
    assert "CREATE DATABASE impasse OWNER impasse_owner" in script
    subprocess.run(["sh", "-n", ROOT / "docker" / "logins.sh"], check=True)
