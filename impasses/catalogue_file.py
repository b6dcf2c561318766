"""Reading one knowledge file into typed entries, refusing what is wrong with its line."""

import re
import tomllib
from collections import Counter
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from pathlib import Path
from typing import Any, Literal, NoReturn, get_args, get_origin, get_type_hints


class BrokenCatalogue(ValueError):
    """A knowledge file that cannot be used; the message names file, line and what to do."""


@dataclass(frozen=True)
class Part:
    """One kind of table in a file: its name, what it becomes, its ids, how many there are."""

    table: str
    becomes: type[Any]
    goes_to: str
    ids: str
    count: int | None = None
    children: tuple["Part", ...] = ()


class File:
    """One knowledge file: its tables for the meaning, its lines for the refusals.

    The n-th table of a kind is the n-th header of that kind in the text, so that a line can be
    named even where an id is missing or stands twice.
    """

    def __init__(
        self, path: Path, places: dict[str, str], folder: str = "impasses/knowledge"
    ) -> None:
        self.name = f"{folder}/{path.name}"
        self.places = places
        self.met: Counter[str] = Counter()
        self.lines: list[str] = []
        try:
            text = path.read_text("utf-8")
            self.lines = text.splitlines()
            self.tables = tomllib.loads(text)
        except FileNotFoundError:
            self.refuse(1, "the file is missing.", "Put it back from the repository.")
        except UnicodeDecodeError as error:
            line = error.object[: error.start].count(b"\n") + 1
            self.refuse(line, "this line is not UTF-8.", "Save the file as UTF-8.")
        except tomllib.TOMLDecodeError as error:
            line = int((re.findall(r"line (\d+)", str(error)) or [len(self.lines)])[0])
            self.refuse(line, f"this is not TOML: {error}.", "Mend this line or the one above it.")

    def refuse(self, line: int, what: str, mend: str) -> NoReturn:
        raise BrokenCatalogue(f"{self.name}, line {line}: {what} {mend}")

    def read(self, parts: tuple[Part, ...]) -> dict[str, tuple[Any, ...]]:
        known = [part.table for part in parts]
        for key in self.tables:
            if key not in known:
                mend = f"Write one of {', '.join(known)}."
                self.refuse(self.line_with(key), f"{key!r} is unknown.", mend)
        found = {part.goes_to: self.entries(part, self.tables, part.table) for part in parts}
        for part in parts:
            self.check_count(part, part.table)
            for child in part.children:
                self.check_count(child, f"{part.table}.{child.table}")
        return found

    def entries(
        self, part: Part, holder: Mapping[str, Any], path: str, parent: str = ""
    ) -> tuple[Any, ...]:
        rows = holder.get(part.table, [])
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            what = f"{path!r} is not a list of tables."
            self.refuse(self.line_with(path), what, f"Begin each with [[{path}]].")
        return tuple(self.entry(part, row, path, parent) for row in rows)

    def entry(self, part: Part, row: Mapping[str, Any], path: str, parent: str) -> Any:
        nth = self.met[path]
        self.met[path] += 1
        children = [child.table for child in part.children]
        hints = get_type_hints(part.becomes)
        own = {f.name: f for f in fields(part.becomes) if get_origin(hints[f.name]) is not tuple}
        for key, value in row.items():
            if key in children:
                continue
            if key not in own:
                mend = f"Write one of {', '.join([*own, *children])}."
                self.refuse(self.line(path, nth, key), f"the key {key!r} is unknown.", mend)
            if fault := _fault(value, hints[key]):
                self.refuse(self.line(path, nth, key), f"{key!r} {fault[0]}.", fault[1])
        for key, wanted in own.items():
            if wanted.default is MISSING and key not in row:
                what = f"this [[{path}]] has no {key!r}."
                self.refuse(self.line(path, nth), what, f"Add the line {key} = ...")
        self.check_id(part, row["id"], self.line(path, nth, "id"), parent)
        below: dict[str, Any] = {
            child.goes_to: self.entries(child, row, f"{path}.{child.table}", row["id"])
            for child in part.children
        }
        return part.becomes(**{key: row[key] for key in row if key in own}, **below)

    def check_id(self, part: Part, own: str, line: int, parent: str) -> None:
        if not re.fullmatch(part.ids, own):
            mend = f"Write one that matches {part.ids}."
            self.refuse(line, f"the id {own!r} is not one of a {part.table}.", mend)
        if not own.startswith(parent):
            mend = f"Move it under {own[:2]} or give it an id that begins with {parent}."
            self.refuse(line, f"{own!r} stands under {parent!r}.", mend)
        if own in self.places:
            what = f"the id {own!r} stands twice, first in {self.places[own]}."
            self.refuse(line, what, "Give one of them another id.")
        self.places[own] = f"{self.name}, line {line}"

    def check_count(self, part: Part, path: str) -> None:
        if part.count is not None and self.met[path] != part.count:
            line = self.line(path, self.met[path] - 1) if self.met[path] else 1
            what = f"here ends a list of {self.met[path]} [[{path}]] where {part.count} belong."
            self.refuse(line, what, "Add the missing one or take the extra one out.")

    def check_parents(self, additions: tuple[Any, ...]) -> None:
        for nth, addition in enumerate(additions):
            if addition.belongs_to and addition.belongs_to not in self.places:
                line = self.line("addition", nth, "belongs_to")
                what = f"{addition.id} belongs to {addition.belongs_to!r}, which does not exist."
                self.refuse(line, what, "Name an existing id or take the line out.")

    def line(self, path: str, nth: int, key: str = "") -> int:
        """The line of the nth [[path]], or of the key or the table `key` in it."""
        header = re.compile(rf"\s*\[\[\s*{re.escape(path)}\s*\]\]")
        heads = [number for number, text in enumerate(self.lines, 1) if header.match(text)]
        if nth >= len(heads):
            return 1
        end = (*heads, len(self.lines) + 1)[nth + 1]
        word, below = re.escape(key), re.escape(f"{path}.{key}")
        wanted = re.compile(rf"\s*(?:[\"']?{word}[\"']?\s*=|\[+\s*{below}\s*\])")
        inside = range(heads[nth], end)
        found = (n for n in inside if key and wanted.match(self.lines[n - 1]))
        return next(found, heads[nth])

    def line_with(self, name: str) -> int:
        """The first line that sets the key or opens the table `name`."""
        begins = re.compile(rf"[\s\[\"']*{re.escape(name)}\b")
        return next((n for n, text in enumerate(self.lines, 1) if begins.match(text)), 1)


def _fault(value: Any, wanted: Any) -> tuple[str, str] | None:
    """What is wrong with a value and how to mend it; None when it is as wanted."""
    if get_origin(wanted) is Literal:
        allowed = [word for word in get_args(wanted) if word]
        if value not in allowed:
            return f"is {value!r}", f"Write one of {', '.join(allowed)}."
    elif type(value) is not wanted:
        words = {str: "a text in quotes", int: "a whole number", bool: "true or false"}
        return f"is not {words[wanted]}", f"Write {words[wanted]}."
    elif wanted is str and not value.strip():
        return "is empty", "Write it or take the line out."
    return None
