"""Who plays: two practices, the accounts, and forty invented clients with the course of each case.

Pure data. What a course or a closing is called stands in `courses.py`, what a client brings in
`words/stories.toml`.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

PASSWORD = "impasse-demo"  # noqa: S105 (printed on the terminal; for a laptop only)

TODAY, YESTERDAY = 10, 11  # weekdays that move with the day the data are loaded


@dataclass(frozen=True)
class Person:
    """Somebody with an account."""

    email: str
    name: str
    roles: tuple[str, ...]


@dataclass(frozen=True)
class Practice:
    """An organisation and its people; the first of them makes its cast recognisable."""

    name: str
    time_zone: str
    people: tuple[Person, ...]


@dataclass(frozen=True)
class Watch:
    """One person supervising another: since and until how long ago."""

    supervisor: str
    therapist: str
    since: timedelta
    until: timedelta | None = None


@dataclass(frozen=True)
class Decision:
    """What the therapist decides about a suggestion after the slot `at` (negative: from the end).

    `outcomes` answer the plan in the held sessions after it: the therapist's side, the client's.
    """

    rule: str
    verb: Literal["plan", "snooze", "dismiss"]
    at: int = -1
    outcomes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Impasse:
    """An impasse of a case: in whose words, what may lie underneath, and its stages by slot."""

    words: str
    stages: tuple[tuple[str, int], ...]
    causes: tuple[str, ...] = ()
    growth: tuple[str, ...] = ()
    learned: str = ""


@dataclass(frozen=True)
class Casting:
    """One client. `slots` counts all sessions, held or not; `weekday` 0 is Monday.

    `quiet_weeks` is how long ago the last session was beyond the rhythm. `sharing` is how openly
    the therapist shares: open, counts or guarded. `scores` names a questionnaire beside A10.
    `draft` says that today's session is begun and not saved.
    """

    therapist: str
    code_name: str
    course: str
    slots: int
    weekday: int
    hour: int
    closing: str = ""
    rhythm: str = "weekly"
    status: Literal["active", "paused", "ended"] = "active"
    ended_reason: str = ""
    quiet_weeks: int = 0
    sharing: Literal["open", "counts", "guarded"] = "open"
    scores: str = ""
    decisions: tuple[Decision, ...] = ()
    baseline: tuple[str, ...] = ()
    impasses: tuple[Impasse, ...] = ()
    draft: bool = False

    @property
    def key(self) -> str:
        """What names this client for ever, whoever else is called so."""
        return f"{self.therapist}/{self.code_name}"


NORTHSIDE = Practice(
    "Northside Psychotherapy",
    "Europe/London",
    (
        Person("thea@demo.test", "Thea Lindqvist", ("therapist",)),
        Person("tom@demo.test", "Tom Adeyemi", ("therapist",)),
        Person("sunil@demo.test", "Sunil Rao", ("supervisor", "therapist")),
        Person("nadia@demo.test", "Nadia Haddad", ("therapist",)),
        Person("marta@demo.test", "Marta Kowal", ("therapist",)),
        Person("ada@demo.test", "Ada Brandt", ("administrator",)),
    ),
)
ELM_COURT = Practice(
    "Elm Court Practice",
    "Europe/London",
    (Person("otto@other.test", "Otto Weiss", ("therapist",)),),
)
PRACTICES = (NORTHSIDE, ELM_COURT)
ADMINISTRATOR = "ada@demo.test"
TRAINEE = "nadia@demo.test"
WATCHES = (
    Watch("sunil@demo.test", "thea@demo.test", since=timedelta(days=240)),
    Watch("sunil@demo.test", TRAINEE, since=timedelta(days=120)),
    Watch("sunil@demo.test", "tom@demo.test", timedelta(days=500), until=timedelta(days=150)),
)


def _plan(rule: str, at: int, *outcomes: str) -> tuple[Decision, ...]:
    """A plan and its answers, each as "therapist client"."""
    answers = tuple((mine, theirs) for mine, theirs in map(str.split, outcomes))
    return (Decision(rule, "plan", at, answers),)


_THEA, _TOM, _SUNIL, _MARTA, _OTTO = (
    "thea@demo.test", "tom@demo.test", "sunil@demo.test", "marta@demo.test", "otto@other.test",
)  # fmt: skip

CAST: tuple[Casting, ...] = (
    # Thea. The first three are loaded first; 10, 11 and 15 o'clock are theirs on every day.
    Casting(_THEA, "Heron", "ruptured", 27, TODAY, 10, closing="strain", scores="CORE-10",
            draft=True,
            decisions=_plan("R4", 5, "too_early too_early", "partly no", "helped partly",
                            "helped helped"),
            impasses=(
                Impasse("Feelings came too fast to speak of.",
                        (("suspected", 3), ("worked", 5), ("loosening", 9), ("resolved", 11)),
                        ("C2",), ("G5", "G6"), "A minute with the body first makes room."),
                Impasse("Since the weekly goal we pull in different directions.",
                        (("suspected", -6), ("named", -3), ("worked", -2)), ("C3",)),
            )),
    Casting(_THEA, "Juniper", "avoidant", 19, YESTERDAY, 11, closing="two_minds",
            scores="PHQ-9"),
    Casting(_THEA, "Lantern", "dropping_out", 16, TODAY, 15, sharing="counts"),
    Casting(_THEA, "Thistle", "repetitive", 21, 1, 16, closing="loosening",
            decisions=_plan("R12", 6, "too_early partly", "partly partly", "helped helped",
                            "partly helped"),
            impasses=(
                Impasse("Every hour ends at the quarrel with his brother.",
                        (("named", 4), ("worked", 6), ("loosening", -4)), ("C1",)),
            )),
    Casting(_THEA, "Finch", "steady", 8, 2, 12, rhythm="fortnightly"),
    Casting(_THEA, "Saffron", "intellectualising", 34, 0, 14, scores="CORE-10",
            decisions=_plan("R7", -2, "too_early partly")),
    Casting(_THEA, "Comet", "repetitive", 60, 3, 9, scores="PHQ-9", sharing="counts",
            decisions=(Decision("R12", "snooze"),)),
    Casting(_THEA, "Harbour", "transference", 23, 4, 14, sharing="guarded",
            decisions=_plan("R3", -1)),
    Casting(_THEA, "Willow", "overwhelmed", 26, 2, 9, scores="CORE-10",
            decisions=_plan("R4", -2, "partly helped"),
            impasses=(Impasse("What happened is too near to be told.", (("named", -2),)),)),
    Casting(_THEA, "Ember", "behavioural", 18, 0, 17, closing="unconvinced", scores="GAD-7"),
    Casting(_THEA, "Marble", "tied", 15, 3, 16),
    Casting(_THEA, "Orchard", "steady", 32, 1, 9, closing="farewell", status="ended",
            ended_reason="completed", quiet_weeks=5, scores="CORE-10"),
    Casting(_THEA, "Pebble", "withdrawn", 14, 4, 17, closing="aimless", rhythm="fortnightly",
            sharing="guarded"),
    Casting(_THEA, "Sparrow", "repetitive", 22, 2, 17, closing="harmful", status="paused",
            quiet_weeks=4),
    # Tom.
    Casting(_TOM, "Anchor", "ruptured", 20, TODAY, 13, closing="contest",
            decisions=_plan("R1", -3, "too_early no", "no worse"),
            impasses=(Impasse("Who decides what we talk about.",
                              (("named", -5), ("worked", -3)), ("C6",)),)),
    Casting(_TOM, "Birch", "avoidant", 25, 0, 9, scores="CORE-10",
            decisions=(Decision("R4", "dismiss"),)),
    Casting(_TOM, "Drift", "dropping_out", 9, 2, 18, closing="gone", status="ended",
            ended_reason="no_contact", quiet_weeks=9),
    Casting(_TOM, "Falcon", "overwhelmed", 30, 3, 10, sharing="counts", scores="PHQ-9",
            decisions=_plan("R4", -3, "too_early too_early", "helped partly")),
    Casting(_TOM, "Hazel", "behavioural", 41, 0, 16, scores="CORE-10",
            decisions=_plan("R10", -4, "too_early too_early", "partly no", "partly partly"),
            impasses=(Impasse("The phone stays where it is.",
                              (("suspected", -8), ("worked", -4))),)),
    Casting(_TOM, "Indigo", "repetitive", 28, 1, 17, sharing="guarded"),
    Casting(_TOM, "Quarry", "overwhelmed", 13, YESTERDAY, 14, closing="alarmed", scores="PHQ-9"),
    # Nadia, who is in training, and Marta.
    Casting(TRAINEE, "Copper", "steady", 12, 1, 10, scores="GAD-7"),
    Casting(TRAINEE, "Kestrel", "transference", 16, 2, 9, closing="answering", scores="CORE-10"),
    Casting(TRAINEE, "Meadow", "steady", 24, 4, 11, closing="unmended", rhythm="fortnightly"),
    Casting(_MARTA, "Garnet", "intellectualising", 17, 4, 9),
    Casting(_MARTA, "Larch", "withdrawn", 11, 3, 15, rhythm="fortnightly", baseline=("M1a",),
            decisions=(Decision("R16", "dismiss"),)),
    # Sunil's own caseload.
    Casting(_SUNIL, "Nettle", "ruptured", 36, 0, 10, closing="easing", scores="CORE-10"),
    Casting(_SUNIL, "Opal", "steady", 10, 1, 11),
    Casting(_SUNIL, "Prairie", "avoidant", 22, TODAY, 12, sharing="guarded"),
    Casting(_SUNIL, "Quill", "intellectualising", 48, 2, 15),
    Casting(_SUNIL, "Raven", "dropping_out", 7, 3, 11, closing="wavering",
            decisions=(Decision("R15", "snooze"),)),
    Casting(_SUNIL, "Slate", "steady", 12, 4, 10, rhythm="monthly", scores="PHQ-9"),
    Casting(_SUNIL, "Tundra", "repetitive", 19, 1, 15, status="ended", ended_reason="referred",
            quiet_weeks=3),
    Casting(_SUNIL, "Umber", "steady", 6, 3, 16, rhythm="as_needed"),
    # Otto, behind the other practice's wall.
    Casting(_OTTO, "Violet", "ruptured", 14, TODAY, 9, closing="strain"),
    Casting(_OTTO, "Walnut", "steady", 20, 1, 10, scores="GAD-7"),
    Casting(_OTTO, "Yarrow", "avoidant", 9, 2, 11),
    Casting(_OTTO, "Zephyr", "dropping_out", 6, 3, 14),
    Casting(_OTTO, "Acorn", "repetitive", 26, 4, 15),
    Casting(_OTTO, "Bramble", "overwhelmed", 15, YESTERDAY, 12, scores="PCL-5"),
)  # fmt: skip
FIRST = 3
