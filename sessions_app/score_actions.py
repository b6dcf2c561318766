"""Everything that changes scores which belong to no session; each with its audit event."""

from collections.abc import Iterable
from datetime import date

from django.db import transaction

from audit.record import record
from people.actions import NotAllowed, mark_stale
from people.models import Client, User
from sessions_app import content, snapshots
from sessions_app.entries import ScoreEntry
from sessions_app.models import Measurement


class ScoreTaken(NotAllowed):
    """A questionnaire has one score a day outside sessions; `instrument` has one already."""

    def __init__(self, score: Measurement) -> None:
        super().__init__(
            f"{score.instrument} has a score of {score.total.normalize():f} on that day. "
            "Change that one, or give another day."
        )
        self.instrument = score.instrument


@transaction.atomic
def record_scores(
    *, client: Client, by: User, entries: Iterable[ScoreEntry], today: date
) -> list[Measurement]:
    """Scores that belong to no session; the same ones sent again are kept once.

    Raises `ScoreTaken` where a questionnaire has another score of that day.
    """
    client = snapshots.lock_case(client)
    rows = [content.measurement(client, entry, today) for entry in entries]
    new = [row for row in rows if not _is_known(row)]
    if not new:
        return []
    Measurement.objects.bulk_create(new)
    _settle_scores(client, {row.on for row in new})
    _note_scores("scores recorded", client, by, count=len(new))
    return new


def _is_known(row: Measurement) -> bool:
    """Whether this very score stands already. Raises `ScoreTaken` for another of its day."""
    same = Measurement.objects.filter(
        organisation=row.organisation_id,
        client=row.client,
        therapy_session=None,
        instrument=row.instrument,
        on=row.on,
    )
    known = same.exclude(pk=row.pk).first()
    if known and content.score_entry(known) != content.score_entry(row):
        raise ScoreTaken(known)
    return known is not None


@transaction.atomic
def change_score(*, score: Measurement, by: User, entry: ScoreEntry, today: date) -> Measurement:
    """Mend a score that belongs to no session; without a day it is today's. Raises `ScoreTaken`."""
    client = snapshots.lock_case(score.client)
    score = _lock_score(score)
    changed = content.measurement(client, entry, today, pk=score.pk)
    if content.score_entry(score) == content.score_entry(changed):
        return score
    if _is_known(changed):
        raise ScoreTaken(changed)
    before = score.on
    if changed.safety:
        changed.safety_checked_on = score.safety_checked_on
    changed.save(force_update=True)
    _settle_scores(client, {before, changed.on})
    _note_scores("score changed", client, by)
    return changed


@transaction.atomic
def remove_score(*, score: Measurement, by: User) -> None:
    """Take away a score that belongs to no session: it was entered by mistake."""
    client = snapshots.lock_case(score.client)
    score = _lock_score(score)
    score.delete()
    _settle_scores(client, {score.on})
    _note_scores("score removed", client, by)


@transaction.atomic
def note_safety_check(*, score: Measurement, by: User, today: date) -> Measurement:
    """Safety was talked about after an answer that asked for it."""
    client = snapshots.lock_case(score.client)
    score = Measurement.objects.select_for_update(of=("self",)).get(pk=score.pk)
    if score.safety_checked_on is None:
        score.safety_checked_on = today
        score.save(update_fields=["safety_checked_on"])
        _settle_scores(client, {today})
        _note_scores("safety check noted", client, by)
    return score


def _lock_score(score: Measurement) -> Measurement:
    """The row as it stands. A score of a session is changed with its session."""
    row = Measurement.objects.select_for_update(of=("self",)).filter(pk=score.pk).first()
    if row is None:
        raise NotAllowed("This score is gone: it was removed meanwhile.")
    if row.therapy_session_id:
        raise NotAllowed("This score belongs to a session: change it there.")
    return row


def _settle_scores(client: Client, days: set[date]) -> None:
    snapshots.refresh(client)
    for day in sorted(days):
        mark_stale(organisation_id=client.organisation_id, day=day)


def _note_scores(kind: str, client: Client, by: User, **detail: int) -> None:
    record(
        kind,
        by=by,
        target_kind="client",
        target_id=client.id,
        target_label=client.code_name,
        detail=detail,
    )
