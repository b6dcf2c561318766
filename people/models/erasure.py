"""The erasure of a client: asked for, carried out, and what remains to say about it."""

import hashlib
import json
from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from people.keys import new_key
from people.models.client import Client
from people.models.organisation import Organisation
from people.models.user import User


class ErasureQuerySet(models.QuerySet["Erasure"]):
    """Erasures, by who may see them."""

    def visible_to(self, user: User) -> "ErasureQuerySet":
        """For administrators all of the organisation, for others those they asked for."""
        own = self.filter(organisation=user.organisation_id)
        return own if user.administers else own.filter(asked_by=user)


class Erasure(models.Model):
    """A client's erasure. Once carried out it is a certificate that holds nothing of the client."""

    class Ground(models.TextChoices):
        ASKED = "asked", "The therapist asked for it"
        RETENTION = "retention", "The time records are kept is over"

    privacy: ClassVar = {
        "id": "operational",
        "organisation": "operational",
        "client": "operational",
        "ground": "operational",
        "reason": "operational",
        "asked_at": "operational",
        "asked_by": "operational",
        "not_before": "operational",
        "erased_at": "operational",
        "erased_by": "operational",
        "counts": "operational",
        "digest": "operational",
    }

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    client = models.OneToOneField(
        Client, null=True, on_delete=models.SET_NULL, related_name="erasure"
    )
    ground = models.CharField(max_length=9, choices=Ground)
    reason = models.CharField(max_length=300)
    asked_at = models.DateTimeField(default=timezone.now)
    asked_by = models.ForeignKey(
        User,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Nobody where the program keeps to the schedule.",
    )
    not_before = models.DateTimeField()
    erased_at = models.DateTimeField(null=True)
    erased_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    counts = models.JSONField(default=dict, help_text="How many rows went, by kind.")
    digest = models.CharField(max_length=64, blank=True, default="")

    objects = ErasureQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="erasure_leaves_no_client",
                condition=Q(erased_at=None, erased_by=None, digest="")
                | Q(erased_at__isnull=False, client=None) & ~Q(digest=""),
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["organisation", "-asked_at"], name="erasure_latest"),
        ]

    def __str__(self) -> str:
        return f"erasure {self.pk}"

    @property
    def is_done(self) -> bool:
        return self.erased_at is not None

    def is_ripe(self, now: datetime) -> bool:
        """Whether it may be carried out: the notice that was given has run."""
        return not self.is_done and self.not_before <= now

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    def computed_digest(self) -> str:
        """SHA-256 of what the certificate says; the audit event of the erasure holds it too."""
        said = [
            str(self.pk), str(self.organisation_id), self.ground, self.reason,
            self.asked_at.isoformat(), str(self.asked_by_id or ""),
            self.erased_at.isoformat() if self.erased_at else "", str(self.erased_by_id or ""),
            self.counts,
        ]  # fmt: skip
        text = json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()
