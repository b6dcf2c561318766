"""Who sees what of a session, item by item: its signs, the kind of stuck, its note."""

import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from impasses.catalogue import catalogue
from people.models import Visibility
from sessions_app.entries import SessionEntry, TagEntry
from sessions_app.models import Tag, TherapySession

FEATURES, COUNTER, NOTE = "features", "M5c", "note"
UNCOUNTED = frozenset({COUNTER, NOTE})  # shared or private: there is nothing to count
LABELS = {  # in the order of the buttons, from nobody to everybody: the word and its icon
    Visibility.PRIVATE: ("Private", "lock"),
    Visibility.COUNTS: ("Counts only", "tally"),
    Visibility.SHARED: ("Shared", "eye"),
}


def kinds() -> dict[str, str]:
    """Every kind of item whose visibility is one's own to choose, with its name."""
    marks = {mark.id: mark.name for mark in catalogue().manifestations}
    own = {FEATURES: "What kind of stuck", COUNTER: catalogue()[COUNTER].name, NOTE: "Note"}
    return marks | own


def kind_of(code: str) -> str:
    """The features of a session are one item, each manifestation is one of its own."""
    return code if code.startswith("M") else FEATURES


def choices_for(kinds: Collection[str]) -> list[Visibility]:
    """What all of these can be."""
    counted = not UNCOUNTED & set(kinds)
    return [each for each in LABELS if counted or each != Visibility.COUNTS]


def seen_as(entry: SessionEntry, kinds: Collection[str], to: str) -> SessionEntry:
    """The entry with these kinds of item shown to others so; the same where nothing changes."""
    tags = tuple(_tag(tag, kinds, to) for tag in entry.tags)
    seen = to if NOTE in kinds and entry.note else entry.note_visibility
    return replace(entry, tags=tags, note_visibility=seen)


def _tag(tag: TagEntry, kinds: Collection[str], to: str) -> TagEntry:
    if COUNTER in kinds and COUNTER in tag.sub_forms:
        tag = replace(tag, private_forms=() if to == Visibility.SHARED else (COUNTER,))
    return replace(tag, visibility=to) if kind_of(tag.code) in kinds else tag


def are_signs_seen_otherwise(before: SessionEntry, after: SessionEntry) -> bool:
    """Whether any sign is seen by more or by fewer than before; nothing rests on a note."""
    return _seen(before) != _seen(after)


def _seen(entry: SessionEntry) -> list[tuple[str, ...]]:
    return sorted((tag.code, tag.visibility, *tag.private_forms) for tag in entry.tags)


def items_changed(before: SessionEntry, after: SessionEntry) -> int:
    """How many items are seen otherwise; the features of a session are one."""
    was = {tag.code: tag for tag in before.tags}
    now = {tag.code: tag for tag in after.tags if tag.code in was}
    found = {kind_of(code) for code in now if was[code].visibility != now[code].visibility}
    found |= {COUNTER for code in now if was[code].private_forms != now[code].private_forms}
    return len(found) + (before.note_visibility != after.note_visibility)


@dataclass(frozen=True)
class Choice:
    """One of the three states as a button."""

    value: str
    label: str
    icon: str
    is_now: bool


@dataclass(frozen=True, kw_only=True)
class Item:
    """One item of a session, who sees it now, and what one tap makes of it."""

    session: uuid.UUID
    key: str
    name: str
    now: str
    readers: str

    @property
    def choices(self) -> list[Choice]:
        allowed = choices_for({self.key})
        return [Choice(each, *LABELS[each], each == self.now) for each in allowed]

    @property
    def said(self) -> str:
        """Who sees it now, in a sentence without its full stop."""
        words = in_words(self.now, self.readers)
        is_kept_note = self.key == NOTE and self.now == Visibility.PRIVATE
        return f"{words}, save in an emergency" if is_kept_note else words


def in_words(to: str, readers: str) -> str:
    """What a state means; `readers` as in "Sunil Rao", empty for nobody."""
    if to == Visibility.PRIVATE:
        return "Nobody but you"
    if to == Visibility.COUNTS:
        return "Counted for others, never shown on its session"
    if readers:
        return f"{readers} can see it"
    return "Whoever supervises you can see it; nobody does now"


@dataclass(frozen=True)
class Preview:
    """What showing kinds of item so would change, in a sentence, and who sees them afterwards."""

    items: int
    sessions: int
    to: str
    readers: str

    @property
    def changes(self) -> str:
        """As in "12 items in 5 sessions change"."""
        if not self.items:
            return "Nothing would change: it is so already, or nothing of the kind was logged"
        items = f"{self.items} item{'' if self.items == 1 else 's'}"
        where = f"{self.sessions} session{'' if self.sessions == 1 else 's'}"
        return f"{items} in {where} would change"

    @property
    def afterwards(self) -> str:
        """Who sees them then, and what follows from it."""
        if self.to == Visibility.PRIVATE:
            return (
                "Afterwards nobody sees them but you. Suggestions, steps and impasses that rest on "
                "them, and their part in every count, are yours alone too"
            )
        if self.to == Visibility.COUNTS:
            return (
                "Afterwards they are counted for others, and suggestions may rest on them; nobody "
                "but you sees in which session they stand"
            )
        if self.readers:
            return f"Afterwards {self.readers} can see them, and what follows from them"
        return "Afterwards whoever supervises you can see them; nobody does now"


def preview(
    entries: Iterable[SessionEntry], kinds: Collection[str], to: str, readers: str
) -> Preview:
    """Of sessions as they stand."""
    counts = [items_changed(entry, seen_as(entry, kinds, to)) for entry in entries]
    return Preview(sum(counts), sum(map(bool, counts)), to, readers)


def items_of(session: TherapySession, tags: Iterable[Tag], *, readers: str) -> list[Item]:
    """What was logged in a session and can be shown, counted or kept, in the order of its page."""
    names = kinds()
    now: dict[str, str] = {}
    for tag in sorted(tags, key=lambda tag: tag.code):
        now.setdefault(kind_of(tag.code), tag.visibility)
        if COUNTER in tag.sub_forms:
            is_kept = COUNTER in tag.private_forms
            now[COUNTER] = Visibility.PRIVATE if is_kept else Visibility.SHARED
    if session.note:
        now[NOTE] = session.note_visibility
    return [
        Item(session=session.pk, key=key, name=names[key], now=seen, readers=readers)
        for key, seen in now.items()
    ]
