"""The course of a case as a simulation: which signs show in which session. Pure, from a seed.

A session is a short text, as in "M5a:3 M4b repair=unrepaired steps=named+owned theme": ids with an
intensity (2 unless given) and, for M4c, how it was meant ("M4c=hopeless"); "~" behind an id makes
it count only and "!" private. An attendance or a flag stands as it is. "" is a calm session.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from impasse_tracker.demo.cast import Casting
from sessions_app.entries import TagEntry

SEED = "impasse tracker 2026"
HELD = ("attended", "late")
MISSED = ("no_show", "cancelled_by_client", "cancelled_by_therapist")
FLAGS = (
    "goals_reviewed", "ambivalence", "movement", "context", "safety", "safety_checked",
)  # fmt: skip
CLOSE = 6  # sessions of a closing: nothing is added to what is written there but repair and tasks
VISIBILITY = {"~": "counts", "!": "private"}


@dataclass(frozen=True)
class Course:
    """How a case goes: its first sessions, a turn, what the middle is drawn from, its close.

    `diligence` is the chance that an agreed task is done.
    """

    opening: tuple[str, ...]
    turn: tuple[str, ...]
    middle: tuple[tuple[str, ...], ...]
    closing: str
    diligence: float = 0.5


@dataclass(frozen=True)
class Beat:
    """One session of a course, before it has a date, a client and words.

    `theme` is 0 for none, 1 for the client's first theme, 2 for the second. `agrees` says that a
    task is agreed for next time.
    """

    attendance: str = "attended"
    tags: tuple[TagEntry, ...] = ()
    theme: int = 0
    repair: str = ""
    repair_steps: tuple[str, ...] = ()
    task: str = ""
    flags: frozenset[str] = frozenset()
    agrees: bool = False

    @property
    def held(self) -> bool:
        return self.attendance in HELD

    @property
    def strained(self) -> bool:
        """Strain between the two: a counter-transference alone is the therapist's own affair."""
        return any(t.code == "M5" and t.sub_forms != t.private_forms for t in self.tags)


_CALM = ("", "", "", "movement", "theme", "M1a:1", "M3a:1")
COURSES = {
    "steady": Course(
        opening=("", "goals_reviewed", "M1a:1"),
        turn=(),
        middle=(("", "", "", "M1a:1", "M2a:1", "movement", "theme"),
                ("", "", "movement", "movement", "M3a:1", "theme2", "M4a:1")),
        closing="calm",
        diligence=0.75,
    ),
    "repetitive": Course(
        opening=("", "M3a:1", "goals_reviewed"),
        turn=("M3b theme", "M3b theme", "M3a:1 M1a:1", "M3b theme"),
        middle=(("M3b theme", "M3a", "", "M3b theme2", "", "M4b:1"),
                ("M3b theme", "M3a:1", "M1c:1", "", "movement", "theme2"),
                ("M3b:3 theme", "M3a", "", "M4c=complaint:1", "M3b theme", "ambivalence")),
        closing="returning",
    ),
    "intellectualising": Course(
        opening=("M1c:1", "", "M1c:1"),
        turn=("M1c Y2c", "M3b theme", "M1c Y2a:1"),
        middle=(("M1c", "M1c:1", "", "M3a:1", "Y2b", "theme"),
                ("M1c", "M3b theme", "", "Y2c", "movement", "")),
        closing="thoughts",
    ),
    "ruptured": Course(
        opening=("", "", "M1a:1"),
        turn=("M2a M1a:1", "M1a M2a", "M2a:3 Y3b:1", "M1a M2a:1", "M2a:1 movement"),
        middle=(("", "movement", "theme", "", "M1a:1"),
                ("M3a", "M3a:1 M4a:1", "", "M5a:1", "M1a:1"),
                ("M5a", "", "M5b:1", "M3b theme2", "")),
        closing="strain",
    ),
    "transference": Course(
        opening=("", "M5b:1", ""),
        turn=("M5b", "M5c:1", "", "M5b Y1a"),
        middle=(("", "M5b:1", "M5c:1", "movement", "theme", ""),
                ("", "M3a:1", "M5c", "", "M1b:1", "Y1a:1")),
        closing="response",
    ),
    "dropping_out": Course(
        opening=("", "M4b:1", ""),
        turn=("M4a:1 ambivalence", "cancelled_by_client"),
        middle=(("", "M4b:1", "M4a", "late", "cancelled_by_client", "ambivalence", "theme"),),
        closing="thinning",
        diligence=0.25,
    ),
    "overwhelmed": Course(
        opening=("Y3c:1", "Y3c", ""),
        turn=("Y3c:3 safety safety_checked", "Y3d", "Y3a Y3c"),
        middle=(("Y3c", "Y3d", "", "M2a:1", "movement", "Y3e:1"),
                ("Y3a:1", "", "Y3c:1", "movement", "theme", "Y3b", "context")),
        closing="flooded",
    ),
    "avoidant": Course(
        opening=("", "M2a:1", ""),
        turn=("M2a theme", "M1a M2a:1", "M2a"),
        middle=(("M2a", "M1a:1", "", "M2a:1 theme", "M1b:1", ""),
                ("M2a", "", "M1b", "movement", "M2b:1", "theme2")),
        closing="charged",
    ),
    "behavioural": Course(
        opening=("", "Y4b:1", "goals_reviewed"),
        turn=("Y4b", "M2b:1 Y4c", "Y4b"),
        middle=(("Y4b", "", "M2b:1", "Y4c:1", "movement", "theme"),
                ("Y4b:1", "M1a:1", "", "Y4c", "theme2", "ambivalence")),
        closing="situations",
        diligence=0.3,
    ),
    "withdrawn": Course(
        opening=("M4b:1", "", "M4b:1"),
        turn=("M4a M1a:1", "M4b"),
        middle=(("M4b:1", "M4a:1", "", "", "M1a:1", "theme"),),
        closing="quiet",
        diligence=0.35,
    ),
    "tied": Course(
        opening=("", "Y4b:1", ""),
        turn=("Y3c:1", "M2a:1"),
        middle=(_CALM, ("Y4b:1", "", "Y3b:1", "theme", "")),
        closing="tie",
    ),
}  # fmt: skip

