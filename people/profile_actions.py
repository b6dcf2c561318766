"""What a person changes about their own account; each with its audit event."""

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db import IntegrityError, transaction
from django.utils import timezone

from audit.record import record
from people import walls
from people.account_actions import HAS_ONE
from people.actions import NotAllowed
from people.models import EmailChange, User
from people.models.invitation import TAKE_BACK_WITHIN
from people.tokens import new_token

TAKEN = "There is another account at this address by now. Nothing was changed: ask for help."
OVER = "This link was used already, or has run out. Nothing was changed."


@transaction.atomic
def change_profile(*, by: User, **new: str) -> User:
    """The person's name, and how they like their pages."""
    row = User.objects.select_for_update(of=("self",)).get(pk=by.pk)
    changed = {
        name: [getattr(row, name), value]
        for name, value in new.items()
        if getattr(row, name) != value
    }
    if changed:
        for name, (_, value) in changed.items():
            setattr(row, name, value)
        row.save(update_fields=list(changed))
        _note("profile changed", row, **changed)
    return row


@transaction.atomic
def ask_email_change(*, by: User, email: str) -> tuple[EmailChange, str, str]:
    """Ask for another address; the tokens for the new and the old one are given once, here."""
    email = email.strip().lower()
    if email == by.email:
        raise NotAllowed("This is your address already.")
    if User.objects.filter(email__iexact=email).exists():
        raise NotAllowed(HAS_ONE)
    user = User.objects.select_for_update(of=("self",)).get(pk=by.pk)
    EmailChange.objects.filter(user=by, confirmed_at=None).update(bound_to="")  # one at a time
    confirm, confirm_hash = new_token()
    stop, stop_hash = new_token()
    change = EmailChange.objects.create(
        organisation_id=by.organisation_id,
        user=by,
        old_email=by.email,
        new_email=email,
        confirm_hash=confirm_hash,
        bound_to=user.get_session_auth_hash(),
        stop_hash=stop_hash,
    )
    _note("address asked for", by, email=[by.email, email])
    return change, confirm, stop


@transaction.atomic
def confirm_email_change(*, change: EmailChange) -> User:
    """From the new address: it takes the place of the old one."""
    row, user = _lock(change)
    if not row.may_be_confirmed:
        raise NotAllowed(OVER)
    row.confirmed_at = timezone.now()
    row.save(update_fields=["confirmed_at"])
    _set_email(user, row.new_email)
    return user


@transaction.atomic
def stop_email_change(*, change: EmailChange) -> User:
    """From the old address: it was not the person.

    The address is that of the letter again, whatever was asked for since, and nothing asked for
    since can be confirmed or stopped any more. Whoever asked knew the password: it opens nothing
    from now on, nor do second factors added lately, and a new one is set from a letter. Where
    another account has the address by now, this one is closed.
    """
    row, user = _lock(change)
    if not row.may_be_stopped:
        raise NotAllowed(OVER)
    since = EmailChange.objects.filter(user=user, asked_at__gte=row.asked_at, stopped_at=None)
    since.update(stopped_at=timezone.now())
    if user.email != row.old_email:
        try:
            _set_email(user, row.old_email)
        except NotAllowed:
            user.refresh_from_db(fields=["email"])
            user.is_active = False
    user.set_unusable_password()
    user.sign_ins_ended += 1
    user.save(update_fields=["password", "sign_ins_ended", "is_active"])
    UserSession.objects.filter(user=user).delete()
    lately = row.asked_at - TAKE_BACK_WITHIN
    Authenticator.objects.filter(user=user, created_at__gte=lately).delete()
    with walls.inside(user.organisation_id):
        _note("address change stopped", user)
        if not user.is_active:
            _note("account closed", user)
    return user


def _lock(change: EmailChange) -> tuple[EmailChange, User]:
    user = User.objects.select_for_update(of=("self",)).get(pk=change.user_id)
    return EmailChange.objects.select_for_update().get(pk=change.pk), user


def _set_email(user: User, email: str) -> None:
    """Raises NotAllowed where somebody else has it by now."""
    before, user.email = user.email, email
    try:
        with transaction.atomic():
            user.save(update_fields=["email"])
    except IntegrityError:
        raise NotAllowed(TAKEN) from None
    with walls.inside(user.organisation_id):
        _note("address changed", user, email=[before, email])


@transaction.atomic
def end_sign_in(*, sign_in: UserSession, by: User) -> None:
    """Sign oneself out somewhere else."""
    sign_in.end()
    _note("sign-in ended", by)


@transaction.atomic
def end_other_sign_ins(*, by: User, here: str) -> int:
    """Sign oneself out everywhere but here; how many there were."""
    others = list(UserSession.objects.filter(user=by).exclude(session_key=here))
    for sign_in in others:
        sign_in.end()
    if others:
        _note("sign-ins ended", by, count=len(others))
    return len(others)


def _note(kind: str, user: User, **detail: Any) -> None:
    record(
        kind,
        by=user,
        target_kind="user",
        target_id=user.id,
        target_label=user.name,
        detail=detail,
    )
