"""A person in therapy, and who may see the case."""

from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone

from people.encryption import EncryptedTextField
from people.keys import new_key
from people.models.emergency import EmergencyAccess
from people.models.organisation import Organisation
from people.models.supervision import Supervision
from people.models.user import User


class ClientQuerySet(models.QuerySet["Client"]):
    """Clients, by who may see them. Every page finds a client through `visible_to`."""

    def treated_by(self, user: User) -> "ClientQuerySet":
        """The person's own caseload."""
        if not user.treats:
            return self.none()
        return self.filter(organisation=user.organisation_id, therapist=user)

    def supervised_by(self, user: User, on: Any) -> "ClientQuerySet":
        """Clients of the therapists the person supervises on a local date."""
        if not user.supervises:
            return self.none()
        running = Supervision.objects.running(on).filter(
            organisation=user.organisation_id, supervisor=user
        )
        return self.filter(
            organisation=user.organisation_id, therapist__in=running.values("therapist")
        )

    def in_care_of(self, user: User, on: Any = None) -> "ClientQuerySet":
        """Own clients, and those of supervisees while the supervision lasts.

        What lists, summaries and decisions are made of: an emergency opens pages, nothing else.
        """
        return self.treated_by(user) | self.supervised_by(user, on or timezone.localdate())

    def opened_by(self, user: User) -> "ClientQuerySet":
        """Cases the person opened in an emergency, as long as that lasts."""
        running = EmergencyAccess.objects.running(timezone.now()).filter(
            organisation=user.organisation_id, supervisor=user
        )
        return self.filter(organisation=user.organisation_id, pk__in=running.values("client"))

    def visible_to(self, user: User, on: Any = None) -> "ClientQuerySet":
        """Those in one's care, and for a supervisor the ones opened in an emergency."""
        seen = self.in_care_of(user, on)
        return seen | self.opened_by(user) if user.supervises else seen


class Client(models.Model):
    """A person in therapy, known by a code name, never by a legal name."""

    class Rhythm(models.TextChoices):
        WEEKLY = "weekly", "Weekly"
        FORTNIGHTLY = "fortnightly", "Every two weeks"
        MONTHLY = "monthly", "Monthly"
        AS_NEEDED = "as_needed", "As needed"

    class Status(models.TextChoices):
        ACTIVE = "active", "Active"
        PAUSED = "paused", "Paused"
        ENDED = "ended", "Ended"

    NOT_ENDED = (Status.ACTIVE, Status.PAUSED)
    """To be asked for by name: so an index finds them among many that ended."""

    class EndedReason(models.TextChoices):
        COMPLETED = "completed", "The work was completed"
        CLIENT_CHOICE = "client_choice", "The client chose to stop"
        NO_CONTACT = "no_contact", "Contact was lost"
        REFERRED = "referred", "Referred to another service"
        MOVED = "moved", "Moved to another therapist"
        OTHER = "other", "Another reason"

    privacy: ClassVar = {
        "id": "operational",
        "organisation": "operational",
        "therapist": "operational",
        "code_name": "personal",
        "rhythm": "operational",
        "started_on": "operational",
        "status": "operational",
        "ended_reason": "clinical",
        "ended_on": "operational",
        "focus": "clinical",
        "goals": "clinical",
        "goals_reviewed_on": "clinical",
        "baseline": "clinical",
        "version": "operational",
        "created_at": "operational",
    }

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    therapist = models.ForeignKey(User, on_delete=models.PROTECT, related_name="clients")
    code_name = models.CharField(max_length=40)
    rhythm = models.CharField(max_length=12, choices=Rhythm, default=Rhythm.WEEKLY)
    started_on = models.DateField()
    status = models.CharField(max_length=8, choices=Status, default=Status.ACTIVE)
    ended_reason = models.CharField(max_length=16, choices=EndedReason, blank=True, default="")
    ended_on = models.DateField(null=True, blank=True)
    focus = EncryptedTextField(blank=True, default="")
    goals = EncryptedTextField(blank=True, default="")
    goals_reviewed_on = models.DateField(null=True, blank=True)
    baseline = ArrayField(models.CharField(max_length=4), default=list, blank=True)
    version = models.PositiveIntegerField(default=1)  # of what an edit changes
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = ClientQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                "organisation", "therapist", Lower("code_name"), name="client_code_name_once"
            ),
            models.CheckConstraint(
                name="client_end_is_whole",
                condition=Q(status="ended", ended_on__isnull=False) & ~Q(ended_reason="")
                | ~Q(status="ended") & Q(ended_on=None, ended_reason=""),
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["organisation", "therapist", "status"], name="client_caseload"),
        ]

    def __str__(self) -> str:
        return self.code_name

    @property
    def is_active(self) -> bool:
        return self.status == self.Status.ACTIVE

    @property
    def is_ended(self) -> bool:
        return self.status == self.Status.ENDED


class Handover(models.Model):
    """A case went from one therapist to another: from that local day on it is the other's."""

    privacy: ClassVar = {
        "id": "operational",
        "organisation": "operational",
        "client": "operational",
        "before": "operational",
        "on": "operational",
    }

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="handovers")
    before = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    on = models.DateField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["organisation", "on", "client"], name="handover_since"),
        ]

    def __str__(self) -> str:
        return f"from {self.before} on {self.on}"
