"""The rules of `knowledge/rules.toml`, typed; a broken file is refused with its line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Collection, Container, Mapping
from dataclasses import MISSING, dataclass, fields, replace
from functools import cache, cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal, NoReturn, cast, get_args

from impasses.catalogue import catalogue
from impasses.conditions import Condition, Group, Node
from impasses.conditions_of_marks import Mark, MarkedSessions, MarksInAll, SameTheme
from impasses.conditions_of_scores import AllianceFell, NoReliableChange, ReliablyWorse
from impasses.conditions_of_sessions import AttendedAs, Flagged, HeldSince, TaskWas, Unrepaired
from impasses.conditions_of_trials import TriedInVain
from impasses.counterfactual import Calm
from impasses.findings import Offer
from impasses.history import CALM, Base
from impasses.rules import Rule

FILE = Path(__file__).parent / "knowledge" / "rules.toml"
READ_BY_ALL = frozenset({"on", "attendance", "baseline", "context"})
"""Which sessions were held, what is usual for this client, whether the wording is softened."""
KINDS: Mapping[str, type[Condition]] = {
    kind.kind: kind
    for kind in (
        MarkedSessions, MarksInAll, SameTheme, AttendedAs, Flagged, TaskWas, HeldSince, Unrepaired,
        AllianceFell, ReliablyWorse, NoReliableChange, TriedInVain,
    )
}  # fmt: skip
FLAGS = ("goals_reviewed", "ambivalence", "movement", "context", "safety", "safety_checked")
REPAIR = ("repaired", "partly", "unrepaired")
TASK = ("done", "partly", "not_done", "none_set")
ATTENDANCE = ("attended", "late", "cancelled_by_client", "cancelled_by_therapist", "no_show")
CONFIDENCE = ("A", "B", "proposed")
LISTS = {
    "types": re.compile(r"Y[1-4]"),
    "causes": re.compile(r"C[1-6][a-c]?"),
    "therapist_strategies": re.compile(r"T[1-6]"),
    "client_strategies": re.compile(r"K[1-6]"),
    "techniques": re.compile(r"Y[1-4]t[1-3]"),
    "methods": re.compile(r"[TK][1-6][a-f]"),
    "additions": re.compile(r"X[1-9]"),
}
HEADER = re.compile(r"\s*\[\[\s*rule\s*\]\]")
MARK = re.compile(r"(?P<id>M[1-5][a-d]?|Y[1-4][a-e])(?: as (?P<how>complaint|hopeless))?")
OFFER_WORDS = ("title", "claim", "basis", "source", "confidence", "hue")
WORDS = ("id", *OFFER_WORDS)
COUNTS = ("version", "order", "minimum_held")
SWITCHES = ("offers_untried", "asks_safety_check")
OPTIONAL = {"methods", "additions", "otherwise", *SWITCHES}
RULE_KEYS = {*WORDS, *COUNTS, *LISTS, *SWITCHES, "otherwise", "calm", "blind_to", "any", "all"}


class BrokenRulebook(Exception):
    """The rule file cannot be used. The message names file and line and says what to mend."""


ValueReader = Callable[["_Reader", Mapping[str, Any], str], Any]


@dataclass(frozen=True)
class Rulebook:
    """The published rules, in published order."""

    rules: tuple[Rule, ...]

    def __getitem__(self, rule_id: str) -> Rule:
        return self._by_id[rule_id]

    def __contains__(self, rule_id: object) -> bool:
        return rule_id in self._by_id

    @property
    def facts_read(self) -> Mapping[str, frozenset[str]]:
        """For each rule the facts its conditions read, by their names in the case file.

        Every rule reads those of `READ_BY_ALL` besides.
        """
        return {rule.id: rule.reads for rule in self.rules}

    @cached_property
    def _by_id(self) -> Mapping[str, Rule]:
        return {rule.id: rule for rule in self.rules}


@cache
def rulebook() -> Rulebook:
    """The rules of the product, loaded once. Raises BrokenRulebook."""
    text = FILE.read_text(encoding="utf-8")
    return Rulebook(load(text, name=FILE.name, known=catalogue()))


def load(text: str, *, name: str = "rules.toml", known: Container[str]) -> tuple[Rule, ...]:
    """The rules of a file, in published order. Raises BrokenRulebook.

    `known` are the ids that may be named, those of the catalogue.
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BrokenRulebook(f"{name}: this is not TOML. {error}.") from error
    lines = text.splitlines()
    starts = [n for n, line in enumerate(lines) if HEADER.match(line)] + [len(lines)]
    tables = data.pop("rule", [])
    if data or not isinstance(tables, list) or not 0 < len(tables) == len(starts) - 1:
        raise BrokenRulebook(f"{name}, line 1: the file holds [[rule]] tables and nothing else.")
    found = [
        _Reader(name, lines, first, last, known).rule(table)
        for table, (first, last) in zip(tables, pairwise(starts), strict=True)
    ]
    _refuse_doubles(name, found, starts)
    return tuple(sorted(found, key=lambda rule: rule.order))


