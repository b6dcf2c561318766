"""Where a person is signed in."""

from dataclasses import dataclass
from datetime import datetime

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.utils import timezone

from people.devices import device_of
from people.models import User


@dataclass(frozen=True)
class SignIn:
    """One sign-in that has not ended."""

    id: int
    device: str
    address: str
    since: datetime
    is_here: bool


def sign_ins_of(user: User, *, here: str) -> list[SignIn]:
    """The person's sign-ins, the present one first; those that ran out are left out. One query."""
    kept = Session.objects.filter(expire_date__gt=timezone.now()).values("session_key")
    rows = UserSession.objects.filter(user=user, session_key__in=kept).order_by("-created_at")
    sign_ins = [
        SignIn(row.pk, device_of(row.user_agent), row.ip, row.created_at, row.session_key == here)
        for row in rows
    ]
    return sorted(sign_ins, key=lambda each: not each.is_here)
