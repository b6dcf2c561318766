"""Links sent by mail: to make an account, and to change an address.

Neither stands behind the wall: whoever follows a link has not said yet where they belong.
"""

from datetime import datetime, timedelta
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone

from people.keys import new_key
from people.models.organisation import Organisation
from people.models.user import User
from people.permissions import Role

INVITED_FOR = timedelta(days=7)
CONFIRM_WITHIN = timedelta(days=1)
TAKE_BACK_WITHIN = timedelta(days=7)


class Invitation(models.Model):
    """Somebody is asked to make an account here, with these roles. The link works once."""

    privacy: ClassVar = {
        "id": "operational",
        "organisation": "operational",
        "email": "personal",
        "name": "personal",
        "roles": "operational",
        "in_training": "operational",
        "token_hash": "operational",
        "invited_by": "operational",
        "sent_at": "operational",
        "accepted_at": "operational",
        "accepted_by": "operational",
        "revoked_at": "operational",
    }

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    email = models.EmailField()
    name = models.CharField(max_length=120, blank=True, default="")
    roles = ArrayField(models.CharField(max_length=20))
    in_training = models.BooleanField(default=False)
    token_hash = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    sent_at = models.DateTimeField(default=timezone.now)
    accepted_at = models.DateTimeField(null=True)
    accepted_by = models.OneToOneField(
        User, null=True, on_delete=models.PROTECT, related_name="invitation"
    )
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                "organisation",
                Lower("email"),
                condition=Q(accepted_at=None, revoked_at=None),
                name="invitation_one_open_an_address",
            ),
            models.CheckConstraint(
                name="invitation_accepted_at_and_by",
                condition=Q(accepted_at=None, accepted_by=None)
                | Q(accepted_at__isnull=False, accepted_by__isnull=False, revoked_at=None),
            ),
            models.CheckConstraint(
                name="invitation_has_known_roles",
                condition=Q(roles__contained_by=list(Role)) & ~Q(roles=[]),
            ),
        ]

    def __str__(self) -> str:
        return f"invitation of {self.email}"

    @property
    def expires_at(self) -> datetime:
        return self.sent_at + INVITED_FOR

    @property
    def is_late(self) -> bool:
        """Whether the link has run out; sending it again makes a new one."""
        return timezone.now() >= self.expires_at

    @property
    def is_usable(self) -> bool:
        return self.accepted_at is None and self.revoked_at is None and not self.is_late


class EmailChange(models.Model):
    """Somebody asked for another address: the new one confirms it, the old one can stop it."""

    privacy: ClassVar = {
        "id": "operational",
        "organisation": "operational",
        "user": "operational",
        "old_email": "personal",
        "new_email": "personal",
        "confirm_hash": "operational",
        "bound_to": "operational",
        "stop_hash": "operational",
        "asked_at": "operational",
        "confirmed_at": "operational",
        "stopped_at": "operational",
    }

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="email_changes")
    old_email = models.EmailField()
    new_email = models.EmailField()
    confirm_hash = models.CharField(max_length=64, unique=True)
    bound_to = models.CharField(
        max_length=64, default="", help_text="The password it was asked with; it ends with that."
    )
    stop_hash = models.CharField(max_length=64, unique=True)
    asked_at = models.DateTimeField(default=timezone.now)
    confirmed_at = models.DateTimeField(null=True)
    stopped_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["organisation", "user", "-asked_at"], name="email_change_of"),
        ]

    def __str__(self) -> str:
        return "a change of address"

    @property
    def may_be_confirmed(self) -> bool:
        """While the password holds that it was asked with, and nobody was signed out since."""
        is_open = self.confirmed_at is None and self.stopped_at is None and self.user.is_active
        is_bound = self.bound_to == self.user.get_session_auth_hash()
        return is_open and is_bound and timezone.now() < self.asked_at + CONFIRM_WITHIN

    @property
    def may_be_stopped(self) -> bool:
        """From the old address, also for a while after the change was made."""
        return self.stopped_at is None and timezone.now() < self.asked_at + TAKE_BACK_WITHIN
