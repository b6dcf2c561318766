"""What stands around an entry of the library: its place in the source, its rules, its neighbours.

Everything is computed from the catalogue and the published rules; nothing is written by hand twice.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from impasses.catalogue import Entry, catalogue
from impasses.rule_pages import named_by
from impasses.rulebook import rulebook
from impasses.rules import Rule

SECTIONS = {
    "M": "Understanding the Impasse in Psychotherapy",
    "C": "Why Impasses Occur: Exploring the Underlying Dynamics",
    "T": "The Therapist's Role in Resolving Impasses",
    "K": "The Client's Role in Overcoming Impasses",
    "Y": "Types of Impasses and Their Unique Challenges",
}
"""The headings of the source document under which the entries of a kind are listed."""


@dataclass(frozen=True)
class Around:
    """What stands around one entry. `place` counts from 1 in the list of the source document."""

    section: str
    place: int
    rules: tuple[Rule, ...]
    neighbours: tuple[Entry, ...]


@cache
def around(key: str) -> Around:
    """Of a manifestation, cause, type or strategy, by id."""
    family = _family(catalogue()[key])
    rules = tuple(rule for rule in rulebook().rules if family & named_by(rule))
    near = {name[:2] for rule in rules for name in named_by(rule)} - {key}
    return Around(
        section=SECTIONS[key[0]],
        place=int(key[1:]),
        rules=rules,
        neighbours=tuple(entry for entry in _listed() if entry.id in near),
    )


def _family(entry: Entry) -> set[str]:
    """An entry and its sub-entries, by id."""
    return {other.id for other in catalogue() if other.id.startswith(entry.id)}


@cache
def _listed() -> tuple[Entry, ...]:
    """The entries that have a card of their own, in the order of the page."""
    all_ = catalogue()
    return (
        *all_.manifestations, *all_.causes, *all_.types,
        *all_.therapist_strategies, *all_.client_strategies,
    )  # fmt: skip


@dataclass(frozen=True)
class Found:
    """An entry that has the words somebody looked for, and the one it stands under."""

    entry: Entry
    under: Entry | None


def find(words: str) -> list[Found]:
    """The entries that have all the words, those with one in the name first."""
    wanted = words.casefold().split()
    if not wanted:
        return []
    found = [entry for entry in catalogue() if _has(wanted, _texts(entry))]
    found.sort(key=lambda entry: not _has(wanted, (entry.id, entry.name, entry.label)))
    return [Found(entry, _parent(entry)) for entry in found]


def _has(wanted: Sequence[str], texts: Iterable[str]) -> bool:
    text = " ".join(texts).casefold()
    return all(word in text for word in wanted)


def _texts(entry: Entry) -> tuple[str, ...]:
    more = (getattr(entry, name, "") for name in ("say", "more", "word", "hint", "basis"))
    return (entry.id, entry.name, entry.label, entry.explanation, entry.room, *more)


def _parent(entry: Entry) -> Entry | None:
    tops = {top.id: top for top in _listed()}
    return tops.get(entry.id[:2]) if len(entry.id) > 2 else None
