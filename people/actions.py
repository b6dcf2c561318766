"""Everything that changes people, supervisions and clients; each with its audit event."""

import uuid
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import Min
from django.utils import timezone

from audit.record import record
from people import walls
from people.models import Client, Notice, Organisation, StalePeriod, User
from people.queries import emergency_access

MARK = """
INSERT INTO people_staleperiod (organisation_id, week, version, marked_at) VALUES (%s, %s, 1, %s)
ON CONFLICT (organisation_id, week)
DO UPDATE SET version = people_staleperiod.version + 1, marked_at = EXCLUDED.marked_at
"""


class NotAllowed(Exception):
    """The state of things does not allow it; the message says why and what to do."""


class CodeNameTaken(NotAllowed):
    """The therapist has another client of this code name."""


class ClientChanged(Exception):
    """The client was changed since the edit began; `current` is what stands now."""

    def __init__(self, current: Client) -> None:
        super().__init__("This client was changed since you opened the page.")
        self.current = current


@transaction.atomic
def create_organisation(*, name: str, time_zone: str = "Europe/London") -> Organisation:
    """A new clinic, with nobody in it yet. Nobody is there to have done it: no audit event."""
    return Organisation.objects.create(name=name, time_zone=time_zone)


@transaction.atomic
def change_settings(*, by: User, **new: Any) -> Organisation:
    """What the person's organisation decides for itself, by the names of the model's fields."""
    organisation = Organisation.objects.select_for_update(no_key=True).get(pk=by.organisation_id)
    changed = {
        name: [getattr(organisation, name), value]
        for name, value in new.items()
        if getattr(organisation, name) != value
    }
    if not changed:
        return organisation
    for name, (_, value) in changed.items():
        setattr(organisation, name, value)
    if "score_profile" in changed:
        organisation.rules_version += 1
    organisation.save()
    if changed.keys() & {"score_profile", "time_zone"}:
        mark_all_stale(organisation_id=organisation.pk)
    record(
        "settings changed",
        by=by,
        target_kind="organisation",
        target_id=organisation.id,
        target_label=organisation.name,
        detail=changed,
    )
    return organisation


@transaction.atomic
def create_user(
    *,
    organisation: Organisation,
    email: str,
    name: str,
    roles: set[str],
    password: str,
    in_training: bool = False,
    by: User | None = None,
) -> User:
    """A person with an account; `by` is None where they make it themselves."""
    user = User(
        organisation=organisation,
        email=email.strip().lower(),
        name=name,
        roles=sorted(roles),
        in_training=in_training,
    )
    user.set_password(password)
    user.save(force_insert=True)
    with walls.inside(organisation.id):
        record(
            "account created",
            by=by or user,
            target_kind="user",
            target_id=user.id,
            target_label=name,
            detail={"roles": user.roles},
        )
    return user


@transaction.atomic
def create_client(
    *,
    by: User,
    code_name: str,
    rhythm: str = Client.Rhythm.WEEKLY,
    started_on: date | None = None,
    focus: str = "",
    goals: str = "",
) -> Client:
    """A new case on the therapist's own caseload."""
    client = Client(
        organisation_id=by.organisation_id,
        therapist=by,
        code_name=code_name.strip(),
        rhythm=rhythm,
        started_on=started_on or timezone.localdate(),
        focus=focus,
        goals=goals,
    )
    _save_with_free_name(client)
    _note_client("client created", client, by)
    return client


@transaction.atomic
def edit_client(
    *,
    client: Client,
    by: User,
    code_name: str,
    rhythm: str,
    started_on: date,
    focus: str,
    goals: str,
    version: int,
) -> Client:
    """Change what is known of a client; the audit names the fields, never their clinical text.

    `version` is the one the edit began from: another one raises `ClientChanged`.
    """
    new: dict[str, Any] = {
        "code_name": code_name.strip(),
        "rhythm": rhythm,
        "started_on": started_on,
        "focus": focus,
        "goals": goals,
    }
    organisation = client.organisation_id
    client = Client.objects.select_for_update(no_key=True).get(
        organisation=organisation, pk=client.pk
    )
    before = {name: getattr(client, name) for name in new}
    changed = [name for name, value in new.items() if before[name] != value]
    if not changed:
        return client
    if client.version != version:
        raise ClientChanged(client)
    for name in changed:
        setattr(client, name, new[name])
    client.version += 1
    _save_with_free_name(client, [*changed, "version"])
    said = {
        name: [str(before[name]), str(new[name])]
        for name in changed
        if Client.privacy[name] != "clinical"
    }
    _note_client("client changed", client, by, fields=changed, **said)
    return client


