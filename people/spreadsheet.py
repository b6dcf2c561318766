"""Tables for spreadsheets, none of whose cells is taken for a formula."""

import csv
from collections.abc import Iterable
from typing import Any

FORMULA = ("=", "+", "-", "@", "|", "\t", "\r", "\n", "＝", "＋", "－", "＠")
BLANK = " \u00a0\u3000\ufeff"  # which a spreadsheet passes over


def write_rows(out: Any, rows: Iterable[Iterable[object]]) -> None:
    """Rows of a CSV file (RFC 4180), each cell in quotes and harmless."""
    table = csv.writer(out, quoting=csv.QUOTE_ALL)
    for row in rows:
        table.writerow([safe_cell(cell) for cell in row])


def safe_cell(value: object) -> str:
    """A cell that no spreadsheet takes for a formula (OWASP: CSV injection)."""
    text = str(value)
    return f"'{text}" if text.lstrip(BLANK).startswith(FORMULA) else text
