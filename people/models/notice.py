"""What the program has to tell, and what it still has to do."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from people.keys import new_key
from people.models.organisation import Organisation
from people.models.user import User


class Notice(models.Model):
    """Something a person is told by the program, until they say that they have seen it."""

    privacy: ClassVar = {
        "id": "operational",
        "organisation": "operational",
        "person": "operational",
        "text": "operational",
        "path": "operational",
        "created_at": "operational",
        "seen_at": "operational",
    }

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="notices")
    text = models.CharField(max_length=300, help_text="A sentence of ours, nothing clinical.")
    path = models.CharField(max_length=200, help_text="The page it leads to.")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    seen_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["organisation", "person", "-created_at"],
                condition=Q(seen_at=None),
                name="notice_unseen",
            ),
        ]

    def __str__(self) -> str:
        return self.text


class StalePeriod(models.Model):
    """A week of an organisation in which something changed: work left for the trends.

    `version` rises with each change, so that a summary knows whether it has seen the latest.
    """

    privacy: ClassVar = {
        "id": "operational",
        "organisation": "operational",
        "week": "operational",
        "version": "operational",
        "marked_at": "operational",
    }

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    week = models.DateField(help_text="The Monday the week begins with, a local date.")
    version = models.PositiveBigIntegerField(default=1)
    marked_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "week"], name="stale_week_once"),
        ]

    def __str__(self) -> str:
        return f"week of {self.week}"
