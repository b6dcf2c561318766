"""A session of a therapist in training, handed in for a supervisor to read."""

from datetime import datetime, timedelta
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from people.encryption import EncryptedTextField
from people.keys import new_key
from people.models import Client, Organisation, User
from sessions_app.models import TherapySession
from sessions_app.models.therapy_session import HELD, TherapySessionQuerySet

DUE_WITHIN = timedelta(hours=48)
TAKEN_BACK_WITHIN = timedelta(minutes=5)
LOOK_BACK = timedelta(days=90)  # how far back sessions are asked for that were never submitted


def why_no_review(session: TherapySession) -> str:
    """Why a session needs no review, in a sentence; empty when it needs one.

    Reads its client with therapist and organisation.
    """
    client = session.client
    if not client.organisation.review_queue:
        return "The review queue is off, so no session is reviewed. Administrators turn it on."
    if not client.therapist.in_training:
        return f"{client.therapist.name} is not in training, so this session needs no review."
    if session.author_id != client.therapist_id:
        return f"{client.therapist.name} did not write this session, so it needs no review."
    return "" if session.is_held else "This session was not held, so it needs no review."


def never_submitted(user: User, *, now: datetime) -> TherapySessionQuerySet:
    """The person's own held sessions of the last LOOK_BACK without a review, the latest first."""
    sessions = TherapySession.objects.visible_to(user).filter(client__therapist=user, author=user)
    recent = sessions.filter(attendance__in=HELD, held_at__gte=now - LOOK_BACK, review=None)
    return recent.newest_first()


class ReviewQuerySet(models.QuerySet["Review"]):
    """Reviews, by who may see them."""

    def visible_to(self, user: User) -> "ReviewQuerySet":
        """Of sessions of visible clients, while the case is with whoever handed it in."""
        return self.filter(
            organisation=user.organisation_id,
            therapist=F("therapy_session__client__therapist"),
            therapy_session__client__in=Client.objects.in_care_of(user),
        )

    def queue_of(self, user: User) -> "ReviewQuerySet":
        """What waits for a supervisor, the earliest due first.

        A session that needs no review any more is left out: its therapist is no longer in
        training, or it turned out that it was not held.
        """
        others = self.visible_to(user).exclude(therapist=user)
        return (
            others.filter(state=Review.State.WAITING, therapist__in_training=True)
            .held()
            .order_by("due_at", "pk")
        )

    def just_approved(self, user: User, *, now: datetime) -> "ReviewQuerySet":
        """What a person approved a moment ago, the latest first."""
        since = now - TAKEN_BACK_WITHIN
        mine = self.visible_to(user).filter(decided_by=user, state=Review.State.APPROVED)
        return mine.filter(decided_at__gt=since).order_by("-decided_at", "-pk")

    def held(self) -> "ReviewQuerySet":
        """Of sessions that were held: a missed one needs no review."""
        return self.filter(therapy_session__attendance__in=HELD)

    def changed(self) -> "ReviewQuerySet":
        """Whose session has another version now."""
        return self.exclude(session_version=F("therapy_session__version"))

    def unchanged(self) -> "ReviewQuerySet":
        return self.filter(session_version=F("therapy_session__version"))


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
        "comment_before": "clinical",
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
    comment_before = EncryptedTextField(
        blank=True, default="", help_text="What stands again when an approval is taken back."
    )
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

    @property
    def is_approved(self) -> bool:
        return self.state == self.State.APPROVED

    @property
    def is_changed(self) -> bool:
        """Whether the session was changed since it was submitted, or since it was decided."""
        return self.session_version != self.therapy_session.version

    @property
    def may_be_submitted(self) -> bool:
        """Again: after it was sent back, or changed since it was approved."""
        return not self.is_waiting and (not self.is_approved or self.is_changed)

    def may_be_taken_back(self, user: User, *, now: datetime) -> bool:
        """An approval, by whoever gave it, for a moment."""
        is_theirs = self.is_approved and self.decided_by_id == user.pk
        return bool(is_theirs and self.decided_at and self.decided_at > now - TAKEN_BACK_WITHIN)
