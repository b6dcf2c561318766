"""The clinic or practice everything belongs to, and what it decides for itself."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from people.keys import new_key

IDLE_MINUTES = (5, 30)  # NIST SP 800-63B, AAL2: at most 30


class Visibility(models.TextChoices):
    """Who sees an item beside its author."""

    SHARED = "shared", "Shared with my supervisor"
    COUNTS = "counts", "Counts only"
    PRIVATE = "private", "Only me"


class ScoreProfile(models.TextChoices):
    """The published ways to judge a change of scores; their numbers are `profiles.toml`."""

    NHS_TT = "NHS-TT", "NHS Talking Therapies"
    CONSERVATIVE = "Conservative", "Conservative"


class Organisation(models.Model):
    """A clinic or practice: the wall everything stands behind."""

    privacy: ClassVar = {
        "id": "operational",
        "name": "operational",
        "time_zone": "operational",
        "score_profile": "operational",
        "alert_budget": "operational",
        "idle_minutes": "operational",
        "visibility_default": "operational",
        "retention_years": "operational",
        "review_queue": "operational",
        "rules_version": "operational",
        "created_at": "operational",
    }

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    name = models.CharField(max_length=120)
    time_zone = models.CharField(max_length=64, default="Europe/London")
    score_profile = models.CharField(
        max_length=16, choices=ScoreProfile, default=ScoreProfile.NHS_TT
    )
    alert_budget = models.PositiveSmallIntegerField(
        default=5, help_text="New prompts a therapist is shown in a week."
    )
    idle_minutes = models.PositiveSmallIntegerField(
        default=15, help_text="Minutes without a request of their own after which a person is out."
    )
    visibility_default = models.CharField(
        max_length=7,
        choices=Visibility,
        default=Visibility.SHARED,
        help_text="Who sees what is logged, unless the therapist says otherwise.",
    )
    retention_years = models.PositiveSmallIntegerField(
        default=8, help_text="Years the record of an ended case is kept."
    )
    review_queue = models.BooleanField(
        default=False, help_text="Whether sessions of therapists in training are reviewed."
    )
    rules_version = models.PositiveIntegerField(
        default=1, help_text="Raised when the profile or a rule changes: cases are read anew."
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="organisation_idle_minutes",
                condition=Q(idle_minutes__gte=IDLE_MINUTES[0], idle_minutes__lte=IDLE_MINUTES[1]),
            ),
        ]

    def __str__(self) -> str:
        return self.name
