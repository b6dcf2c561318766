"""One case ready to be played: its sessions as entries for the log, with words, dates and scores.

Pure: the same casting and the same day give the same script.
"""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from random import Random
from zoneinfo import ZoneInfo

from impasse_tracker.demo.agenda import appointments
from impasse_tracker.demo.cast import Casting, Decision
from impasse_tracker.demo.courses import SEED, Beat, simulate
from impasse_tracker.demo.notes import Pen, Story, story_of
from sessions_app.entries import ScoreEntry, SessionEntry, TagEntry

NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, SEED)
# Where a questionnaire starts, and how far a case that moves comes down over its whole course.
SCALES = {"CORE-10": (20, 11), "PHQ-9": (16, 9), "GAD-7": (14, 8), "PCL-5": (46, 24)}
MOVING = ("steady", "ruptured", "overwhelmed")


@dataclass(frozen=True)
class Answer:
    """Whether what was planned at a slot helped: the therapist's side, then the client's."""

    planned_at: int
    outcomes: tuple[str, str]


@dataclass(frozen=True)
class Scene:
    """One session: what is logged, and what is decided after it."""

    entry: SessionEntry
    answers: tuple[Answer, ...] = ()
    decisions: tuple[Decision, ...] = ()


@dataclass(frozen=True)
class Script:
    """One case from its first session to its last."""

    casting: Casting
    story: Story
    scenes: tuple[Scene, ...]

    @property
    def started_on(self) -> date:
        return self.scenes[0].entry.held_at.date()

    def key(self, place: int | str) -> uuid.UUID:
        """The idempotency key of the session at this place, the same at every run."""
        return uuid.uuid5(NAMESPACE, f"{self.casting.key}/{place}")


def script_of(casting: Casting, today: date, zone: ZoneInfo) -> Script:
    """The case as seen on this day in the practice's time zone."""
    beats = simulate(casting)
    dice = Random(f"{SEED}/{casting.key}/scenes")  # noqa: S311 (a play, not a secret)
    moments = appointments(casting, today, zone, dice)
    pen = Pen(casting)
    scores = _scores(casting, beats, dice)
    entries = (
        _entry(
            casting=casting,
            place=place,
            beat=beat,
            moment=moment,
            pen=pen,
            scores=next(scores),
            dice=dice,
        )
        for place, (beat, moment) in enumerate(zip(beats, moments, strict=True))
    )
    scenes = tuple(
        Scene(entry, _answers(casting, beats, place), _decisions(casting, place))
        for place, entry in enumerate(entries)
    )
    return Script(casting, story_of(casting.code_name), scenes)


def _entry(
    *,
    casting: Casting,
    place: int,
    beat: Beat,
    moment: datetime,
    pen: Pen,
    scores: tuple[ScoreEntry, ...],
    dice: Random,
) -> SessionEntry:
    form = _format(beat, dice) if place else "in_person"
    words = pen.write(place, beat, form)
    guarded = casting.sharing == "guarded"
    return SessionEntry(
        held_at=moment,
        attendance=beat.attendance,
        minutes=_minutes(beat),
        format=form,
        tags=tuple(_shared_as(casting, tag, dice) for tag in beat.tags),
        repair=beat.repair,
        repair_steps=beat.repair_steps,
        task=beat.task,
        agreed_task=words.agreed_task,
        theme=pen.story.themes[(beat.theme - 1) % len(pen.story.themes)] if beat.theme else "",
        scores=scores,
        note=words.note,
        note_visibility="private" if dice.random() < (0.4 if guarded else 0.08) else "shared",
        process_note=words.process_note,
        **dict.fromkeys(sorted(beat.flags), True),  # type: ignore[arg-type]
    )


def _format(beat: Beat, dice: Random) -> str:
    if not beat.held:
        return "in_person"
    return dice.choices(("in_person", "video", "phone"), (88, 9, 3))[0]


def _minutes(beat: Beat) -> int | None:
    if not beat.held:
        return None
    return 40 if beat.attendance == "late" else 50


def _shared_as(casting: Casting, tag: TagEntry, dice: Random) -> TagEntry:
    """A tag as openly as this therapist shares this case."""
    held_back = {"open": (0.0, ""), "counts": (0.3, "counts"), "guarded": (0.3, "private")}
    chance, visibility = held_back[casting.sharing]
    if dice.random() >= chance or tag.visibility != "shared":
        return tag
    return TagEntry(
        code=tag.code,
        intensity=tag.intensity,
        sub_forms=tag.sub_forms,
        private_forms=tag.private_forms,
        how=tag.how,
        visibility=visibility,
    )


def _scores(
    casting: Casting, beats: tuple[Beat, ...], dice: Random
) -> Iterator[tuple[ScoreEntry, ...]]:
    """What was filled in at each session: A10 every third held one, a questionnaire every fifth."""
    held = 0
    for place, beat in enumerate(beats):
        found: list[ScoreEntry] = []
        if beat.held and held % 3 == 0:
            found.append(ScoreEntry(instrument="A10", total=_alliance(beat, dice)))
        if beat.held and held % 5 == 0 and casting.scores:
            moved = place / len(beats) if casting.course in MOVING else 0.15
            if casting.closing == "alarmed":
                moved = -0.9 if place else 0
            start, gain = SCALES[casting.scores]
            total = round(start - gain * moved + dice.uniform(-2, 2))
            found.append(ScoreEntry(instrument=casting.scores, total=Decimal(total)))
        held += beat.held
        yield tuple(found)


def _alliance(beat: Beat, dice: Random) -> Decimal:
    """The client's answer, 0 to 10: high, lower where strain or withdrawal shows."""
    weight = {"M5": 2, "M4": 1}
    strain = sum(weight.get(tag.code, 0) * tag.intensity for tag in beat.tags)
    return Decimal(max(2, 8 + dice.choice((-1, 0, 0, 1)) - min(strain, 4)))


def _decisions(casting: Casting, place: int) -> tuple[Decision, ...]:
    return tuple(d for d in casting.decisions if d.at % casting.slots == place)


def _answers(casting: Casting, beats: tuple[Beat, ...], place: int) -> tuple[Answer, ...]:
    """What this session answers about the plans made before it."""
    if not beats[place].held:
        return ()
    found = []
    for decision in casting.decisions:
        planned_at = decision.at % casting.slots
        turn = sum(beat.held for beat in beats[planned_at + 1 : place + 1])
        if 0 < turn <= len(decision.outcomes):
            found.append(Answer(planned_at, decision.outcomes[turn - 1]))
    return tuple(found)
