"""`docker-compose.yml`, `.env.example` and the `Dockerfile` as the engine of Docker reads them."""

import json
import re
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docker-compose.yml").read_text()
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load(TEXT)["services"]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
NAMED = re.compile(r"\$\$|\$\{(?P<name>\w+)(?:(?P<how>:[?-])(?P<word>[^}]*))?\}")
EXAMPLE = dict(
    line.split("=", 1)
    for line in (ROOT / ".env.example").read_text().splitlines()
    if line and not line.startswith("#")
)
FILLED = EXAMPLE | {
    "SECRET_KEY": "abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "FIELD_KEYS": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
    "POSTGRES_PASSWORD": "1" * 32,
    "OWNER_PASSWORD": "2" * 32,
    "WEB_PASSWORD": "3" * 32,
}


def filled_in(text: str) -> str:
    """A value with what the filled-in example says. Raises LookupError for what is missing."""

    def said(found: re.Match[str]) -> str:
        if found[0] == "$$":
            return "$"
        value = FILLED.get(found["name"], "")
        if not value and found["how"] == ":?":
            raise LookupError(found["word"])
        return value or found["word"] or ""

    return NAMED.sub(said, text)


def environment(service: str) -> dict[str, str]:
    """What the service's processes see."""
    given = SERVICES[service].get("environment", {})
    return {name: filled_in(str(value)) for name, value in given.items()}


def command(service: str) -> list[str]:
    """What the service runs: its own command, or the image's."""
    if own := SERVICES[service].get("command"):
        return [filled_in(word) for word in own]
    words: list[str] = json.loads(DOCKERFILE.split("\nCMD ")[1].replace("\\\n", ""))
    return words


def health_check(service: str) -> list[str]:
    """The command whose end with 0 means healthy."""
    kind, *words = SERVICES[service]["healthcheck"]["test"]
    words = [filled_in(word) for word in words]
    return words if kind == "CMD" else ["sh", "-c", *words]


def steps(name: str) -> list[str]:
    """The instructions of this name in the `Dockerfile`, as in "RUN", each on one line."""
    lines = DOCKERFILE.replace("\\\n", " ").splitlines()
    return [line.removeprefix(f"{name} ") for line in lines if line.startswith(f"{name} ")]
