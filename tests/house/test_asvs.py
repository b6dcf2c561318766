"""The table of OWASP ASVS 5.0 names what exists, each requirement once, and hides nothing."""

import ast
import csv
import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from tests.house.tree import ROOT, tree

ROWS = list(csv.DictReader((ROOT / "docs" / "asvs.csv").read_text(encoding="utf-8").splitlines()))
STATUSES = {"met", "partly", "open", "not applicable"}
CHAPTERS = range(1, 18)


@cache
def functions_in(path: Path) -> set[str]:
    return {node.name for node in ast.walk(tree(path)) if isinstance(node, ast.FunctionDef)}


def exists(named: str) -> bool:
    """A test by its id, or a file or folder of the repository."""
    file, _, test = named.partition("::")
    path = ROOT / file
    return path.exists() and (not test or test in functions_in(path))


def test_every_requirement_of_levels_one_and_two_stands_there_once() -> None:
    ids = [row["id"] for row in ROWS]
    assert len(ids) == len(set(ids)) == 253
    assert Counter(row["level"] for row in ROWS) == {"1": 70, "2": 183}
    assert {int(re.fullmatch(r"V(\d+)\.\d+\.\d+", each)[1]) for each in ids} == set(CHAPTERS)  # type: ignore[index]


@pytest.mark.parametrize("row", ROWS, ids=[row["id"] for row in ROWS])
def test_each_says_where_it_is_held_or_why_not(row: dict[str, str]) -> None:
    assert row["status"] in STATUSES
    assert row["about"]
    assert [named for named in row["where"].split() if not exists(named)] == []
    if row["status"] in ("met", "partly"):
        assert row["where"], "held by something that can be looked at"
    if row["status"] != "met":
        assert row["why"], "what is missing, or why it is not asked"


def test_every_file_that_the_page_on_security_names_exists() -> None:
    text = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`((?:tests|docs|people)/[\w./-]+)`", text))
    assert [name for name in sorted(named) if not exists(name)] == []
    assert len(named) > 20, "there is something to look at"
