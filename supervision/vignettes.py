"""Twelve sketches, what one person marked in them, and how far the team agrees.

A person sees the team's agreement after finishing, once enough others have, and never a count or
another's answer.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache, cached_property
from operator import attrgetter, itemgetter
from pathlib import Path

from django.utils import timezone

from impasses.catalogue import Manifestation, catalogue
from impasses.catalogue_file import File, Part
from people.models import User
from supervision.models import VignetteAnswer

FILE = Path(__file__).parent / "knowledge" / "vignettes.toml"
STANDS = timedelta(days=90)
LEAST_PEOPLE = 3  # who finished; below it an answer could be read off
LEAST_FOR_SKETCHES = 5  # people, before it is told sketch by sketch
MOST_PARTINGS = 6
BANDS = (  # Landis and Koch 1977, Biometrics 33:159-174: up to and with the number
    (0.20, "slight"),
    (0.40, "fair"),
    (0.60, "moderate"),
    (0.80, "substantial"),
    (1.00, "almost perfect"),
)


@dataclass(frozen=True, kw_only=True)
class Vignette:
    """A sketch of an invented session. Nothing says how it should be read."""

    id: str
    title: str
    text: str

    @property
    def number(self) -> int:
        return int(self.id[1:])

    @property
    def sketch(self) -> str:
        """The text without the line breaks of its file."""
        return " ".join(self.text.split())


PARTS = (Part("vignette", Vignette, "vignettes", r"V([1-9]|1[0-2])", 12),)


def load(path: Path) -> Mapping[str, Vignette]:
    """The sketches of a file by id; BrokenCatalogue for the first thing that is wrong."""
    read = File(path, {}, folder="supervision/knowledge").read(PARTS)
    return {each.id: each for each in read["vignettes"]}


@cache
def vignettes() -> Mapping[str, Vignette]:
    """The sketches that ship with the program, in the order in which they are read."""
    return load(FILE)


# --- how far a team agrees -----------------------------------------------------------------------


def fleiss(table: Sequence[Sequence[int]]) -> float | None:
    """Fleiss' kappa (1971, Psychol Bull 76:378-382): a row a subject, a column a category.

    A cell counts the raters who chose it; each row has as many, at least two. None where only one
    category was ever chosen: there kappa is not defined.
    """
    if sum(map(any, zip(*table, strict=True))) < 2:
        return None
    # Here, since it brings numpy, scipy and pandas: 0.8 s, once in a process, for this page alone.
    from statsmodels.stats.inter_rater import fleiss_kappa

    return float(fleiss_kappa(table))


@dataclass(frozen=True)
class Split:
    """How many of `people` marked one sign in one sketch. Counts stay in here."""

    vignette: Vignette
    sign: Manifestation
    marked: int
    people: int

    @property
    def unevenness(self) -> int:
        """0 where exactly half marked it, `people` where all or none did."""
        return abs(2 * self.marked - self.people)

    @property
    def is_parted(self) -> bool:
        """Whether at least a third saw it otherwise than the rest."""
        return 3 * min(self.marked, self.people - self.marked) >= self.people


@dataclass(frozen=True)
class Reading:
    """How far a team agrees about one sign over the twelve sketches."""

    sign: Manifestation
    splits: tuple[Split, ...]

    @property
    def parted(self) -> list[Split]:
        return [split for split in self.splits if split.is_parted]

    @property
    def is_unmarked(self) -> bool:
        return not any(split.marked for split in self.splits)

    @property
    def is_unanimous(self) -> bool:
        return all(split.marked in (0, split.people) for split in self.splits)

    @cached_property
    def kappa(self) -> float | None:
        """Two places, as it is printed; None where all marked it everywhere, or nobody did."""
        value = fleiss([(each.marked, each.people - each.marked) for each in self.splits])
        return None if value is None else round(value, 2) + 0.0  # no minus before a zero

    @property
    def figure(self) -> str:
        return f"{self.kappa:.2f}".replace("-", "−")

    @property
    def band(self) -> str:
        """The word of Landis and Koch."""
        if self.kappa is None or self.kappa < 0:
            return "poor"
        return next(word for upper, word in BANDS if self.kappa <= upper)


@dataclass(frozen=True)
class Parting:
    """A sign whose definition divides the team, and the sketches in which it does."""

    sign: Manifestation
    vignettes: tuple[Vignette, ...]


@dataclass(frozen=True)
class Team:
    """How those who finished read the sketches; a reading a sign, in lane order."""

    people: int
    readings: tuple[Reading, ...]

    @property
    def tells_each_sketch(self) -> bool:
        """Among fewer, what the others marked could be worked out from one's own marks."""
        return self.people >= LEAST_FOR_SKETCHES

    @property
    def partings(self) -> tuple[Parting, ...]:
        """The most even splits by sign in lane order.

        Of splits as even as each other, one of each sign comes before a second of any.
        """
        ranked = [
            (split.unevenness, rank, split)
            for reading in self.readings
            for rank, split in enumerate(sorted(reading.parted, key=attrgetter("unevenness")))
        ]
        ranked.sort(key=itemgetter(0, 1))
        by_sign = defaultdict(list)
        for _, _, split in ranked[:MOST_PARTINGS]:
            by_sign[split.sign.id].append(split.vignette)
        return tuple(
            Parting(reading.sign, tuple(sorted(by_sign[reading.sign.id], key=attrgetter("number"))))
            for reading in self.readings
            if reading.sign.id in by_sign
        )

    def parted_about(self, vignette: Vignette) -> tuple[Manifestation, ...]:
        """The signs about which the team is of two minds in one sketch."""
        return tuple(
            reading.sign
            for reading in self.readings
            if any(split.vignette == vignette for split in reading.parted)
        )


