"""A case opened in an emergency by a supervisor who does not supervise it, for three hours."""

from datetime import datetime, timedelta
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from people.encryption import EncryptedTextField
from people.keys import new_key
from people.models.organisation import Organisation
from people.models.user import User

LASTS = timedelta(hours=3)  # as in DHIS2's break-the-glass


class EmergencyAccessQuerySet(models.QuerySet["EmergencyAccess"]):
    """Emergency accesses, by when they run and who may see them."""

    def running(self, now: datetime) -> "EmergencyAccessQuerySet":
        """Those that hold at a moment: an access ends by itself."""
        return self.filter(ended_at=None, opened_at__lte=now, ends_at__gt=now)

    def visible_to(self, user: User) -> "EmergencyAccessQuerySet":
        """One's own, those of one's cases, and for administrators all of the organisation."""
        seen = Q(supervisor=user) | Q(client__therapist=user)
        own = self.filter(organisation=user.organisation_id)
        return own if user.administers else own.filter(seen)


class EmergencyAccess(models.Model):
    """A supervisor reads an absent colleague's case, with a reason, until `ends_at` at the latest.

    `occasion` is for everybody who may know of it, `reason` for the supervisor and the therapist.
    """

    class Occasion(models.TextChoices):
        SAFETY = "safety", "Somebody may be in danger"
        CONTACT = "contact", "The client turned to us and cannot wait"
        ABSENCE = "absence", "The therapist is away without warning"
        OTHER = "other", "Something else that cannot wait"

    privacy: ClassVar = {
        "id": "operational",
        "organisation": "operational",
        "client": "operational",
        "supervisor": "operational",
        "therapist": "operational",
        "occasion": "operational",
        "reason": "clinical",
        "opened_at": "operational",
        "ends_at": "operational",
        "ended_at": "operational",
        "ended_by": "operational",
    }

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    client = models.ForeignKey(
        "people.Client", on_delete=models.CASCADE, related_name="emergencies"
    )
    supervisor = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    therapist = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", help_text="Who had the case then."
    )
    occasion = models.CharField(max_length=8, choices=Occasion)
    reason = EncryptedTextField()
    opened_at = models.DateTimeField(default=timezone.now)
    ends_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, help_text="When somebody ended it before its time.")
    ended_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    objects = EmergencyAccessQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="emergency_ended_at_and_by",
                condition=Q(ended_at=None, ended_by=None)
                | Q(ended_at__isnull=False, ended_by__isnull=False),
            ),
            models.CheckConstraint(
                name="emergency_is_short",
                condition=Q(ends_at__gt=F("opened_at"), ends_at__lte=F("opened_at") + LASTS),
            ),
            models.CheckConstraint(
                name="emergency_of_somebody_elses_case",
                condition=~Q(supervisor=F("therapist")),
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["organisation", "supervisor", "ends_at"], name="emergency_by"),
            models.Index(fields=["organisation", "client", "-opened_at"], name="emergency_of"),
            models.Index(fields=["organisation", "-opened_at"], name="emergency_latest"),
        ]

    def __str__(self) -> str:
        return f"opened in an emergency until {self.ends_at:%d %b %H:%M}"

    @property
    def over_at(self) -> datetime:
        """When it ended, or will end."""
        return self.ended_at or self.ends_at

    @property
    def is_running(self) -> bool:
        return timezone.now() < self.over_at
