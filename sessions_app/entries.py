"""What the log page hands to the actions: the facts of one session, cleaned and typed."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal


@dataclass(frozen=True, kw_only=True)
class TagEntry:
    """A manifestation with its sub-forms, or a type feature; intensity 1 to 3."""

    code: str
    intensity: int = 2
    sub_forms: tuple[str, ...] = ()
    private_forms: tuple[str, ...] = ()
    how: str = ""
    visibility: str = "shared"


@dataclass(frozen=True, kw_only=True)
class ScoreEntry:
    """A questionnaire's total, perhaps with its answers; `on` is the session's day unless given."""

    instrument: str
    total: Decimal
    items: tuple[int, ...] = ()
    completed_by: str = "client"
    on: date | None = None


@dataclass(frozen=True, kw_only=True)
class TrialEntry:
    """Whether a plan step in play helped."""

    step: uuid.UUID
    outcome: str


@dataclass(frozen=True, kw_only=True)
class SessionEntry:
    """One session as the therapist logged it; empty text means "not said"."""

    held_at: datetime
    attendance: str = "attended"
    minutes: int | None = 50
    format: str = "in_person"
    tags: tuple[TagEntry, ...] = ()
    repair: str = ""
    repair_steps: tuple[str, ...] = ()
    task: str = ""
    agreed_task: str = ""
    theme: str = ""
    goals_reviewed: bool = False
    ambivalence: bool = False
    movement: bool = False
    context: bool = False
    safety: bool = False
    safety_checked: bool = False
    scores: tuple[ScoreEntry, ...] = ()
    trials: tuple[TrialEntry, ...] = ()
    note: str = ""
    note_visibility: str = "shared"
    process_note: str = ""
