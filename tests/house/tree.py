"""The house's own files, as the house tests read them."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = (
    "audit", "people", "impasses", "sessions_app", "trends", "supervision", "impasse_tracker",
)  # fmt: skip


def python_files(*packages: str) -> list[Path]:
    """Every Python file of these packages."""
    return sorted(path for name in packages or PACKAGES for path in (ROOT / name).rglob("*.py"))


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def short(path: Path) -> str:
    return str(path.relative_to(ROOT))


@cache
def templates() -> dict[str, str]:
    """The text of every template by the name it is asked for."""
    folder = ROOT / "templates"
    return {
        str(path.relative_to(folder)): path.read_text(encoding="utf-8")
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@cache
def patterns() -> dict[str, tuple[URLPattern, str]]:
    """Every address of the house by its full name, with its path."""
    return dict(_walk(get_resolver().url_patterns, "", ""))


CONVERTERS = re.compile(r"<(\w+):(\w+)>|\(\?P<(\w+)>")
ANY = "01900000-0000-7000-8000-000000000000"


def arguments(path: str, **known: Any) -> list[Any]:
    """What is known for each place of a path by its name or kind, else what fits nobody."""
    fits = {"uuid": ANY, "int": 1, "str": "R1", "uidb36": "abc", "key": "def-ghi"} | known
    places = CONVERTERS.findall(path)
    return [known.get(name, fits[kind or group]) for kind, name, group in places]


def _walk(
    entries: list[Any], space: str, before: str
) -> Iterator[tuple[str, tuple[URLPattern, str]]]:
    for entry in entries:
        path = before + str(entry.pattern)
        if isinstance(entry, URLResolver):
            inner = f"{space}{entry.namespace}:" if entry.namespace else space
            yield from _walk(entry.url_patterns, inner, path)
        else:
            assert entry.name, f"{path} has no name"
            yield f"{space}{entry.name}", (entry, path)


def calls(module: ast.Module) -> Iterator[tuple[int, str]]:
    """The line and the dotted end of every call, such as (12, "objects.create")."""
    for node in ast.walk(module):
        if isinstance(node, ast.Call):
            yield node.lineno, ".".join(_dotted(node.func)[-2:])


def _dotted(node: ast.expr) -> list[str]:
    if isinstance(node, ast.Attribute):
        return [*_dotted(node.value), node.attr]
    return [node.id] if isinstance(node, ast.Name) else ["()"]


SPACES = re.compile(r"\s+")