def _refuse_doubles(name: str, found: list[Rule], starts: list[int]) -> None:
    taken: set[object] = set()
    for rule, start in zip(found, starts, strict=False):
        for what, value in (("id", rule.id), ("order", rule.order)):
            if (what, value) in taken:
                raise BrokenRulebook(
                    f"{name}, line {start + 1}: two rules have the {what} {value}; each needs its "
                    "own."
                )
            taken.add((what, value))


class _Reader:
    """Reads one [[rule]] table; knows where it stands, so that a refusal can name the line."""

    def __init__(
        self, name: str, lines: list[str], first: int, last: int, known: Container[str]
    ) -> None:
        self.name, self.lines, self.first, self.last = name, lines, first, last
        self.known = known
        self.at = first

    def refuse(self, sentence: str, near: str = "") -> NoReturn:
        """Points at the first line from the current table on that holds `near`."""
        line = next((n for n in range(self.at, self.last) if near in self.lines[n]), self.at)
        raise BrokenRulebook(f"{self.name}, line {line + 1}: {sentence}")

    def rule(self, table: Mapping[str, Any]) -> Rule:
        self._keys(table, RULE_KEYS, RULE_KEYS - {"any", "all"} - OPTIONAL)
        rule_id = self._word(table, "id")
        if not re.fullmatch(r"R([1-9]|1[0-9]|20)", rule_id):
            self.refuse(f"{rule_id} is no rule; they are R1 to R20.", "id")
        counts: Any = {key: self._count(table, key) for key in COUNTS}
        switches: Any = {key: self._flag(table, key) for key in SWITCHES if key in table}
        return Rule(
            id=rule_id,
            offer=self._offer({key: table[key] for key in table if key in {*OFFER_WORDS, *LISTS}}),
            otherwise=self._offer(table["otherwise"]) if "otherwise" in table else None,
            calm=self._calm(table["calm"]),
            blind_to=self._texts(table, "blind_to"),
            when=self._node({key: table[key] for key in ("any", "all") if key in table}),
            **counts,
            **switches,
        )

    def _offer(self, table: Any) -> Offer:
        self._keys(table, {*OFFER_WORDS, *LISTS}, {*OFFER_WORDS, *LISTS} - OPTIONAL)
        words: Any = {key: self._word(table, key) for key in OFFER_WORDS}
        if words["confidence"] not in CONFIDENCE:
            self.refuse(f"confidence is one of {', '.join(CONFIDENCE)}.", "confidence")
        if not re.fullmatch(r"M[1-5]", words["hue"]):
            self.refuse("hue is one of M1 to M5.", "hue")
        lists: Any = {key: self._ids(table, key, shape) for key, shape in LISTS.items()}
        return Offer(**words | {"hue": words["hue"].lower()}, **lists)

    def _node(self, table: Any) -> Node:
        if not isinstance(table, dict):
            self.refuse("a condition has to be a table.", "[[")
        if not set(table) & {"any", "all"}:
            return self._condition(table)
        if len(table) != 1:
            self.refuse("a group of conditions is either `any` or `all`, and nothing else.", "[[")
        of: Literal["any", "all"] = "any" if "any" in table else "all"
        children = table[of]
        if not isinstance(children, list) or not children:
            self.refuse(f"`{of}` needs at least one condition below it.", of)
        return Group(of, tuple(self._node(child) for child in children))

    def _condition(self, table: Mapping[str, Any]) -> Condition:
        self._advance()
        kind = table.get("kind")
        if not isinstance(kind, str) or kind not in KINDS:
            self.refuse(f"{kind!r} is no kind of condition; they are {_listed(KINDS)}.", "kind")
        shape = KINDS[kind]
        required = {f.name for f in fields(shape) if f.default is MISSING}
        self._keys(table, {"kind", *(f.name for f in fields(shape))}, {"kind", *required})
        keys = [key for key in table if key != "kind"]
        values = {key: self._value(table, key) for key in keys}
        condition = shape(**values)
        if kind == "marked_sessions" and ("at_least" in table) == ("at_most" in table):
            self.refuse("marked_sessions takes either at_least or at_most.", "kind")
        self.at += 1
        return condition

    def _value(self, table: Mapping[str, Any], key: str) -> Any:
        reader: ValueReader = READERS.get(key, _Reader._positive)
        return reader(self, table, key)

    def _advance(self) -> None:
        """Moves on to the line that opens the next condition."""
        opens = (n for n in range(self.at, self.last) if self.lines[n].startswith("kind"))
        self.at = next(opens, self.at)

    def _keys(
        self, table: Any, allowed: Collection[str], required: Collection[str], near: str = ""
    ) -> None:
        if not isinstance(table, dict):
            self.refuse("this has to be a table.", near)
        for key in table:
            if key not in allowed:
                self.refuse(f"{key} is unknown here; known are {_listed(allowed)}.", key)
        for key in sorted(required):
            if key not in table:
                self.refuse(f"{key} is missing.", near)

    def _word(self, table: Mapping[str, Any], key: str) -> str:
        value = table[key]
        if not isinstance(value, str) or not value.strip():
            self.refuse(f"{key} has to be a text that is not empty.", key)
        return value

    def _count(self, table: Mapping[str, Any], key: str) -> int:
        value = table[key]
        if type(value) is not int or value < 0:
            self.refuse(f"{key} has to be a whole number, 0 or more.", key)
        return value

    def _positive(self, table: Mapping[str, Any], key: str) -> int:
        if not self._count(table, key):
            self.refuse(f"{key} has to be 1 or more.", key)
        return cast(int, table[key])

    def _intensity(self, table: Mapping[str, Any], key: str) -> int:
        if self._count(table, key) not in (1, 2, 3):
            self.refuse("intensity is 1, 2 or 3.", key)
        return cast(int, table[key])

    def _flag(self, table: Mapping[str, Any], key: str) -> bool:
        if not isinstance(table[key], bool):
            self.refuse(f"{key} is true or false.", key)
        return cast(bool, table[key])

    def _base(self, table: Mapping[str, Any], key: str) -> str:
        if table[key] not in get_args(Base):
            self.refuse(f"base is one of {_listed(get_args(Base))}.", key)
        return cast(str, table[key])

    def _texts(self, table: Mapping[str, Any], key: str) -> tuple[str, ...]:
        values = table[key]
        if not isinstance(values, list) or not all(isinstance(v, str) and v for v in values):
            self.refuse(f"{key} has to be a list of texts.", key)
        return tuple(values)

    def _ids(self, table: Mapping[str, Any], key: str, shape: re.Pattern[str]) -> tuple[str, ...]:
        if key not in table:
            return ()
        values = self._texts(table, key)
        for value in values:
            if not shape.fullmatch(value) or value not in self.known:
                self.refuse(f"{value} is not in the catalogue, or does not belong here.", value)
        return values

    def _marks(self, table: Mapping[str, Any], key: str) -> tuple[Mark, ...]:
        values = self._texts(table, key)
        if not values:
            self.refuse("marks needs at least one id.", key)
        return tuple(self._mark(value) for value in values)

    def _mark(self, value: str) -> Mark:
        match = MARK.fullmatch(value)
        if not match or match["id"] not in self.known:
            self.refuse(f"{value} is no manifestation, sub-form or feature.", value)
        if match["how"] and match["id"] != "M4c":
            self.refuse(f"only M4c says how it was meant, not {match['id']}.", value)
        return Mark(match["id"], match["how"] or "")

    def _one_mark(self, table: Mapping[str, Any], key: str) -> str:
        return self._mark(self._word(table, key)).id

    def _among(self, values: tuple[str, ...], words: Collection[str], what: str) -> tuple[str, ...]:
        for value in values:
            if value not in words:
                self.refuse(f"{value} is no {what}; they are {_listed(words)}.", value)
        return values

    def _instruments(self, table: Mapping[str, Any], key: str) -> tuple[str, ...]:
        values = self._texts(table, key)
        for value in values:
            if value not in self.known:
                self.refuse(f"{value} is no questionnaire of the catalogue.", value)
        return values

    def _calm(self, table: Any) -> Calm:
        self._keys(table, {"noun", "without", *CALM_FACTS}, {"noun", "without"}, "calm")
        facts: Any = {key: READERS[key](self, table, key) for key in CALM_FACTS if key in table}
        return Calm(self._word(table, "noun"), self._word(table, "without"), replace(CALM, **facts))


