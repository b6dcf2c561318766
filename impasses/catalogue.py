"""What an impasse is and what may help, read from `knowledge/*.toml` into frozen objects.

No database, no request, no Django: `catalogue()` is the whole vocabulary, loaded once.
A broken file stops the program with one sentence that names the file, the line and the mend.
"""

import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass, fields
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Literal, NoReturn, get_args, get_origin, get_type_hints

KNOWLEDGE = Path(__file__).parent / "knowledge"


class BrokenCatalogue(ValueError):
    """A knowledge file that cannot be used; the message names file, line and what to do."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One thing with an id. `name` is the source document's; the sentences are our own.

    `label` is the short everyday wording under its parent, `qualified` the one that can stand
    alone; each falls back to the one before it.
    """

    id: str
    name: str
    explanation: str
    label: str = ""
    qualified: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "label", self.label or self.name)
        object.__setattr__(self, "qualified", self.qualified or self.label)


@dataclass(frozen=True, kw_only=True)
class Marker(Entry):
    """Something seen in the room, with its nearest 3RS marker where that may be printed.

    A bridge between vocabularies, never a rating: confidence A or B only, else left empty.
    """

    side_3rs: Literal["", "withdrawal", "therapist"] = ""
    marker_3rs: str = ""
    confidence_3rs: Literal["", "A", "B"] = ""


@dataclass(frozen=True, kw_only=True)
class SubForm(Marker):
    """A form that a manifestation takes, `M1a` to `M5c`."""

    withdrawal: bool = False
    """Counts as withdrawal for the rules; M4c only when it was said without hope."""


@dataclass(frozen=True, kw_only=True)
class Manifestation(Entry):
    """A sign that the work is stuck, `M1` to `M5`, in the lane order used everywhere."""

    word: str
    """The short word of lanes, strips and charts."""
    letter: str
    hint: str
    sub_forms: tuple[SubForm, ...] = ()

    @property
    def css(self) -> str:
        """The class that gives the hue, and the last part of the icon's id: `m1`."""
        return self.id.lower()


@dataclass(frozen=True, kw_only=True)
class Facet(Entry):
    """One side of a cause, `C1a` to `C6b`."""