CLOSINGS = {
    # Nothing fires at the end of this one.
    "calm": ("", "task=done", "movement task=done", "theme", "", "task=done"),
    # R20: three sessions without a sign, and something moved
    "loosening": ("M1d:1", "M3a:1", "", "movement task=done", "theme", "movement task=done"),
    "easing": ("M5a repair=unrepaired", "M5b:1 repair=partly steps=named",
               "repair=repaired steps=named+owned movement", "", "movement task=done", "theme"),
    "farewell": ("movement", "", "movement goals_reviewed", "theme2", "movement",
                 "movement goals_reviewed"),
    # R1
    "strain": ("M3a M4a:1 task=not_done goals_reviewed", "M5b M1a:1 repair=unrepaired",
               "M5b:3 M4b repair=unrepaired ambivalence", "M3a:1 M4b:1 repair=unrepaired",
               "M5b Y1c repair=unrepaired", "M5b:1 repair=partly steps=named+owned"),
    # R1 and R17
    "contest": ("", "M5a repair=unrepaired", "", "M5b Y1a repair=partly steps=named", "M1c:1",
                "M5a Y1b repair=unrepaired"),
    # R3, alone and with R1
    "response": ("M3a:1", "M5b:1 repair=partly", "", "movement", "M5c", ""),
    "answering": ("M5c", "M5a:1 repair=unrepaired", "", "M5c Y1b:1", "theme",
                  "M5c:1 repair=partly"),
    # R6: a strain that stays open
    "unmended": ("M2a:1", "", "M5b repair=unrepaired goals_reviewed", "theme repair=unrepaired",
                 "M4b:1 repair=unrepaired", "repair=unrepaired"),
    # R4 and R5 by feelings, once with a safety concern that is still open, and R18 by scores
    "flooded": ("Y3c:3 safety safety_checked", "Y3c", "Y3a M2a:1", "Y3b Y3d", "movement",
                "Y3a Y3c:1 M2a:1"),
    "alarmed": ("Y3d", "Y3e", "Y3a", "Y3b Y3e", "context", "Y3a Y3e:3 safety"),
    # R16 with R4
    "charged": ("M2a theme", "M1a M2a:1", "M2a:3 theme", "", "M2a M1b:1 theme",
                "M2a Y3b:1 ambivalence"),
    # R8, R11, R13, R14
    "unconvinced": ("M1c:1", "Y2a", "", "Y2c theme", "Y2b:1", "M1c:1 goals_reviewed"),
    "harmful": ("M1d:1", "", "Y4a:1", "theme", "Y4a safety_checked", "M1d:1 goals_reviewed"),
    "aimless": ("M3a", "", "M4b:1", "M3a:1", "", "M4b:1"),
    "two_minds": ("M2a:1", "ambivalence M4c=hopeless:1", "", "M4c=hopeless ambivalence", "theme",
                  "M2a:1 goals_reviewed"),
    # R7, R10, R12, R16
    "thoughts": ("M1c goals_reviewed", "M3b M1c theme", "", "M1c Y2c", "M3b theme2",
                 "M3b:1 M1c:1 theme"),
    "situations": ("Y4b", "M2b task=not_done", "Y4b:3 Y4c:1 task=not_done", "",
                   "M2b Y4b task=partly", "Y4b ambivalence"),
    "returning": ("M3b theme goals_reviewed", "", "M3b theme", "M3a:1 M3b theme", "",
                  "M3b:3 theme"),
    "quiet": ("M4a goals_reviewed", "M4b:1 M1a:1", "", "M4b", "M1a:1 M4a", "M4b M4c=hopeless:1"),
    # R15 by misses, by one miss and disengagement beside R17, and at an end without a word
    "thinning": ("ambivalence goals_reviewed", "no_show", "M4a ambivalence",
                 "cancelled_by_client", "", "no_show"),
    "wavering": ("", "M4c=complaint", "cancelled_by_client", "", "cancelled_by_therapist",
                 "M4a late"),
    "gone": ("M4a", "no_show", "M4c=hopeless", "cancelled_by_client", "no_show", "no_show"),
    # R4 and R10 with as many sessions each: a tie of two types
    "tie": ("", "M3a:1", "Y4b", "Y3a", "Y4b task=not_done", "Y3b"),
}  # fmt: skip


