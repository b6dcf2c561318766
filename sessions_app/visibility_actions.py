"""Showing items of sessions to others, letting them count, or keeping them private."""

from collections.abc import Collection
from datetime import date

from django.db import transaction

from audit.record import record
from people.actions import mark_stale
from people.models import Client, User
from sessions_app import content, snapshots
from sessions_app.following import hold_back
from sessions_app.models import TherapySession
from sessions_app.visibility import NOTE, items_changed, seen_as


@transaction.atomic
def show_item(*, session: TherapySession, by: User, kind: str, to: str) -> TherapySession:
    """One item of a session is shown, counts, or is private from now on. Twice is harmless.

    The session has another version then: an edit that is open meanwhile is asked about it.
    """
    client = snapshots.lock_case(session.client)
    current = client.therapy_sessions.whole().get(pk=session.pk)
    if _show(current, by, {kind}, to):
        _settle(client, {kind}, {content.local_day(current.held_at, by)})
        record(
            "visibility changed",
            by=by,
            target_kind="session",
            target_id=current.id,
            target_label=client.code_name,
            case=client.id,
            detail={"to": to, "version": current.version},
        )
    return current


@transaction.atomic
def show_items(
    *,
    client: Client,
    by: User,
    kinds: Collection[str],
    to: str,
    since: date | None = None,
    until: date | None = None,
) -> int:
    """The same for kinds of item in every session of one's own from a day to a day; how many."""
    client = snapshots.lock_case(client)
    counts, days = [], set()
    for session in client.therapy_sessions.whole().of(by).between(since, until).order_by("held_at"):
        changed = _show(session, by, kinds, to)
        if changed:
            counts.append(changed)
            days.add(content.local_day(session.held_at, by))
    if days:
        _settle(client, kinds, days)
        record(
            "visibility changed",
            by=by,
            target_kind="client",
            target_id=client.id,
            target_label=client.code_name,
            detail={"to": to, "items": sum(counts), "sessions": len(counts)},
        )
    return sum(counts)


def _show(session: TherapySession, by: User, kinds: Collection[str], to: str) -> int:
    """How many items are seen otherwise by that; what was is kept as a version."""
    before = content.read_entry(session)
    after = seen_as(before, kinds, to)
    if before == after:
        return 0
    content.new_version(session, before, by)
    content.write_visibility(session, after)
    session.save(update_fields=["note_visibility", "version", "changed_at", "changed_by"])
    return items_changed(before, after)


def _settle(client: Client, kinds: Collection[str], days: set[date]) -> None:
    if set(kinds) != {NOTE}:  # nothing rests on a note
        hold_back(client)
    snapshots.refresh(client)
    for day in sorted(days):
        mark_stale(organisation_id=client.organisation_id, day=day)
