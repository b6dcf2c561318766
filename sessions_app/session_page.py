"""One session as one reader may see it, and what changed between its versions."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.utils import timezone

from impasses.catalogue import Entry, catalogue
from impasses.models import PlanStep, Trial
from people.models import User, Visibility
from people.queries import emergency_access, supervisors_of
from sessions_app import content
from sessions_app.case_window import plain
from sessions_app.entries import ScoreEntry, SessionEntry, TagEntry, TrialEntry
from sessions_app.form_fields import FLAGS, HOWS, STRENGTHS
from sessions_app.models import Measurement, SessionRevision, Tag, TherapySession
from sessions_app.visibility import Item, items_of
from sessions_app.words import differences


@dataclass(frozen=True, kw_only=True)
class Sign:
    """A sign of the session in words."""

    entry: Entry
    intensity: int
    strength: str
    forms: tuple[str, ...]
    how: str
    items: tuple[Item, ...]

    @property
    def is_manifestation(self) -> bool:
        return self.entry.id.startswith("M")


@dataclass(frozen=True)
class Answer:
    """What the session said about a step. Its words are the therapist's own text."""

    strategy: Entry
    words: str
    outcome: str
    outcome_word: str


@dataclass(frozen=True)
class Scored:
    """A score of the session in words."""

    row: Measurement

    @property
    def total(self) -> str:
        return plain(self.row.total)


@dataclass(frozen=True, kw_only=True)
class SessionPage:
    """Everything one reader may see of one session."""

    session: TherapySession
    own: bool
    is_author: bool  # and the case is still theirs
    in_emergency: bool  # a supervisor reads the clinical record, process notes left out
    signs: tuple[Sign, ...]
    items: Mapping[str, Item]
    """Who sees what, for its author alone."""
    scores: tuple[Scored, ...]
    answers: tuple[Answer, ...]
    previous: uuid.UUID | None
    next: uuid.UUID | None

    @property
    def has_work(self) -> bool:
        """Whether anything of the work was noted that this reader may see."""
        parts = (self.repair, self.repair_steps, self.theme, self.agreed_task, self.said)
        return any((*parts, self.answers, self.scores, self.session.task))

    @property
    def reads_words(self) -> bool:
        return self.own or self.in_emergency

    @property
    def note(self) -> str:
        is_shared = self.session.note_visibility == Visibility.SHARED
        is_seen = self.is_author or self.in_emergency or is_shared
        return self.session.note if is_seen else ""

    @property
    def is_note_hidden(self) -> bool:
        return bool(self.session.note) and not self.note

    @property
    def process_note(self) -> str:
        """Its author's alone."""
        return self.session.process_note if self.is_author else ""

    @property
    def theme(self) -> str:
        """The therapist's own text: nobody else reads it, but in an emergency."""
        return self.session.theme.label if self.reads_words and self.session.theme else ""

    @property
    def agreed_task(self) -> str:
        """The therapist's own text: nobody else reads it, but in an emergency."""
        return self.session.agreed_task if self.reads_words else ""

    @property
    def repair(self) -> str:
        """For others only beside strain they may see."""
        is_seen = self.is_author or any(sign.entry.id == "M5" for sign in self.signs)
        return self.session.get_repair_display() if is_seen and self.session.repair else ""

    @property
    def repair_steps(self) -> list[str]:
        is_seen = self.is_author or any(sign.entry.id == "M5" for sign in self.signs)
        steps = self.session.repair_steps if is_seen else []
        return [TherapySession.RepairStep(step).label for step in steps]

    @property
    def said(self) -> list[str]:
        """The marks without a scale, as in "Something moved"."""
        return [label for name, label in FLAGS.items() if getattr(self.session, name)]

    @property
    def changes(self) -> int:
        return self.session.version - 1


def session_page(session: TherapySession, *, user: User) -> SessionPage:
    """Read a visible session. Seven queries, whatever its history."""
    own = session.client.therapist_id == user.pk
    mine = session.is_open_to(own=own)
    tags = list(session.tags.order_by("code"))
    items = _items(session, tags, user=user) if mine else {}
    return SessionPage(
        session=session,
        own=own,
        is_author=mine,
        in_emergency=not own and emergency_access(user, session.client) is not None,
        signs=tuple(
            _sign(tag, items, own=mine)
            for tag in tags
            if mine or (tag.visibility == Visibility.SHARED and tag.is_seen(own=False))
        ),
        items=items,
        scores=tuple(Scored(row) for row in session.measurements.order_by("instrument")),
        answers=_answers(session, own=own),
        previous=_neighbour(session, is_before=True),
        next=_neighbour(session, is_before=False),
    )


