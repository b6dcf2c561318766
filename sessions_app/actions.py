"""Everything that changes sessions and drafts; each with its audit event."""

import uuid
import zoneinfo
from datetime import date
from typing import Any

from django.db import connection, transaction

from audit.record import record
from impasses import actions as impasse_actions
from people.actions import NotAllowed, mark_stale, set_baseline
from people.models import Client, User
from sessions_app import content, snapshots
from sessions_app.drafts import DraftTaken, fill, first_of, is_known, typed_of
from sessions_app.entries import SessionEntry
from sessions_app.facts import beside_of, gather, read_beside
from sessions_app.following import follow, hold_back
from sessions_app.models import CaseSnapshot, SessionDraft, TherapySession
from sessions_app.visibility import are_signs_seen_otherwise

ASSESS_SECONDS = 2
MOST_READINGS = 3  # of one case in a row


class StaleEdit(Exception):
    """The session was changed since the edit began; `current` is what stands now."""

    def __init__(self, current: TherapySession) -> None:
        super().__init__("This session was changed since you opened it.")
        self.current = current


@transaction.atomic
def log_session(*, client: Client, by: User, entry: SessionEntry, key: uuid.UUID) -> TherapySession:
    """One session, with everything on the log page. The same key saves it once.

    The same form sent again with other words raises `StaleEdit`: nothing is doubled, nothing lost.
    """
    client = snapshots.lock_case(client)
    entry = content.dated(entry, by)
    known = TherapySession.objects.filter(organisation=client.organisation_id, key=key).first()
    if known:
        if known.client_id != client.pk:
            raise NotAllowed("This form belongs to another client: open the log page again.")
        if content.read_entry(known) != entry:
            raise StaleEdit(known)
        return known
    if client.is_ended:
        raise NotAllowed(f"{client.code_name} has ended: reopen the case to log a session.")
    session = TherapySession(
        organisation_id=client.organisation_id, client=client, author=by, changed_by=by, key=key
    )
    content.fill(session, entry)
    newest = client.therapy_sessions.filter(number__isnull=False).newest_first().first()
    if session.is_held:
        session.number = _highest_number(client) + 1
    session.save(force_insert=True)
    content.write_rows(session, entry, by)
    if newest and newest.held_at > session.held_at and session.is_held:
        snapshots.renumber(client)
        session.refresh_from_db(fields=["number"])
    _forget_draft(client, by, key)
    _settle(client, session, by, entry)
    record(
        "session logged",
        by=by,
        target_kind="session",
        target_id=session.id,
        target_label=client.code_name,
        case=client.id,
    )
    return session


def _highest_number(client: Client) -> int:
    last = client.therapy_sessions.filter(number__isnull=False).order_by("-number").first()
    return (last.number or 0) if last else 0


def _forget_draft(client: Client, by: User, key: uuid.UUID) -> None:
    """The draft of the very form that was saved; another device's draft stays."""
    draft = find_draft(by=by, client=client)
    if draft is not None and first_of(typed_of(draft), "key") == str(key):
        draft.delete()


def _settle(
    client: Client, session: TherapySession, by: User, entry: SessionEntry, *also: date
) -> None:
    """What every change of a session brings with it: goals' date, snapshot, stale weeks.

    Weeks are marked from the earliest on, always: two edits that cross do not lock each other.
    """
    day = content.local_day(session.held_at, by)
    if entry.goals_reviewed and (
        client.goals_reviewed_on is None or client.goals_reviewed_on < day
    ):
        client.goals_reviewed_on = day
        client.save(update_fields=["goals_reviewed_on"])
    snapshots.refresh(client)
    for each in sorted({day, *also}):
        mark_stale(organisation_id=client.organisation_id, day=each)


@transaction.atomic
def amend_session(
    *, session: TherapySession, by: User, entry: SessionEntry, version: int
) -> TherapySession:
    """Change a session; what it held before stays as a sealed revision.

    `version` is what the edit began from; `StaleEdit` when somebody was quicker.
    """
    client = snapshots.lock_case(session.client)
    current = TherapySession.objects.whole().get(pk=session.pk)
    if current.version != version:
        raise StaleEdit(current)
    entry = content.dated(entry, by)
    before_day = content.local_day(current.held_at, by)
    before = content.read_entry(current)
    if before == entry:
        _forget_edit_draft(current, by)
        return current
    content.new_version(current, before, by)
    content.fill(current, entry)
    if not current.is_held:
        current.number = None
    elif current.number is None:
        current.number = _highest_number(client) + 1
    current.save()
    content.write_rows(current, entry, by)
    snapshots.renumber(client)
    current.refresh_from_db()
    _forget_edit_draft(current, by)
    if are_signs_seen_otherwise(before, entry):
        hold_back(client)
    _settle(client, current, by, entry, before_day)
    record(
        "session changed",
        by=by,
        target_kind="session",
        target_id=current.id,
        target_label=client.code_name,
        case=client.id,
        detail={"version": current.version},
    )
    return current