def simulate(casting: Casting) -> tuple[Beat, ...]:
    """The sessions of a case, oldest first: `casting.slots` of them, the same at every run."""
    dice = Random(f"{SEED}/{casting.key}/beats")  # noqa: S311 (a play, not a secret)
    course = COURSES[casting.course]
    closing = [read_beat(text) for text in CLOSINGS[casting.closing or course.closing]]
    room = max(0, casting.slots - len(closing))
    scripted = [read_beat(text) for text in (*course.opening, *course.turn)][:room]
    drawn = [_drawn(course, place, room - len(scripted), dice) for place in
             range(room - len(scripted))]  # fmt: skip
    beats = [*scripted, *drawn, *closing][-casting.slots :]
    return tuple(_carried_on(beats, course, dice))


def _drawn(course: Course, place: int, length: int, dice: Random) -> Beat:
    """A session of the middle: a calm one, one with signs, now and then a missed one."""
    if dice.random() < 0.06:
        return Beat(attendance=dice.choice(MISSED))
    beat = read_beat(dice.choice(course.middle[place * len(course.middle) // length]))
    if beat.held and dice.random() < 0.06:
        beat = replace(beat, attendance="late")
    if dice.random() < 0.05:
        beat = replace(beat, flags=beat.flags | {"context"})
    return beat


def _carried_on(beats: list[Beat], course: Course, dice: Random) -> Iterator[Beat]:
    """What one session asks of the next: repair until it is repaired, the task, the goals."""
    strained, agreed, since_goals = False, False, 0
    for number, written in enumerate(beats):
        if not written.held:
            yield Beat(attendance=written.attendance)
            continue
        strained = strained or written.strained
        beat = _repairing(written, dice) if strained and not written.repair else written
        strained = strained and beat.repair != "repaired"
        task = beat.task or (_task(agreed, course.diligence, dice) if number else "")
        since_goals += 1
        is_time = since_goals >= 8 and dice.random() < 0.4 and len(beats) - number > CLOSE
        flags = beat.flags | ({"goals_reviewed"} if is_time else set())
        since_goals = 0 if "goals_reviewed" in flags else since_goals
        agreed = any(later.task for later in beats[number + 1 : number + 2]) or dice.random() < 0.6
        yield replace(beat, task=task, flags=flags, agrees=agreed)


def _repairing(beat: Beat, dice: Random) -> Beat:
    """Strain that nobody scripted the end of: it usually mends in a session or two."""
    state = "unrepaired" if beat.strained and dice.random() < 0.4 else "partly"
    if not beat.strained and dice.random() < 0.7:
        state = "repaired"
    steps = {"unrepaired": (), "partly": ("named",), "repaired": ("named", "owned")}[state]
    return replace(beat, repair=state, repair_steps=steps)


def _task(agreed: bool, diligence: float, dice: Random) -> str:
    if not agreed:
        return "none_set" if dice.random() < 0.3 else ""
    if dice.random() < diligence:
        return "done"
    return dice.choice(("partly", "partly", "not_done"))


def read_beat(text: str) -> Beat:
    """A session from its short text. An unknown word is a `ValueError`."""
    values: dict[str, Any] = {}
    tags: list[TagEntry] = []
    flags: set[str] = set()
    for word in text.split():
        name, _, value = word.partition("=")
        if word in FLAGS:
            flags.add(word)
        elif word in (*HELD, *MISSED):
            values["attendance"] = word
        elif word in ("theme", "theme2"):
            values["theme"] = 2 if word == "theme2" else 1
        elif name in ("repair", "task"):
            values[name] = value
        elif name == "steps":
            values["repair_steps"] = tuple(value.split("+"))
        elif word[0] in "MY":
            _add(tags, _tag(word))
        else:
            raise ValueError(f"{word!r} in {text!r} says nothing about a session.")
    return Beat(tags=tuple(tags), flags=frozenset(flags), **values)


def _tag(word: str) -> TagEntry:
    visibility = VISIBILITY.get(word[-1], "shared")
    marked, _, intensity = word.rstrip("~!").partition(":")
    id_, _, how = marked.partition("=")
    form = (id_,) if id_.startswith("M") and len(id_) == 3 else ()
    return TagEntry(
        code=id_[:2] if form else id_,
        intensity=int(intensity or 2),
        sub_forms=form,
        private_forms=form if id_ == "M5c" else (),
        how=how,
        visibility=visibility,
    )


def _add(tags: list[TagEntry], tag: TagEntry) -> None:
    """Two sub-forms of one manifestation are one tag, at the higher intensity."""
    for place, other in enumerate(tags):
        if other.code == tag.code:
            tags[place] = replace(
                other,
                intensity=max(other.intensity, tag.intensity),
                sub_forms=other.sub_forms + tag.sub_forms,
                private_forms=other.private_forms + tag.private_forms,
                how=other.how or tag.how,
            )
            return
    tags.append(tag)
