"""Between a stored session and an entry: writing the rows of one, reading them back."""

import dataclasses
import json
import zoneinfo
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from impasses.models import PlanStep, Trial
from impasses.questionnaires import asks_for_safety_check
from people.models import Client, User
from sessions_app.entries import ScoreEntry, SessionEntry, TagEntry, TrialEntry
from sessions_app.models import Measurement, SessionRevision, Tag, Theme, TherapySession

PLAIN_FIELDS = (
    "held_at", "attendance", "minutes", "format", "task", "agreed_task", "repair",
    "goals_reviewed", "ambivalence", "movement", "context", "safety", "safety_checked",
    "note", "note_visibility", "process_note",
)  # fmt: skip


def local_day(moment: datetime, user: User) -> date:
    """The day of a moment where the person's organisation is."""
    return moment.astimezone(zoneinfo.ZoneInfo(user.organisation.time_zone)).date()


def fill(session: TherapySession, entry: SessionEntry) -> None:
    """Put an entry's plain values and theme on a session, unsaved."""
    for name in PLAIN_FIELDS:
        setattr(session, name, getattr(entry, name))
    session.repair_steps = list(entry.repair_steps)
    session.theme = find_theme(session.client, entry.theme)


def find_theme(client: Client, label: str) -> Theme | None:
    """The client's theme of exactly this label, made when new; none for an empty label."""
    if not label:
        return None
    for theme in Theme.objects.filter(organisation=client.organisation_id, client=client):
        if theme.label == label:
            return theme
    return Theme.objects.create(organisation_id=client.organisation_id, client=client, label=label)


def dated(entry: SessionEntry, by: User) -> SessionEntry:
    """The entry with a day on every score: the session's own unless another was given."""
    day = local_day(entry.held_at, by)
    scores = (dataclasses.replace(score, on=score.on or day) for score in entry.scores)
    return dataclasses.replace(entry, scores=tuple(scores))


def write_rows(session: TherapySession, entry: SessionEntry, by: User) -> None:
    """Replace the tags, scores and trials of a saved session by those of an entry."""
    organisation = session.organisation_id
    session.tags.all().delete()
    Tag.objects.bulk_create(
        Tag(
            organisation_id=organisation,
            therapy_session=session,
            **(dataclasses.asdict(tag) | _lists(tag)),
        )
        for tag in entry.tags
    )
    session.measurements.all().delete()
    day = local_day(session.held_at, by)
    Measurement.objects.bulk_create(
        measurement(session.client, score, day, therapy_session=session) for score in entry.scores
    )
    steps = PlanStep.objects.filter(organisation=organisation, client=session.client).in_bulk()
    Trial.objects.filter(organisation=organisation, session_id=session.id).delete()
    Trial.objects.bulk_create(
        Trial(
            organisation_id=organisation,
            client_id=session.client_id,
            step=steps[trial.step],
            session_id=session.id,
            on=day,
            outcome=trial.outcome,
        )
        for trial in entry.trials
        if trial.step in steps
    )


def write_visibility(session: TherapySession, entry: SessionEntry) -> None:
    """Let the rows of a saved session be seen as an entry says; nothing else about them changes."""
    said = {tag.code: tag for tag in entry.tags}
    for tag in session.tags.all():
        wanted = said[tag.code]
        tag.visibility, tag.private_forms = wanted.visibility, list(wanted.private_forms)
        tag.save(update_fields=["visibility", "private_forms"])
    session.note_visibility = entry.note_visibility


def new_version(session: TherapySession, before: SessionEntry, by: User) -> None:
    """Keep what a session held as a sealed revision and raise its version; it is unsaved yet."""
    SessionRevision.objects.create(
        organisation_id=session.organisation_id,
        therapy_session=session,
        version=session.version,
        content=to_text(before),
        written_at=session.changed_at,
        written_by=session.changed_by,
    )
    session.version += 1
    session.changed_at, session.changed_by = timezone.now(), by


def measurement(client: Client, score: ScoreEntry, day: date, **more: Any) -> Measurement:
    """The unsaved row of a score; `day` is its day unless it has one of its own."""
    return Measurement(
        organisation_id=client.organisation_id,
        client=client,
        instrument=score.instrument,
        total=score.total,
        items=list(score.items),
        safety=asks_for_safety_check(score.instrument, score.items),
        completed_by=score.completed_by,
        on=score.on or day,
        **more,
    )


def score_entry(row: Measurement) -> ScoreEntry:
    """The reverse of `measurement`."""
    return ScoreEntry(
        instrument=row.instrument,
        total=row.total,
        items=tuple(row.items),
        completed_by=row.completed_by,
        on=row.on,
    )


def _lists(tag: TagEntry) -> dict[str, list[str]]:
    return {"sub_forms": list(tag.sub_forms), "private_forms": list(tag.private_forms)}


def read_entry(session: TherapySession) -> SessionEntry:
    """The entry that would log this session as it stands."""
    trials = Trial.objects.filter(organisation=session.organisation_id, session_id=session.id)
    return SessionEntry(
        **{name: getattr(session, name) for name in PLAIN_FIELDS},
        theme=session.theme.label if session.theme else "",
        repair_steps=tuple(session.repair_steps),
        tags=tuple(
            TagEntry(
                code=tag.code,
                intensity=tag.intensity,
                sub_forms=tuple(tag.sub_forms),
                private_forms=tuple(tag.private_forms),
                how=tag.how,
                visibility=tag.visibility,
            )
            for tag in sorted(session.tags.all(), key=lambda tag: tag.code)
        ),
        scores=tuple(
            score_entry(score)
            for score in sorted(session.measurements.all(), key=lambda score: score.instrument)
        ),
        trials=tuple(
            TrialEntry(step=trial.step_id, outcome=trial.outcome)
            for trial in trials.order_by("step")
        ),
    )


def to_text(entry: SessionEntry) -> str:
    """An entry as JSON, for a sealed revision."""
    return json.dumps(dataclasses.asdict(entry), default=str, ensure_ascii=False)


def from_text(text: str) -> dict[str, Any]:
    """What `to_text` wrote: plain JSON values, for showing."""
    return json.loads(text)
