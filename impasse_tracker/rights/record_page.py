"""A client's record as a page: rows below the row they belong to, ids in words."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from impasses.catalogue import catalogue
from people.templatetags.look import day, day_time

ABOVE = ("therapy_session", "session_id", "episode", "step", "item", "summary")
HIDDEN = {"id", "client", "version", "sessions", "rank", "created_at", "changed_at", *ABOVE}
COMPUTED = "case snapshots"  # read again from the rows below it: in the file alone
OF_A_TRACE = ("claim", "title")


@dataclass(frozen=True)
class Row:
    """One row: what it says by name, and the rows that belong to it by their kind."""

    said: tuple[tuple[str, str], ...]
    below: tuple[tuple[str, tuple["Row", ...]], ...]


def sections(record: dict[str, Any]) -> list[tuple[str, tuple[Row, ...]]]:
    """The parts of a record in order; a row that belongs to another stands below it."""
    parts = record["parts"]
    ids = {row["id"] for rows in parts.values() for row in rows if "id" in row}
    below: dict[Any, dict[str, list[dict[str, Any]]]] = {}
    top: dict[str, list[dict[str, Any]]] = {}
    for name, rows in parts.items():
        for row in rows if name != COMPUTED else ():
            owner = next((row[key] for key in ABOVE if row.get(key) in ids), None)
            place = top if owner is None else below.setdefault(owner, {})
            place.setdefault(name, []).append(row)
    return [(name, tuple(_row(row, below) for row in rows)) for name, rows in top.items()]


def _row(row: dict[str, Any], below: dict[Any, dict[str, list[dict[str, Any]]]]) -> Row:
    said = (
        (name.replace("_", " ").capitalize(), in_words(_plainly(name, value)))
        for name, value in row.items()
        if name not in HIDDEN
    )
    owned = below.get(row.get("id"), {})
    return Row(
        said=tuple((name, words) for name, words in said if words),
        below=tuple(
            (name, tuple(_row(each, below) for each in rows)) for name, rows in owned.items()
        ),
    )


def _plainly(name: str, value: Any) -> Any:
    """Of the reasons of a suggestion what they say; how they were computed is in the file."""
    return [value.get(key) for key in OF_A_TRACE] if name == "trace" and value else value


def readings(record: dict[str, Any]) -> list[str]:
    """Who else opened the case, and when."""
    how = {True: ", in an emergency", False: ""}
    return [
        f"{each['who']}, {in_words(each['at'])}{how[each['in_an_emergency']]}"
        for each in record["read_by_others"]
    ]


def in_words(value: Any) -> str:
    """A value for a reader: catalogue entries by name, moments as dates, nothing for "not said"."""
    if value in (None, "", [], {}, False):
        return ""
    if value is True:
        return "yes"
    if isinstance(value, dict):
        pairs = ((key.replace("_", " "), in_words(each)) for key, each in value.items())
        return "; ".join(f"{key}: {words}" for key, words in pairs if words)
    if isinstance(value, list):
        return ", ".join(_listed(value))
    return _one(str(value))


def _listed(values: Iterable[Any]) -> Iterable[str]:
    return filter(None, (in_words(value) for value in values))


def _one(text: str) -> str:
    if text in catalogue():
        return catalogue()[text].name
    if len(text) < 10 or text[4:5] != "-" or not text[:4].isdigit():
        return text
    try:
        if len(text) == 10:
            return day(date.fromisoformat(text))
        return day_time(datetime.fromisoformat(text))
    except ValueError:
        return text