def _save_with_free_name(client: Client, fields: list[str] | None = None) -> None:
    try:
        with transaction.atomic():
            client.save(update_fields=fields)
    except IntegrityError as error:
        if "client_code_name_once" not in str(error):
            raise
        raise CodeNameTaken(
            f"You already have a client called {client.code_name}. Choose another code name."
        ) from None


@transaction.atomic
def set_baseline(*, client: Client, by: User, baseline: tuple[str, ...]) -> Client:
    """Say which sub-forms are this client's style: marks of these kinds count for no rule."""
    if sorted(client.baseline) == sorted(baseline):
        return client
    client.baseline = sorted(baseline)
    client.save(update_fields=["baseline"])
    _note_client("client changed", client, by, fields=["baseline"])
    return client


@transaction.atomic
def pause_client(*, client: Client, by: User) -> Client:
    """No sessions are expected until the case is resumed."""
    return _set_status(client, by, Client.Status.PAUSED, "client paused", Client.Status.ACTIVE)


@transaction.atomic
def resume_client(*, client: Client, by: User) -> Client:
    """A paused case is active again."""
    return _set_status(client, by, Client.Status.ACTIVE, "client resumed", Client.Status.PAUSED)


@transaction.atomic
def reopen_client(*, client: Client, by: User) -> Client:
    """An ended case is active again; why it had ended stays in the audit."""
    return _set_status(client, by, Client.Status.ACTIVE, "client reopened", Client.Status.ENDED)


@transaction.atomic
def end_client(*, client: Client, by: User, reason: str, on: date) -> Client:
    """The therapy ends, with a reason, on a day."""
    if on < client.started_on:
        raise NotAllowed(f"The therapy began on {client.started_on}: choose that day or later.")
    return _set_status(
        client,
        by,
        Client.Status.ENDED,
        "client ended",
        Client.Status.ACTIVE,
        Client.Status.PAUSED,
        reason=reason,
        on=on,
    )


def _set_status(
    client: Client, by: User, status: str, kind: str, *before: str, reason: str = "", on: Any = None
) -> Client:
    locked = Client.objects.select_for_update(no_key=True).get(pk=client.pk)
    if locked.status == status:
        return locked
    if locked.status not in before:
        raise NotAllowed(f"{locked.code_name} is {locked.get_status_display().lower()} now.")
    was = locked.status
    ended = on or locked.ended_on
    if ended:
        mark_stale(organisation_id=locked.organisation_id, day=ended)
    locked.status, locked.ended_reason, locked.ended_on = status, reason, on
    locked.save(update_fields=["status", "ended_reason", "ended_on"])
    _note_client(kind, locked, by, status=[was, str(status)])
    return locked


def _note_client(kind: str, client: Client, by: User, **detail: Any) -> None:
    record(
        kind,
        by=by,
        target_kind="client",
        target_id=client.id,
        target_label=client.code_name,
        detail=detail,
    )


def note_reading(*, client: Client, by: User) -> None:
    """Put on record that somebody other than the client's therapist opened the case.

    In an emergency with the access it rests on.
    """
    access = emergency_access(by, client)
    _note_client("case read", client, by, **({"emergency": str(access.pk)} if access else {}))


def note_listing(*, count: int, page: str, by: User) -> None:
    """Put on record that a page named so many cases of others, if it named any."""
    if count:
        record(
            "cases listed",
            by=by,
            target_kind="page",
            target_id=None,
            target_label=page,
            detail={"cases": count},
        )


def tell(*, people: Iterable[User], text: str, path: str) -> None:
    """Leave each of them a notice; part of the action that has something to say."""
    Notice.objects.bulk_create(
        Notice(organisation_id=person.organisation_id, person=person, text=text, path=path)
        for person in people
    )


@transaction.atomic
def see_notice(*, notice: Notice) -> None:
    """The person has seen it: it is not shown again."""
    Notice.objects.filter(pk=notice.pk, seen_at=None).update(seen_at=timezone.now())


def mark_stale(*, organisation_id: uuid.UUID, day: date) -> None:
    """Say that something changed in the local week holding `day`: its summary is out of date."""
    week = date.fromordinal(day.toordinal() - day.weekday())
    with connection.cursor() as cursor:
        cursor.execute(MARK, [organisation_id, week, timezone.now()])


def mark_all_stale(*, organisation_id: uuid.UUID) -> None:
    """Say that every summary is out of date: each of them has seen the first week."""
    weeks = StalePeriod.objects.filter(organisation=organisation_id)
    first = weeks.aggregate(week=Min("week"))["week"]
    if first:
        mark_stale(organisation_id=organisation_id, day=first)
