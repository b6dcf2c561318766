"""Erasing a client: asked for or due, announced, and carried out once; the chain stays whole."""

import uuid
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from audit.record import Program, record
from impasse_tracker.records import parts_of
from people.actions import NotAllowed, mark_stale, tell
from people.case_rows import Part
from people.models import Client, Erasure, Notice, User
from people.permissions import Role
from sessions_app.models import RuleReplay
from sessions_app.snapshots import lock_case
from supervision.draft_actions import forget_case_in_drafts
from trends.models import TrendSummary

NOTICE = timedelta(days=7)  # between the end of retention being announced and the erasure
WEEK = timedelta(days=7)
Ground = Erasure.Ground


@transaction.atomic
def ask_erasure(*, client: Client, by: User, reason: str, now: datetime) -> Erasure:
    """The therapist asks; an administrator carries it out. The administrators are told."""
    row = _announce(client, by, reason=reason, ground=Ground.ASKED, now=now, wait=timedelta(0))
    people = User.objects.filter(organisation=by.organisation_id, is_active=True)
    administrators = people.filter(roles__contains=[Role.ADMINISTRATOR])
    tell(
        people=administrators,
        text=f"{by.name} asks for a case to be erased.",
        path=f"/erasures/{row.pk}/",
    )
    _note("erasure asked for", row, by, case=client.pk, reason=reason)
    return row


@transaction.atomic
def schedule_erasure(*, client: Client, by: User | Program, reason: str, now: datetime) -> Erasure:
    """The time the record is kept is over: it goes in a week, and its therapist is told."""
    row = _announce(client, by, reason=reason, ground=Ground.RETENTION, now=now, wait=NOTICE)
    tell(
        people=[client.therapist],
        text="The time is over that the record of a case of yours is kept. It will be erased "
        f"after {row.not_before:%d %B %Y}.",
        path=f"/clients/{client.pk}/",
    )
    _note("erasure scheduled", row, by, case=client.pk, reason=reason)
    return row


def _announce(
    client: Client, by: User | Program, *, reason: str, ground: str, now: datetime, wait: timedelta
) -> Erasure:
    locked = lock_case(client)
    if not locked.is_ended:
        raise NotAllowed(f"The therapy of {locked.code_name} has not ended: end it first.")
    if Erasure.objects.filter(client=locked).exists():
        raise NotAllowed(f"The erasure of {locked.code_name} is under way already.")
    return Erasure.objects.create(
        organisation_id=locked.organisation_id,
        client=locked,
        ground=ground,
        reason=reason,
        asked_at=now,
        asked_by=by if isinstance(by, User) else None,
        not_before=now + wait,
    )


@transaction.atomic
def withdraw_erasure(*, erasure: Erasure, by: User) -> None:
    """The case stays."""
    row = Erasure.objects.select_for_update(of=("self",)).get(pk=erasure.pk)
    if row.client is None:
        raise NotAllowed("It was carried out: nothing is left that could stay.")
    case = row.client.pk
    _note("erasure taken back", row, by, case=case)
    row.delete()


@transaction.atomic
def erase_client(*, erasure: Erasure, by: User | Program, now: datetime) -> Erasure:
    """Every row of the client goes; the certificate says how many of what, and nothing else."""
    row = Erasure.objects.select_for_update(of=("self",)).get(pk=erasure.pk)
    if row.client is None:
        raise NotAllowed("It was carried out already.")
    if not row.is_ripe(now):
        raise NotAllowed(f"Its notice runs until {row.not_before:%d %B %Y}: wait for it.")
    client = lock_case(row.client)
    if not client.is_ended:
        raise NotAllowed("The case was opened again meanwhile: take the erasure back.")
    therapist, case = client.therapist, client.pk
    first = _first_day(client)
    row.client = None  # as the database has it once the client is gone
    row.erased_at, row.erased_by = now, by if isinstance(by, User) else None
    row.counts = _erase_rows(client)
    row.digest = row.computed_digest()
    row.save()
    _forget_figures(client.organisation_id, first)
    path = f"/erasures/{row.pk}/" if row.asked_by_id == therapist.pk else "/clients/"
    tell(people=[therapist], text="A case of yours was erased.", path=path)
    _note("client erased", row, by, case=case, counts=row.counts, digest=row.digest)
    return row


def _first_day(client: Client) -> date:
    """The earliest day the client shows in anybody's figures."""
    earliest = client.therapy_sessions.order_by("held_at").values_list("held_at", flat=True).first()
    days = [client.started_on, *([earliest.date()] if earliest else [])]
    return min(days) - timedelta(days=1)  # where the organisation's day is still the one before


def _erase_rows(client: Client) -> dict[str, int]:
    """Take the rows of every part away; how many of each kind."""
    parts = parts_of(client)
    ids = {str(client.pk), *(str(key) for part in parts for key in _keys(part))}
    counts = {part.name: part.rows.count() for part in parts}
    counts["notices"] = _forget_notices(client, ids)
    counts["drafts of meetings"] = forget_case_in_drafts(client=client)
    _forget_replays(client)
    for part in parts:
        part.rows.delete()
    return {name: count for name, count in counts.items() if count}


def _keys(part: Part) -> list[Any]:
    """The ids of rows that have a page."""
    keys = part.rows.values_list("pk", flat=True)
    return [key for key in keys if isinstance(key, uuid.UUID)]


def _forget_notices(client: Client, ids: set[str]) -> int:
    """What leads to a page of the client, or names them."""
    notices = Notice.objects.filter(organisation=client.organisation_id)
    named = client.code_name.casefold()
    about = [
        pk
        for pk, text, path in notices.values_list("pk", "text", "path")
        if named in text.casefold() or not ids.isdisjoint(path.split("/"))
    ]
    notices.filter(pk__in=about).delete()
    return len(about)


def _forget_replays(client: Client) -> None:
    """Trials of a rule keep their counts; the case is no longer among those they looked at."""
    replays = RuleReplay.objects.filter(
        organisation=client.organisation_id, clients__contains=[client.pk]
    )
    for row in replays.select_for_update(of=("self",)):
        is_read = row.clients.index(client.pk) < row.done
        row.clients.remove(client.pk)
        row.done -= is_read
        row.result.get("cases", {}).pop(str(client.pk), None)
        row.save(update_fields=["clients", "done", "result"])


def _forget_figures(organisation_id: uuid.UUID, first: date) -> None:
    """Summaries in which the client was counted are written anew, without an earlier version.

    Beside the new figures an earlier version would say what the client's were.
    """
    scope = TrendSummary.Scope
    TrendSummary.objects.filter(
        organisation=organisation_id,
        scope__in=(scope.THERAPIST, scope.TEAM, scope.ORGANISATION),
        starts_on__gte=first.replace(day=1) - WEEK,
    ).delete()
    mark_stale(organisation_id=organisation_id, day=first)


def _note(kind: str, row: Erasure, by: User | Program, *, case: uuid.UUID, **detail: Any) -> None:
    """By id alone: the chain keeps no name of a client whose erasure is wanted."""
    record(kind, by=by, target_kind="erasure", target_id=row.pk, case=case, detail=detail)
