"""Imports point one way, and the engine knows no framework."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.tree import PACKAGES, python_files, short, tree

PURE = ["impasses/rules.py", "impasses/facts.py", "impasses/catalogue.py", "impasses/conditions.py",
        "impasses/findings.py", "impasses/history.py", "impasses/counterfactual.py",
        "impasses/rulebook.py", "impasses/casefile.py"]  # fmt: skip
NOT_IN_TODAYS_ENGINE = ("now", "today", "utcnow", "localdate", "time", "monotonic")


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{short(path)}: relative imports hide direction"
            yield node.module or ""


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_imports_nothing_to_its_right(package: str) -> None:
    right = set(PACKAGES[PACKAGES.index(package) + 1 :]) | {"tests", "demo"}
    wrong = [
        f"{short(path)} imports {name}"
        for path in python_files(package)
        for name in imported(path)
        if name.split(".")[0] in right
    ]
    assert wrong == []


def test_nothing_imports_the_settings_or_the_tests() -> None:
    wrong = [
        f"{short(path)} imports {name}"
        for path in python_files()
        for name in imported(path)
        if name == "impasse_tracker.settings" or name.split(".")[0] == "tests"
    ]
    assert wrong == []


@pytest.mark.parametrize("name", PURE)
def test_the_engine_knows_neither_django_nor_the_clock(name: str) -> None:
    path = next(path for path in python_files("impasses") if short(path) == name)
    roots = {module.split(".")[0] for module in imported(path)}
    assert not roots & {"django", "people", "audit", "sessions_app", "celery", "time"}
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = ast.unparse(node.func.value)
            clock = node.func.attr in NOT_IN_TODAYS_ENGINE and owner in ("date", "datetime", "dt")
            assert not clock, f"{name}:{node.lineno} reads the clock"


def test_there_are_no_signals() -> None:
    for path in python_files():
        text = path.read_text(encoding="utf-8")
        assert "django.dispatch" not in text, short(path)
        assert "post_save" not in text, short(path)
