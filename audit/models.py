"""Who did or saw what. Rows are only ever added; each is chained to the one before it.

The chain is kept by the database itself (a trigger of the first migration): it locks the
organisation's head row, numbers the event, and stores the hash of the one before. The web's login
may insert and read events and nothing else.
"""

from typing import ClassVar

from django.db import models
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Now

LONGEST_LABEL = 300  # two names of 120 letters and what joins them; an address has 254


class AuditEvent(models.Model):
    """One thing somebody did or saw, in words and ids, without clinical text and foreign keys."""

    privacy: ClassVar = {
        "id": "operational",
        "organisation_id": "operational",
        "sequence": "operational",
        "at": "operational",
        "kind": "operational",
        "actor_id": "operational",
        "actor_label": "personal",
        "target_kind": "operational",
        "target_id": "operational",
        "target_label": "personal",
        "detail": "operational",
        "previous_hash": "operational",
        "hash": "operational",
    }

    organisation_id = models.UUIDField()
    sequence = models.BigIntegerField(editable=False, default=0)
    at = models.DateTimeField(editable=False, db_default=Now())
    kind = models.CharField(max_length=60)
    actor_id = models.UUIDField(null=True)
    actor_label = models.CharField(max_length=120)
    target_kind = models.CharField(max_length=40)
    target_id = models.UUIDField(null=True)
    target_label = models.CharField(max_length=LONGEST_LABEL, blank=True, default="")
    detail = models.JSONField(default=dict)
    previous_hash = models.CharField(max_length=64, editable=False, default="")
    hash = models.CharField(max_length=64, editable=False, default="")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation_id", "sequence"], name="audit_event_number_once"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["organisation_id", "target_id", "at"], name="audit_event_target"),
            models.Index(
                fields=["organisation_id", "actor_id", "-sequence"], name="audit_by_actor"
            ),
            models.Index(fields=["organisation_id", "kind", "-sequence"], name="audit_by_kind"),
            models.Index(fields=["organisation_id", "at"], name="audit_by_time"),
            models.Index(
                "organisation_id",
                KeyTextTransform("case", "detail"),
                models.F("sequence").desc(),
                name="audit_by_case",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} by {self.actor_label}"


class AuditHead(models.Model):
    """The end of an organisation's chain; written by the database alone."""

    privacy: ClassVar = {
        "organisation_id": "operational",
        "sequence": "operational",
        "hash": "operational",
    }

    organisation_id = models.UUIDField(primary_key=True)
    sequence = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=64, default="")

    def __str__(self) -> str:
        return f"{self.sequence} events"
