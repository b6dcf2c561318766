"""Copies of the checkout for tests that start the whole program."""

import os
import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LEFT_OUT = shutil.ignore_patterns(
    ".git", ".venv", ".local", "__pycache__", ".*_cache", ".hypothesis"
)
OURS = ("DATABASE_", "REDIS_", "SECRET_", "FIELD_", "LOCAL", "ALLOWED_", "PYTEST", "DJANGO_")


def copy_of_checkout(to: Path) -> Path:
    """The files of the checkout without data and environment, as a clone has them."""
    shutil.copytree(ROOT, to, ignore=LEFT_OUT)
    return to


def fresh_environment(**more: str) -> dict[str, str]:
    """The environment of somebody who set nothing."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    kept.pop("HOST", None)
    return kept | more
