"""What stands in the repository: nothing of anybody's machine, no file too long to read."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

from tests.house.tree import ROOT, python_files, short, tree

SLASH = "/"
OF_A_MACHINE = re.compile(
    "|".join(
        [
            rf"(?<![\w.<\-}}]){SLASH}(?:work|tmp|root|home{SLASH}\w+|Users{SLASH}\w+){SLASH}\w",
            r"(?:pypi|pypiserver|artifactory|nexus|jfrog|devpi|registry)[\w.-]*\.(?:internal|local|corp|io/art)",
            r"--(?:extra-)?index-url",
            r"registry\.npmjs\.org|files\.pythonhosted\.org|pypi\.org/simple",
            r"\b(?:10|192\.168|172\.(?:1[6-9]|2\d|3[01]))\.\d+\.\d+\.?\d*\b",
        ]
    )
)
LINES = 400
LINES_OF_A_FUNCTION = 40


def kept_files() -> list[str]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout.splitlines()  # fmt: skip
    return sorted(name for name in listed if (ROOT / name).is_file())


HERE = "tests/house/test_files.py"


def texts() -> dict[str, str]:
    """The files that are text, but for this one, which names what it looks for."""
    found = {}
    for name in kept_files():
        if name == HERE:
            continue
        content = (ROOT / name).read_bytes()
        if b"\0" not in content and not name.startswith("static/vendor/"):
            found[name] = content.decode("utf-8")
    return found


def test_there_is_something_to_look_at() -> None:
    assert {"manage.py", "README.md", "people/models/client.py"} <= set(texts())


def test_no_file_names_a_persons_machine_or_a_package_index() -> None:
    found = [
        f"{name}:{number} {line.strip()[:100]}"
        for name, text in texts().items()
        for number, line in enumerate(text.splitlines(), 1)
        if OF_A_MACHINE.search(line)
    ]
    assert found == []


def test_nothing_is_left_to_do() -> None:
    marks = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|X" + r"XX|TEMP" + r"ORARY|HA" + r"CK)\b")
    found = [
        f"{name}:{number}"
        for name, text in texts().items()
        if name.endswith((".py", ".html", ".js", ".css", ".toml", ".md"))
        for number, line in enumerate(text.splitlines(), 1)
        if marks.search(line)
    ]
    assert found == []


def test_nothing_secret_is_kept() -> None:
    assert not [n for n in kept_files() if n == ".env" or n.startswith((".local/", ".venv/"))]
    for name, text in texts().items():
        assert "BEGIN PRIVATE KEY" not in text, name
        assert not re.search(r"(?:SECRET_KEY|FIELD_KEYS)\s*=\s*[\"'][\w=+/-]{32,}", text), name


@pytest.mark.parametrize("path", python_files(), ids=short)
def test_no_file_is_too_long_to_read(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    if "migrations" in path.parts:
        return
    assert len(text.splitlines()) <= LINES, short(path)


def test_no_function_is_too_long_to_read() -> None:
    long = [
        f"{short(path)}: {node.name} has {node.end_lineno - node.lineno + 1} lines"
        for path in python_files()
        if "migrations" not in path.parts
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef)
        and node.end_lineno - node.lineno + 1 > LINES_OF_A_FUNCTION + 20
    ]
    assert long == []