def team_of(answers: Sequence[Mapping[str, Sequence[str]]]) -> Team:
    """The agreement of people who each answered every sketch: signs by sketch, a person each."""
    people = len(answers)
    marks = Counter(
        (key, sign) for own in answers for key, signs in own.items() for sign in set(signs)
    )
    return Team(
        people,
        tuple(
            Reading(
                sign,
                tuple(
                    Split(each, sign, marks[each.id, sign.id], people)
                    for each in vignettes().values()
                ),
            )
            for sign in catalogue().manifestations
        ),
    )


# --- the pages -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Row:
    """One sketch as one person has it; `signs` is None until it is answered.

    `parted` names the signs about which the team is of two minds; None where that is not told.
    """

    vignette: Vignette
    signs: tuple[Manifestation, ...] | None
    parted: tuple[Manifestation, ...] | None = None

    @property
    def is_answered(self) -> bool:
        return self.signs is not None

    @property
    def minds(self) -> str:
        """As in "of two minds about resistance and avoidance"; empty where it is not told."""
        if not self.parted:
            return "" if self.parted is None else "of one mind"
        *others, last = (sign.word.lower() for sign in self.parted)
        return f"of two minds about {' and '.join([', '.join(others), last] if others else [last])}"


@dataclass(frozen=True)
class Practice:
    """How far one person has come; `team` is None until it may be shown to them."""

    rows: tuple[Row, ...]
    team: Team | None
    still_needed: int
    stands_until: date | None

    @property
    def answered(self) -> int:
        return sum(row.is_answered for row in self.rows)

    @property
    def is_finished(self) -> bool:
        return self.answered == len(self.rows)

    @property
    def is_last(self) -> bool:
        """Whether one sketch is left, after which the answers stand."""
        return self.answered == len(self.rows) - 1

    @property
    def next(self) -> Vignette | None:
        """The first sketch that is still open."""
        return next((row.vignette for row in self.rows if not row.is_answered), None)

    def row_of(self, key: str) -> Row | None:
        return next((row for row in self.rows if row.vignette.id == key), None)


def practice(user: User) -> Practice:
    """The twelve as the person has them. One query, and one more once they have finished."""
    rows_of = VignetteAnswer.objects.visible_to(user)
    given = list(rows_of.values_list("vignette", "manifestations", "answered_at"))
    own = {key: signs for key, signs, _ in given}
    finished = _finished(user) if own.keys() >= vignettes().keys() else []
    team = team_of(finished) if len(finished) >= LEAST_PEOPLE else None
    rows = (
        Row(
            each,
            _signs(own[each.id]) if each.id in own else None,
            team.parted_about(each) if team and team.tells_each_sketch else None,
        )
        for each in vignettes().values()
    )
    until = stands_until(at for _, _, at in given)
    return Practice(tuple(rows), team, max(LEAST_PEOPLE - len(finished), 0), until)


def stands_until(answered: Iterable[datetime]) -> date | None:
    """The first day on which a finished set may be cleared; None where it may be today."""
    moments = list(answered)
    if len(moments) < len(vignettes()):
        return None
    until = timezone.localdate(max(moments) + STANDS)
    return until if until > timezone.localdate() else None


def _signs(ids: Sequence[str]) -> tuple[Manifestation, ...]:
    return tuple(sign for sign in catalogue().manifestations if sign.id in ids)


def _finished(user: User) -> list[dict[str, list[str]]]:
    """The answers of each who has answered every sketch, without a name."""
    by_person: dict[object, dict[str, list[str]]] = defaultdict(dict)
    rows = VignetteAnswer.objects.beside(user).filter(vignette__in=vignettes().keys())
    for clinician, key, signs in rows.values_list("clinician", "vignette", "manifestations"):
        by_person[clinician][key] = signs
    return [own for own in by_person.values() if own.keys() >= vignettes().keys()]
