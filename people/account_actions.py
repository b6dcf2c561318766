"""Everything that changes who has an account here; each with its audit event."""

from collections.abc import Iterable, Mapping
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from audit.record import Program, record
from people import walls
from people.actions import NotAllowed, create_user
from people.models import Invitation, Organisation, User
from people.permissions import Role
from people.tokens import new_token

HAS_ONE = "There is an account at this address already. Look for it among the people."
IS_ASKED = "Somebody at this address is invited already. Send that invitation again instead."
LAST = "This is the last administrator: make somebody else one first."
NOT_OPEN = "This invitation is no longer open. Invite the person anew."


@transaction.atomic
def invite_person(
    *,
    organisation: Organisation,
    by: User | None,
    email: str,
    roles: Iterable[str],
    name: str = "",
    in_training: bool = False,
) -> tuple[Invitation, str]:
    """Ask somebody to make an account; the token for their link is given once, here.

    `by` is None for the first of an organisation.
    """
    email = email.strip().lower()
    if User.objects.filter(email__iexact=email).exists():
        raise NotAllowed(HAS_ONE)
    token, token_hash = new_token()
    invitation = Invitation(
        organisation=organisation,
        email=email,
        name=name,
        roles=sorted(roles),
        in_training=in_training,
        token_hash=token_hash,
        invited_by=by,
    )
    try:
        with transaction.atomic():
            invitation.save(force_insert=True)
    except IntegrityError as error:
        if "invitation_one_open_an_address" not in str(error):
            raise
        raise NotAllowed(IS_ASKED) from None
    _note_invitation("person invited", invitation, by, roles=invitation.roles)
    return invitation, token


@transaction.atomic
def invite_people(
    *, organisation: Organisation, by: User, people: Iterable[Mapping[str, Any]]
) -> list[tuple[Invitation, str]]:
    """Everybody of a list, or nobody."""
    return [invite_person(organisation=organisation, by=by, **person) for person in people]


@transaction.atomic
def resend_invitation(*, invitation: Invitation, by: User) -> tuple[Invitation, str]:
    """A new link, for another week; the one before stops working."""
    row = _open(invitation)
    token, row.token_hash = new_token()
    row.sent_at = timezone.now()
    row.save(update_fields=["token_hash", "sent_at"])
    _note_invitation("invitation sent again", row, by)
    return row, token


@transaction.atomic
def revoke_invitation(*, invitation: Invitation, by: User) -> Invitation:
    """The link stops working."""
    row = _open(invitation)
    row.revoked_at = timezone.now()
    row.save(update_fields=["revoked_at"])
    _note_invitation("invitation revoked", row, by)
    return row


def _open(invitation: Invitation) -> Invitation:
    row = Invitation.objects.select_for_update().get(pk=invitation.pk)
    if row.accepted_at or row.revoked_at:
        raise NotAllowed(NOT_OPEN)
    return row


def _note_invitation(kind: str, row: Invitation, by: User | None, **detail: Any) -> None:
    with walls.inside(row.organisation_id):
        record(
            kind,
            by=by or Program(row.organisation_id),
            target_kind="invitation",
            target_id=row.id,
            target_label=row.email,
            detail=detail,
        )


@transaction.atomic
def accept_invitation(*, invitation: Invitation, name: str, password: str) -> User:
    """The invited person's account. Two answers to one link make one account."""
    row = Invitation.objects.select_for_update(of=("self",)).get(pk=invitation.pk)
    if not row.is_usable:
        raise NotAllowed("This invitation was used already, or has run out.")
    if User.objects.filter(email__iexact=row.email).exists():
        raise NotAllowed("There is an account at this address by now: sign in with it.")
    user = create_user(
        organisation=row.organisation,
        email=row.email,
        name=name,
        roles=set(row.roles),
        password=password,
        in_training=row.in_training,
    )
    row.accepted_at, row.accepted_by = timezone.now(), user
    row.save(update_fields=["accepted_at", "accepted_by"])
    return user


@transaction.atomic
def change_person(*, person: User, by: User, roles: Iterable[str], in_training: bool) -> User:
    """What somebody is here from now on; it holds at their next click."""
    row = _lock(person)
    new: dict[str, Any] = {"roles": sorted(roles), "in_training": in_training}
    changed = {
        name: [getattr(row, name), value]
        for name, value in new.items()
        if getattr(row, name) != value
    }
    if not changed:
        return row
    if row.is_active and Role.ADMINISTRATOR not in new["roles"]:
        _keep_an_administrator(row)
    for name, value in new.items():
        setattr(row, name, value)
    row.save(update_fields=list(new))
    if not row.administers:
        _revoke_invitations_of(row)
    _note("person changed", row, by, **changed)
    return row


@transaction.atomic
def deactivate_person(*, person: User, by: User) -> User:
    """Close an account: sign-ins end at once, the cases stay and wait for a new therapist."""
    if person == by:
        raise NotAllowed("This is your own account: another administrator can close it.")
    row = _lock(person)
    if row.is_active:
        _keep_an_administrator(row)
        row.is_active = False
        row.save(update_fields=["is_active"])
        _end_sign_ins(row)
        _revoke_invitations_of(row)
        _note("account closed", row, by)
    return row


@transaction.atomic
def reactivate_person(*, person: User, by: User) -> User:
    """Open a closed account again; no sign-in of before comes back."""
    row = _lock(person)
    if not row.is_active:
        row.is_active = True
        row.save(update_fields=["is_active"])
        _note("account opened again", row, by)
    return row


@transaction.atomic
def reset_second_factors(*, person: User, by: User, reason: str) -> User:
    """Take away apps, passkeys and recovery codes that were lost; the person sets up new ones."""
    row = _lock(person)
    Authenticator.objects.filter(user=row).delete()
    _end_sign_ins(row)
    _note("second factor reset", row, by, reason=reason)
    return row


@transaction.atomic
def end_all_sign_ins(*, person: User, by: User) -> User:
    """Sign somebody out everywhere."""
    row = _lock(person)
    _end_sign_ins(row)
    _note("sign-ins ended", row, by)
    return row


@transaction.atomic
def forget_old_sign_ins() -> int:
    """Drop what is known of sign-ins that have run out; how many."""
    kept = Session.objects.filter(expire_date__gt=timezone.now()).values("session_key")
    return UserSession.objects.exclude(session_key__in=kept).delete()[0]


def _lock(person: User) -> User:
    """The row, behind the organisation's: what is decided about people is decided in turn."""
    Organisation.objects.select_for_update(no_key=True).get(pk=person.organisation_id)
    return User.objects.select_for_update(of=("self",)).get(pk=person.pk)


def _keep_an_administrator(without: User) -> None:
    others = User.objects.filter(
        organisation=without.organisation_id, is_active=True, roles__contains=[Role.ADMINISTRATOR]
    ).exclude(pk=without.pk)
    if without.administers and not others.exists():
        raise NotAllowed(LAST)


def _revoke_invitations_of(person: User) -> None:
    """What somebody who administers no more has left open invites nobody."""
    left = Invitation.objects.filter(invited_by=person, accepted_at=None, revoked_at=None)
    left.update(revoked_at=timezone.now())


def _end_sign_ins(person: User) -> None:
    """Every sign-in is bound to this number, so that none is forgotten."""
    User.objects.filter(pk=person.pk).update(sign_ins_ended=F("sign_ins_ended") + 1)
    UserSession.objects.filter(user=person).delete()


def _note(kind: str, person: User, by: User, **detail: Any) -> None:
    record(
        kind,
        by=by,
        target_kind="user",
        target_id=person.id,
        target_label=person.name,
        detail=detail,
    )
