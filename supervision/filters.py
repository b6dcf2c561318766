"""Which cases the dashboard lists, in which order: the keys an address may name, and their rules.

Case facts are those of `supervision.dashboard.CaseFacts`; the rules use nothing but its names.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from operator import attrgetter
from typing import Any, NamedTuple
from uuid import UUID

from impasses.catalogue import catalogue
from impasses.models.episode import OPEN, Stage
from people.keys import is_id
from people.templatetags.look import day


@dataclass(frozen=True)
class Show:
    """A list of cases: its title, and for a counter the word and the rule that are said with it."""

    title: str
    holds: Callable[[Any], Any]  # truth or not
    word: str = ""
    rule: str = ""

    @property
    def is_counted(self) -> bool:
        return bool(self.word)

    def rule_on(self, today: date) -> str:
        monday = today - timedelta(days=today.weekday())
        return self.rule.format(monday=day(monday))


SHOWS: dict[str, Show] = {
    "look": Show("Needs a second look", attrgetter("needs_look")),
    "impasse": Show(
        "In an impasse",
        attrgetter("stage"),
        "in an impasse",
        "Suspected, named, worked or loosening today",
    ),
    "new": Show("Newly stuck", attrgetter("is_new"), "newly stuck", "Opened since {monday}, 0:00"),
    "strain": Show(
        "Strain left unrepaired",
        attrgetter("is_strained"),
        "strain left unrepaired",
        "For two held sessions or more",
    ),
    "unseen": Show(
        "Not seen as planned",
        attrgetter("unseen_days"),
        "not seen as planned",
        "Last held session longer ago than the rhythm",
    ),
    "all": Show("All cases", lambda _: True),
}


@dataclass(frozen=True)
class Sort:
    """An order: its word, and the key of a case given the therapists' names."""

    word: str
    key: Callable[[Any, Mapping[str, str]], tuple[Any, ...]]


def by_stuckness(case: Any) -> tuple[Any, ...]:
    """Safety first, then unrepaired strain, then the longest stuck."""
    return (not case.safety_since, not case.unrepaired, -case.stuck, case.code_name.casefold())


SORTS: dict[str, Sort] = {
    "stuckness": Sort("Stuckness", lambda case, _: by_stuckness(case)),
    "therapist": Sort(
        "Therapist", lambda case, names: (names.get(case.therapist, ""), *by_stuckness(case))
    ),
    "name": Sort("Code name", lambda case, _: (case.code_name.casefold(), case.pk)),
    "seen": Sort("Longest not seen", lambda case, _: (case.last_held_on or date.min, case.pk)),
}


@dataclass(frozen=True, kw_only=True)
class Filters:
    """What an address asks for; unknown words count as not there."""

    show: str = "look"
    sort: str = "stuckness"
    therapist: str = ""
    type: str = ""
    sign: str = ""
    stage: str = ""

    @property
    def is_default(self) -> bool:
        return self.show == "look" and not (self.therapist or self.type or self.sign or self.stage)

    @property
    def is_narrowed(self) -> bool:
        return bool(self.therapist or self.type or self.sign or self.stage)

    def among(self, cases: Iterable[Any], marked: set[str]) -> list[Any]:
        """The cases that are listed; `marked` are those that show the sign."""
        shown = filter(SHOWS[self.show].holds, cases)
        return [case for case in shown if not self.is_narrowed or self._fits(case, marked)]

    def _fits(self, case: Any, marked: set[str]) -> bool:
        return (
            (not self.therapist or case.therapist == self.therapist)
            and (not self.type or self.type in case.types)
            and (not self.sign or case.pk in marked)
            and (not self.stage or case.stage == self.stage)
        )

    def as_query(self, **other: str) -> str:
        """The address' query, with some of it otherwise; ids and fixed words alone."""
        known = {
            "show": self.show, "sort": self.sort, "therapist": self.therapist,
            "type": self.type, "sign": self.sign, "stage": self.stage,
        }  # fmt: skip
        return "&".join(f"{key}={value}" for key, value in (known | other).items() if value)


def read_filters(given: Mapping[str, str]) -> Filters:
    """From an address: every word that is not known is left out."""
    types = {kind.id for kind in catalogue().types}
    signs = {sign.id for sign in catalogue().manifestations}
    therapist = given.get("therapist", "")
    return Filters(
        show=_known(given.get("show", ""), SHOWS, "look"),
        sort=_known(given.get("sort", ""), SORTS, "stuckness"),
        therapist=str(UUID(therapist)) if is_id(therapist) else "",
        type=_known(given.get("type", ""), types),
        sign=_known(given.get("sign", ""), signs),
        stage=_known(given.get("stage", ""), {str(stage) for stage in OPEN}),
    )


def _known(word: str, words: Any, otherwise: str = "") -> str:
    return word if word in words else otherwise


class FilterForm(NamedTuple):
    """What the form offers, therapists by their ids and names, and what is chosen."""

    filters: Filters
    therapists: tuple[tuple[str, str], ...]

    @property
    def choices(self) -> dict[str, list[tuple[str, str]]]:
        """What is offered beside the therapists."""
        return {
            "type": [(kind.id, kind.word) for kind in catalogue().types],
            "sign": [(sign.id, sign.word) for sign in catalogue().manifestations],
            "stage": [(str(stage), Stage(stage).label) for stage in OPEN],
        }
