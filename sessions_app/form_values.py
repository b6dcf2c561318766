"""What a form shows for a saved session: the reverse of `SessionForm.entry`."""

import uuid
from typing import Any

from sessions_app.entries import SessionEntry
from sessions_app.form_fields import FLAGS
from sessions_app.score_form import initial_of_score


def initial_of(entry: SessionEntry) -> dict[str, Any]:
    """What a form shows for a saved session; the reverse of `SessionForm.entry`."""
    shown: dict[str, Any] = {
        name: getattr(entry, name)
        for name in (
            "held_at",
            "attendance",
            "minutes",
            "format",
            "repair",
            "task",
            "agreed_task",
            "theme",
            "note",
            "note_visibility",
            "process_note",
            *FLAGS,
        )
    }
    shown["repair_steps"] = list(entry.repair_steps)
    for tag in entry.tags:
        shown[f"{tag.code}-intensity"] = str(tag.intensity)
        if tag.code.startswith("Y"):
            shown.setdefault("features", []).append(tag.code)
            shown["features-visibility"] = tag.visibility
        else:
            shown[tag.code] = True
            shown[f"{tag.code}-forms"] = list(tag.sub_forms)
            shown[f"{tag.code}-visibility"] = tag.visibility
        if tag.code == "M4":
            shown["M4c-how"] = tag.how
        if tag.code == "M5":
            shown["M5c-shared"] = "M5c" in tag.sub_forms and not tag.private_forms
    for score in entry.scores:
        shown |= initial_of_score(score)
    for trial in entry.trials:
        shown[f"trial-{trial.step}"] = trial.outcome
    return shown


def read_key(posted: str) -> uuid.UUID | None:
    """The key drawn with a form, or None when it has been tampered with."""
    try:
        return uuid.UUID(posted)
    except ValueError:
        return None