@dataclass(frozen=True, kw_only=True)
class Cause(Entry):
    """What may lie underneath, `C1` to `C6`."""

    facets: tuple[Facet, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Feature(Marker):
    """What is blocked in a type of impasse, `Y1a` to `Y4c`; a therapist can tick it."""


@dataclass(frozen=True, kw_only=True)
class Technique(Entry):
    """A way of working that fits a type, `Y1t1` to `Y4t3`."""


@dataclass(frozen=True, kw_only=True)
class ImpasseType(Entry):
    """A kind of impasse, `Y1` to `Y4`; always a hypothesis."""

    word: str
    features: tuple[Feature, ...] = ()
    techniques: tuple[Technique, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Method(Entry):
    """One way to carry out a strategy, `T1a` to `K6c`."""

    say: str
    """A sentence a therapist could say, or a small thing a client could try."""


@dataclass(frozen=True, kw_only=True)
class Strategy(Entry):
    """What one side can try: `T1` to `T6` the therapist, `K1` to `K6` the client."""

    say: str
    methods: tuple[Method, ...] = ()

    @property
    def side(self) -> Literal["therapist", "client"]:
        """Whose strategy it is."""
        return "therapist" if self.id.startswith("T") else "client"


@dataclass(frozen=True, kw_only=True)
class Addition(Entry):
    """Something we added, `X1` onwards: not in the source document, and labelled so."""

    belongs_to: str = ""
    """The id of the entry it adds to, or empty."""
    basis: str
    say: str = ""


@dataclass(frozen=True, kw_only=True)
class Instrument(Entry):
    """A questionnaire whose total may be entered; free questions stand in `questions.toml`."""

    kind: Literal["alliance", "outcome"]
    minimum: int
    maximum: int
    direction: Literal["up=better", "up=worse"]
    completed_by: Literal["client", "therapist"]
    ships: Literal["scores only", "questions"]
    licensed: bool = False
    """The name is a mark: say "score from a licensed form" beside it."""
    source: str
    confidence: Literal["A", "B", "C", "own"]
    """How sure the range is: A primary, B secondary, C proposed, own: our own question."""


@dataclass(frozen=True, kw_only=True)
class Catalogue:
    """Everything the product knows about impasses, each part in the order of the files."""

    definition: Entry
    felt_signs: tuple[Entry, ...]
    parties: tuple[Entry, ...]
    meanings: tuple[Entry, ...]
    conditions: tuple[Entry, ...]
    manifestations: tuple[Manifestation, ...]
    causes: tuple[Cause, ...]
    types: tuple[ImpasseType, ...]
    therapist_strategies: tuple[Strategy, ...]
    client_strategies: tuple[Strategy, ...]
    growth: tuple[Entry, ...]
    additions: tuple[Addition, ...]
    instruments: tuple[Instrument, ...]

    @cached_property
    def _by_id(self) -> Mapping[str, Entry]:
        lists = (getattr(self, part.name) for part in fields(self) if part.name != "definition")
        tops = (self.definition, *(top for entries in lists for top in entries))
        return {entry.id: entry for top in tops for entry in _with_children(top)}

    def __getitem__(self, key: str) -> Any:
        """The entry with this id, whatever its part; KeyError with a sentence otherwise."""
        try:
            return self._by_id[key]
        except KeyError:
            raise KeyError(
                f"The catalogue has no entry {key!r}: see impasses/knowledge/."
            ) from None

    def __contains__(self, key: object) -> bool:
        return key in self._by_id

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._by_id.values())

    def __len__(self) -> int:
        return len(self._by_id)


def _with_children(top: Entry) -> Iterator[Entry]:
    yield top
    for part in fields(top):
        value = getattr(top, part.name)
        if isinstance(value, tuple):
            yield from value


@cache
def catalogue() -> Catalogue:
    """The catalogue that ships with the program, loaded on first use."""
    return load(KNOWLEDGE)


@dataclass(frozen=True)
class Part:
    """One kind of table in a file: its name, what it becomes, its ids, how many there are."""

    table: str
    becomes: type[Entry]
    goes_to: str
    ids: str
    count: int | None = None
    children: tuple["Part", ...] = ()


FORMS = (Part("form", SubForm, "sub_forms", r"M\d[a-z]", 14),)
FACETS = (Part("facet", Facet, "facets", r"C\d[a-z]", 15),)
FEATURES = Part("feature", Feature, "features", r"Y\d[a-z]", 14)
TECHNIQUES = Part("technique", Technique, "techniques", r"Y\dt\d", 12)
THERAPIST_METHODS = (Part("method", Method, "methods", r"T\d[a-z]", 16),)
CLIENT_METHODS = (Part("method", Method, "methods", r"K\d[a-z]", 15),)
FILES: dict[str, tuple[Part, ...]] = {
    "understanding.toml": (
        Part("definition", Entry, "definition", "D1", 1),
        Part("sign", Entry, "felt_signs", r"F\d", 3),
        Part("party", Entry, "parties", r"P\d", 2),
        Part("meaning", Entry, "meanings", r"N\d", 3),
        Part("condition", Entry, "conditions", r"W\d", 3),
    ),
    "manifestations.toml": (
        Part("manifestation", Manifestation, "manifestations", r"M\d", 5, FORMS),
    ),
    "causes.toml": (Part("cause", Cause, "causes", r"C\d", 6, FACETS),),
    "types.toml": (Part("type", ImpasseType, "types", r"Y\d", 4, (FEATURES, TECHNIQUES)),),
    "strategies.toml": (
        Part("therapist", Strategy, "therapist_strategies", r"T\d", 6, THERAPIST_METHODS),
        Part("client", Strategy, "client_strategies", r"K\d", 6, CLIENT_METHODS),
    ),
    "growth.toml": (Part("outcome", Entry, "growth", r"G\d", 8),),
    "additions.toml": (Part("addition", Addition, "additions", r"X\d"),),
    "instruments.toml": (Part("instrument", Instrument, "instruments", r"[A-Z0-9.-]+"),),
}


def load(folder: Path) -> Catalogue:
    """Read all files of `folder`; raises BrokenCatalogue for the first thing that is wrong."""
    places: dict[str, str] = {}
    read: dict[str, tuple[Any, ...]] = {}
    for name, parts in FILES.items():
        file = _File(folder / name, places)
        read |= file.read(parts)
        if name == "additions.toml":
            file.check_parents(read["additions"])
    definition = read.pop("definition")[0]
    return Catalogue(definition=definition, **read)


class _File:
    """One knowledge file: its tables for the meaning, its lines for the refusals.

    The n-th table of a kind is the n-th header of that kind in the text, so that a line can be
    named even where an id is missing or stands twice.
    """

    def __init__(self, path: Path, places: dict[str, str]) -> None:
        self.name = f"impasses/knowledge/{path.name}"
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

    def read(self, parts: tuple[Part, ...]) -> dict[str, tuple[Entry, ...]]:
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
    ) -> tuple[Entry, ...]:
        rows = holder.get(part.table, [])
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            what = f"{path!r} is not a list of tables."
            self.refuse(self.line_with(path), what, f"Begin each with [[{path}]].")
        return tuple(self.entry(part, row, path, parent) for row in rows)

    def entry(self, part: Part, row: Mapping[str, Any], path: str, parent: str) -> Entry:
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

    def check_parents(self, additions: tuple[Addition, ...]) -> None:
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
