"""The words of a case: notes, process notes and agreed tasks, put together from our own sentences.

The sentences stand in `words/*.toml`, by what they speak of. A case draws each of them at most
once with the same filling, so that nobody reads the same sentence twice in one case.
"""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from impasse_tracker.demo.cast import Casting
from impasse_tracker.demo.courses import SEED, Beat
from sessions_app.entries import TagEntry

WORDS = Path(__file__).parent / "words"
PRONOUNS = {
    "she": {"them": "her", "their": "her", "theirs": "hers", "themself": "herself"},
    "he": {"them": "him", "their": "his", "theirs": "his", "themself": "himself"},
    "they": {"them": "them", "their": "their", "theirs": "theirs", "themself": "themself"},
}
LONGEST = 5  # sentences drawn for a note
FULL_NOTES = 15  # the latest sessions, which hardly ever go without a note


@dataclass(frozen=True)
class Story:
    """What a client brings."""

    they: str
    focus: str
    goals: str
    who: str
    themes: tuple[str, ...]
    topics: tuple[str, ...]


@dataclass(frozen=True)
class Words:
    """What is written about one session; empty where nothing was."""

    note: str = ""
    process_note: str = ""
    agreed_task: str = ""


@cache
def sentences(name: str) -> dict[str, Any]:
    """One file of sentences, by its keys."""
    return tomllib.loads((WORDS / f"{name}.toml").read_text(encoding="utf-8"))


def story_of(code_name: str) -> Story:
    """What this client brings."""
    told = sentences("stories")[code_name]
    return Story(**told | {"themes": tuple(told["themes"]), "topics": tuple(told["topics"])})


def plan_words(rule: str, turn: int) -> tuple[str, str]:
    """What the therapist and the client try, in words; `turn` chooses among a few."""
    words = sentences("plans")[rule]
    return (
        words["therapist"][turn % len(words["therapist"])],
        words["client"][turn % len(words["client"])],
    )


def reason(verb: str, turn: int) -> str:
    """Why a suggestion is put off ("snooze") or put aside ("dismiss")."""
    reasons = sentences("plans")["reasons"][verb]
    return str(reasons[turn % len(reasons)])


class Pen:
    """Writes one case from its first session to its last; give it the sessions in that order."""

    def __init__(self, casting: Casting) -> None:
        self.casting = casting
        self.story = story_of(casting.code_name)
        self.dice = Random(f"{SEED}/{casting.key}/words")  # noqa: S311 (a play, not a secret)
        self.used: set[str] = set()
        self.decks: dict[str, list[str]] = {}

    def write(self, place: int, beat: Beat, form: str) -> Words:
        """The words of the session at this place (0 is the first), held in this form."""
        if not beat.held:
            return Words(note=self._draw("room", beat.attendance))
        ending = self.casting.closing == "farewell" and place == self.casting.slots - 1
        recent = place >= self.casting.slots - FULL_NOTES
        silent = self.dice.random() < (0.03 if recent else 0.14) and place > 0 and not beat.flags
        parts = () if silent else tuple(self._parts(place, beat, form, ending))
        return Words(
            note=" ".join(filter(None, parts[:LONGEST])),
            process_note=self._process(beat),
            agreed_task=self._draw("tasks", "agreed") if beat.agrees else "",
        )

    def _parts(self, place: int, beat: Beat, form: str, ending: bool) -> Iterator[str]:
        """The sentences of a note in the order they are told, the telling ones before the rest."""
        yield self._beginning(place, beat, form)
        yield from self._core(place, beat, ending)
        if beat.repair:
            told = {"partly": "repaired_partly"}.get(beat.repair, beat.repair)
            yield self._draw("room", told) if self.dice.random() < 0.75 else ""
        for flag in ("movement", "goals_reviewed", "ambivalence", "context"):
            if flag in beat.flags:
                yield self._draw("room", flag)
        if beat.task in ("done", "partly", "not_done") and self.dice.random() < 0.45:
            yield self._draw("room", f"task_{beat.task}")
        if beat.tags and self.dice.random() < 0.3:
            yield self._draw("room", "work")
        if form == "in_person" and self.dice.random() < 0.35:
            yield self._draw("room", "closer")

    def _core(self, place: int, beat: Beat, ending: bool) -> Iterator[str]:
        """What the hour was about: a concern, the strongest two signs, or plain work."""
        if "safety" in beat.flags:
            yield self._draw("room", "safety" if "safety_checked" in beat.flags else "safety_open")
        if ending:
            yield self._draw("room", "last")
        elif not beat.tags:
            yield self._draw("room", "early" if place < 3 else "work")
        for tag in sorted(beat.tags, key=lambda tag: -tag.intensity)[:2]:
            yield self._sign(tag, beat)

    def _beginning(self, place: int, beat: Beat, form: str) -> str:
        if place == 0:
            return self._draw("room", "first")
        if beat.attendance == "late":
            return self._draw("room", "arrival_late")
        if form != "in_person":
            return self._draw("room", f"by_{form}")
        return self._draw("room", "arrival") if self.dice.random() < 0.3 else ""

    def _sign(self, tag: TagEntry, beat: Beat) -> str:
        """A sentence for a tag. Counter-transference is spoken of in the process note alone."""
        form = tag.sub_forms[0] if tag.sub_forms else tag.code
        if form == "M5c":
            return self._draw("room", "work")
        if tag.how:
            form = f"M4c_{tag.how}"
        return self._draw("signs", form, theme=beat.theme)

    def _process(self, beat: Beat) -> str:
        forms = {form for tag in beat.tags for form in tag.sub_forms}
        if "M5c" in forms:
            return self._draw("process", "M5c")
        if "M5a" in forms and self.dice.random() < 0.5:
            return self._draw("process", "M5a")
        return self._draw("process", "general") if self.dice.random() < 0.12 else ""

    def _draw(self, file: str, key: str, *, theme: int = 0) -> str:
        """A sentence that this case has not had yet, or nothing when all are used up."""
        deck = self.decks.setdefault(f"{file}/{key}", [])
        templates = sentences(file)[key]
        for _ in range(3 * len(templates)):
            if not deck:
                deck.extend(self.dice.sample(templates, len(templates)))
            told = self._filled(deck.pop(), theme)
            if told not in self.used:
                self.used.add(told)
                return told
        return ""

    def _filled(self, template: str, theme: int) -> str:
        story = self.story
        topic = self.dice.choice(story.topics)
        slots = PRONOUNS[story.they] | {
            "name": self.casting.code_name,
            "they": story.they,
            "They": story.they.capitalize(),
            "Their": PRONOUNS[story.they]["their"].capitalize(),
            "who": story.who,
            "topic": topic,
            "topic_": topic[0].upper() + topic[1:],
            "theme": story.themes[max(0, theme - 1) % len(story.themes)],
        }
        return template.format(**slots)
