"""A session of a therapist in training, handed in for a supervisor to read."""

from datetime import timedelta
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from people.encryption import EncryptedTextField
from people.keys import new_key
from people.models import Client, Organisation, User
from sessions_app.models import TherapySession

DUE_WITHIN = timedelta(hours=48)


class ReviewQuerySet(models.QuerySet["Review"]):
    """Reviews, by who may see them."""

    def visible_to(self, user: User) -> "ReviewQuerySet":
        """Of sessions of visible clients, while the case is with whoever handed it in."""
        return self.filter(
            organisation=user.organisation_id,
            therapist=models.F("therapy_session__client__therapist"),
            therapy_session__client__in=Client.objects.visible_to(user),
        )


class Review(models.Model):
    """Where a handed-in session stands: waiting until `due_at`, approved, or sent back.

    `session_version` is the version that was handed in: a later one was not read.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting for review"
        APPROVED = "approved", "Approved"
        SENT_BACK = "sent_back", "Sent back"

    privacy: ClassVar = {
        "id": "operational",
        "organisation": "operational",
        "therapy_session": "operational",
        "therapist": "operational",
        "state": "operational",
        "session_version": "operational",
        "submitted_at": "operational",
        "due_at": "operational",
        "comment": "clinical",
        "decided_at": "operational",
        "decided_by": "operational",
    }

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    therapy_session = models.OneToOneField(
        TherapySession, on_delete=models.CASCADE, related_name="review"
    )
    therapist = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=9, choices=State, default=State.WAITING)
    session_version = models.PositiveIntegerField()
    submitted_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField()
    comment = EncryptedTextField(blank=True, default="")
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    objects = ReviewQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="review_decided_is_whole",
                condition=Q(state="waiting", decided_at=None, decided_by=None)
                | ~Q(state="waiting") & Q(decided_at__isnull=False, decided_by__isnull=False),
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["organisation", "due_at"],
                condition=Q(state="waiting"),
                name="review_waiting",
            ),
        ]

    def __str__(self) -> str:
        return self.get_state_display()

    @property
    def is_waiting(self) -> bool:
        return self.state == self.State.WAITING
