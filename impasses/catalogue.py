"""What an impasse is and what may help, read from `knowledge/*.toml` into frozen objects.

No database, no request, no Django: `catalogue()` is the whole vocabulary, loaded once.
A broken file stops the program with one sentence that names the file, the line and the mend.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Literal

from impasses.catalogue_file import File, Part

KNOWLEDGE = Path(__file__).parent / "knowledge"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One thing with an id. `name` is the source document's; the sentences are our own.

    `label` is the short everyday wording under its parent, `qualified` the one that can stand
    alone; each falls back to the one before it. `room` is what it can look like in the room.
    """

    id: str
    name: str
    explanation: str
    label: str = ""
    qualified: str = ""
    room: str = ""

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
    more: str = ""
    """Further prompts, one a line."""
    methods: tuple[Method, ...] = ()

    @property
    def side(self) -> Literal["therapist", "client"]:
        """Whose strategy it is."""
        return "therapist" if self.id.startswith("T") else "client"

    @property
    def prompts(self) -> tuple[str, ...]:
        """What could be said or tried, without those of its methods."""
        return (self.say, *self.more.split("\n")) if self.more else (self.say,)


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
        file = File(folder / name, places)
        read |= file.read(parts)
        if name == "additions.toml":
            file.check_parents(read["additions"])
    definition = read.pop("definition")[0]
    return Catalogue(definition=definition, **read)