def _one_of(words: Collection[str], what: str) -> ValueReader:
    """Reads a word of a closed set."""

    def read(reader: _Reader, table: Mapping[str, Any], key: str) -> str:
        return reader._among((reader._word(table, key),), words, what)[0]

    return read


def _some_of(words: Collection[str], what: str) -> ValueReader:
    """Reads a list of words of a closed set."""

    def read(reader: _Reader, table: Mapping[str, Any], key: str) -> tuple[str, ...]:
        return reader._among(reader._texts(table, key), words, what)

    return read


CALM_FACTS = ("repair", "task", "goals_reviewed", "safety_checked")
READERS: Mapping[str, ValueReader] = {
    "text": _Reader._word,
    "base": _Reader._base,
    "single_event": _Reader._flag,
    "goals_reviewed": _Reader._flag,
    "safety_checked": _Reader._flag,
    "marks": _Reader._marks,
    "mark": _Reader._one_mark,
    "attendance": _some_of(ATTENDANCE, "attendance"),
    "flag": _one_of(FLAGS, "flag"),
    "task": _one_of(TASK, "outcome of a task"),
    "outcomes": _some_of(TASK, "outcome of a task"),
    "repair": _one_of(REPAIR, "repair state"),
    "with_line": _Reader._instruments,
    "by_own_range": _Reader._instruments,
    "intensity": _Reader._intensity,
    "at_most": _Reader._count,
}


def _listed(words: Collection[str]) -> str:
    return ", ".join(sorted(words))