def _forget_edit_draft(session: TherapySession, by: User) -> None:
    SessionDraft.objects.filter(
        organisation=session.organisation_id, author=by, therapy_session=session
    ).delete()


@transaction.atomic
def change_baseline(*, client: Client, by: User, baseline: tuple[str, ...]) -> Client:
    """Say what is usual for a client; the rules then read the case anew."""
    client = set_baseline(client=snapshots.lock_case(client), by=by, baseline=baseline)
    if CaseSnapshot.objects.filter(client=client).exists():
        snapshots.refresh(client)
    return client


@transaction.atomic
def save_draft(
    *,
    by: User,
    client: Client,
    body: dict[str, Any],
    therapy_session: TherapySession | None = None,
    base_version: int = 0,
    draft_version: int = 0,
) -> SessionDraft:
    """Keep what is typed, sealed; one draft a client, or one a session being edited.

    `draft_version` is the version the page last saw; `DraftTaken` when another page went on, or
    when the form's session is saved already. Drafts are no record yet: no audit event.
    """
    snapshots.lock_case(client)
    if therapy_session is None and _is_saved(client, first_of(body, "key")):
        raise DraftTaken("already saved")
    draft = find_draft(by=by, client=client, therapy_session=therapy_session)
    if draft is None:
        draft = SessionDraft(
            organisation_id=client.organisation_id,
            author=by,
            client=client,
            therapy_session=therapy_session,
            base_version=base_version,
            version=0,
        )
    elif not is_known(draft, version=draft_version, page=first_of(body, "page")):
        raise DraftTaken("changed on another device")
    fill(draft, body)
    draft.save()
    return draft


def _is_saved(client: Client, key: str) -> bool:
    try:
        drawn = uuid.UUID(key)
    except ValueError:
        return False
    return TherapySession.objects.filter(organisation=client.organisation_id, key=drawn).exists()


def find_draft(
    *, by: User, client: Client, therapy_session: TherapySession | None = None
) -> SessionDraft | None:
    """The person's own draft for a client, or for a session being edited."""
    return SessionDraft.objects.filter(
        organisation=client.organisation_id,
        author=by,
        client=client,
        therapy_session=therapy_session,
    ).first()


@transaction.atomic
def discard_draft(*, draft: SessionDraft, by: User) -> None:
    """Throw a draft away, because its author said so."""
    client, draft_id = draft.client, draft.id
    draft.delete()
    record(
        "draft discarded",
        by=by,
        target_kind="draft",
        target_id=draft_id,
        target_label=client.code_name,
        case=client.id,
    )


@transaction.atomic
def assess_case(*, client: Client, today: date) -> None:
    """Let the rules read the case as it stands and keep what they find.

    Does nothing when they have seen these facts already. Every statement has a time limit, so
    that reasoning never holds up a page.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = %s", [f"{ASSESS_SECONDS}s"])
    snapshot = (
        CaseSnapshot.objects.select_for_update(of=("self",))
        .select_related("client__organisation")
        .annotate(**read_beside("client"))
        .filter(client=client)
        .first()
    )
    rules_version = snapshot.client.organisation.rules_version if snapshot else 0
    if snapshot is not None and (snapshot.is_waiting or snapshot.rules_version != rules_version):
        client = snapshot.client
        zone = zoneinfo.ZoneInfo(client.organisation.time_zone)
        own, shared = gather(client, beside=beside_of(snapshot, zone))
        seen = impasse_actions.assess(client=client, own=own, shared=shared, today=today)
        snapshot.own_unjudged = list(seen.unjudged)
        if seen.is_shared_otherwise:
            _follow(client, today)
        if seen.is_shared_otherwise or not snapshot.rules_version:
            for name, value in snapshots.current_values(client).items():
                setattr(snapshot, name, value)
        snapshot.assessed_version = snapshot.facts_version
        snapshot.rules_version = rules_version
        snapshot.save()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = DEFAULT")


def _follow(client: Client, today: date) -> None:
    """What others see of one finding can bear on another: read on until nothing changes."""
    for _ in range(MOST_READINGS):
        is_otherwise = follow(client)
        own, shared = gather(client)
        seen = impasse_actions.assess(client=client, own=own, shared=shared, today=today)
        if not (is_otherwise or seen.is_shared_otherwise):
            break