def _items(session: TherapySession, tags: Iterable[Tag], *, user: User) -> dict[str, Item]:
    readers = " and ".join(supervisors_of(user, today=timezone.localdate()))
    return {item.key: item for item in items_of(session, tags, readers=readers)}


def _sign(tag: Tag, items: Mapping[str, Item], *, own: bool) -> Sign:
    named = (tag.code, *tag.sub_forms) if tag.is_manifestation else ()
    return Sign(
        entry=catalogue()[tag.code],
        intensity=tag.intensity,
        strength=dict(STRENGTHS)[str(tag.intensity)].lower(),
        forms=tuple(
            catalogue()[form].name + (" (only you)" if form in tag.private_forms else "")
            for form in tag.forms_for(own=own)
        ),
        how=dict(HOWS).get(tag.how, "") if own or "M4c" in tag.forms_for(own=False) else "",
        items=tuple(items[key] for key in named if key in items),
    )


def _answers(session: TherapySession, *, own: bool) -> tuple[Answer, ...]:
    """For others without the steps that rest on a private item."""
    trials = Trial.objects.filter(
        organisation=session.organisation_id,
        step__in=PlanStep.objects.filter(client=session.client_id).read_by(own=own),
        session_id=session.pk,
    )
    return tuple(
        Answer(
            strategy=catalogue()[trial.step.strategy],
            words=trial.step.words if own or trial.step.is_agreed else "",
            outcome=trial.outcome,
            outcome_word=trial.get_outcome_display(),
        )
        for trial in trials.select_related("step").order_by("step")
    )


def _neighbour(session: TherapySession, *, is_before: bool) -> uuid.UUID | None:
    """The session right before or after, missed ones too."""
    sign, order = ("lt", "-") if is_before else ("gt", "")
    others = TherapySession.objects.filter(
        Q(**{f"held_at__{sign}": session.held_at})
        | Q(held_at=session.held_at, **{f"created_at__{sign}": session.created_at}),
        organisation=session.organisation_id,
        client=session.client_id,
    )
    ordered = others.order_by(f"{order}held_at", f"{order}created_at")
    return ordered.values_list("pk", flat=True).first()


# --- versions ------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Version:
    """One version: who wrote it and when, and what it said differently from the one before."""

    number: int
    written_at: datetime
    written_by: User
    changes: tuple[tuple[str, str, str], ...]


def versions(session: TherapySession) -> list[Version]:
    """Every version of a session, the newest first; a change is (field, before, after)."""
    past = SessionRevision.objects.filter(therapy_session=session).select_related("written_by")
    written: list[tuple[int, datetime, User, SessionEntry]] = [
        (row.version, row.written_at, row.written_by, _entry(content.from_text(row.content)))
        for row in past.order_by("version")
    ]
    now = content.read_entry(session)
    written.append((session.version, session.changed_at, session.changed_by, now))
    found = []
    before: SessionEntry | None = None
    for number, at, by, entry in written:
        changes = tuple(differences(before, entry, client=session.client)) if before else ()
        found.append(Version(number=number, written_at=at, written_by=by, changes=changes))
        before = entry
    return found[::-1]


def _entry(said: dict[str, Any]) -> SessionEntry:
    """The entry a revision was made from."""
    lists = {
        "tags": tuple(_tag(tag) for tag in said["tags"]),
        "scores": tuple(
            ScoreEntry(
                **(
                    score
                    | {"total": Decimal(score["total"]), "items": tuple(score.get("items", ()))}
                )
            )
            for score in said["scores"]
        ),
        "trials": tuple(
            TrialEntry(step=uuid.UUID(trial["step"]), outcome=trial["outcome"])
            for trial in said["trials"]
        ),
        "repair_steps": tuple(said["repair_steps"]),
    }
    return SessionEntry(**(said | lists | {"held_at": datetime.fromisoformat(said["held_at"])}))


def _tag(said: dict[str, Any]) -> TagEntry:
    lists = {name: tuple(said[name]) for name in ("sub_forms", "private_forms")}
    return TagEntry(**(said | lists))
