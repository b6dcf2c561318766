"""The rows of this package that belong to a client, as `people.case_rows` explains."""

import json
from functools import partial
from typing import Any

from django.db.models import Q

from people.case_rows import Part, told_whole
from people.models import Client, Visibility
from sessions_app.models import (
    CaseSnapshot,
    Measurement,
    SessionDraft,
    SessionRevision,
    Tag,
    Theme,
    TherapySession,
)

PRIVATE = Visibility.PRIVATE


def parts_of(client: Client, *, process_notes: bool = False) -> list[Part]:
    """Process notes are told on demand; what a predecessor kept private stays with them."""
    own = {"organisation": client.organisation_id, "client": client}
    of_sessions = {
        "organisation": client.organisation_id,
        "therapy_session__client": client,
    }
    drafts = SessionDraft.objects.filter(**own).order_by("saved_at")
    tags = Tag.objects.filter(**of_sessions).order_by("therapy_session__held_at", "code")
    mine = Q(therapy_session__author=client.therapist_id)
    told_tags = tags.filter(mine | Tag.counted()).select_related("therapy_session")
    revisions = SessionRevision.objects.filter(**of_sessions).select_related("therapy_session")
    scores = Measurement.objects.filter(**own).order_by("on", "pk")
    told: dict[str, Any] = {"therapist": client.therapist_id, "process_notes": process_notes}
    return [
        Part(drafts, drafts.filter(author=client.therapist_id), partial(_draft, **told)),
        Part(revisions.order_by("therapy_session", "version"), tell=partial(_revision, **told)),
        Part(tags, told_tags, partial(_tag, **told)),
        Part(scores),
        Part(
            TherapySession.objects.filter(**own).order_by("held_at", "created_at"),
            tell=partial(_session, **told),
        ),
        Part(Theme.objects.filter(**own).order_by("pk")),
        Part(CaseSnapshot.objects.filter(**own)),
    ]


def hidden_process_notes(client: Client, *, process_notes: bool) -> int:
    """How many process notes the record does not tell."""
    written = client.therapy_sessions.filter(organisation=client.organisation_id).exclude(
        process_note=""
    )
    return (written.exclude(author=client.therapist_id) if process_notes else written).count()


def _session(row: TherapySession, *, therapist: Any, process_notes: bool) -> dict[str, Any]:
    return _without_private(told_whole(row), row.author_id == therapist, process_notes)


def _revision(row: SessionRevision, *, therapist: Any, process_notes: bool) -> dict[str, Any]:
    """An earlier version; what its author alone reads is left out of it as of the latest."""
    said = told_whole(row)
    is_mine = row.therapy_session.author_id == therapist
    content = _without_private(json.loads(said["content"]), is_mine, process_notes)
    if not is_mine:
        seen = (tag for tag in content["tags"] if tag["visibility"] != PRIVATE)
        content["tags"] = [_forms(tag) for tag in seen]
    return said | {"content": content}


def _draft(row: SessionDraft, *, therapist: Any, process_notes: bool) -> dict[str, Any]:
    said = told_whole(row)
    content = _without_private(
        json.loads(said.pop("body")), row.author_id == therapist, process_notes
    )
    return said | {"content": content}


def _tag(row: Tag, *, therapist: Any, process_notes: bool) -> dict[str, Any]:
    said = told_whole(row)
    return said if row.therapy_session.author_id == therapist else _forms(said)


def _forms(tag: dict[str, Any]) -> dict[str, Any]:
    """Without the sub-forms that are its author's alone."""
    shown = [form for form in tag["sub_forms"] if form not in tag["private_forms"]]
    return tag | {"sub_forms": shown, "private_forms": []}


def _without_private(said: dict[str, Any], is_mine: bool, process_notes: bool) -> dict[str, Any]:
    left = dict(said)
    if not (is_mine and process_notes):
        left.pop("process_note", None)
    is_private = left.get("note_visibility") in (PRIVATE, PRIVATE.label)
    if is_private and not is_mine:
        left.pop("note", None)
    return left
