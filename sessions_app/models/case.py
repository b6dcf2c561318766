"""What a case holds beside its sessions: drafts, earlier versions, where it stands now."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from people.encryption import EncryptedTextField
from people.keys import new_key
from people.models import Client, Organisation, User
from sessions_app.models.therapy_session import TherapySession


class SessionDraft(models.Model):
    """What a therapist has typed and not yet saved: one a client, or one a session being edited."""

    privacy: ClassVar = {
        "id": "operational",
        "organisation": "operational",
        "author": "operational",
        "client": "operational",
        "therapy_session": "operational",
        "body": "clinical",
        "base_version": "operational",
        "version": "operational",
        "saved_at": "operational",
    }

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    author = models.ForeignKey(User, on_delete=models.PROTECT)
    client = models.ForeignKey(Client, on_delete=models.CASCADE)
    therapy_session = models.ForeignKey(TherapySession, null=True, on_delete=models.CASCADE)
    body = EncryptedTextField()
    base_version = models.PositiveIntegerField(
        default=0, help_text="The session's version when the edit began."
    )
    version = models.PositiveIntegerField(default=1)
    saved_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation", "author", "client"],
                condition=Q(therapy_session=None),
                name="draft_one_a_client",
            ),
            models.UniqueConstraint(
                fields=["organisation", "author", "therapy_session"], name="draft_one_a_session"
            ),
        ]

    def __str__(self) -> str:
        return f"draft of {self.saved_at:%d %b}"


class SessionRevision(models.Model):
    """What a session held before one edit: everything on the page, sealed as a whole."""

    privacy: ClassVar = {
        "id": "operational",
        "organisation": "operational",
        "therapy_session": "operational",
        "version": "operational",
        "content": "clinical",
        "written_at": "operational",
        "written_by": "operational",
    }

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    therapy_session = models.ForeignKey(
        TherapySession, on_delete=models.CASCADE, related_name="revisions"
    )
    version = models.PositiveIntegerField()
    content = EncryptedTextField()
    written_at = models.DateTimeField(help_text="When this version was written.")
    written_by = models.ForeignKey(User, on_delete=models.PROTECT)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation", "therapy_session", "version"], name="revision_once"
            ),
        ]

    def __str__(self) -> str:
        return f"version {self.version}"


class CaseSnapshotQuerySet(models.QuerySet["CaseSnapshot"]):
    """Snapshots, by what is left to do."""

    def waiting(self, organisation: Organisation) -> "CaseSnapshotQuerySet":
        """Those whose latest facts, or the latest rules, were not looked at."""
        return self.filter(
            ~Q(facts_version=F("assessed_version"))
            | Q(rules_version__lt=organisation.rules_version),
            organisation=organisation,
        )


class CaseSnapshot(models.Model):
    """Where a case stands now: one row a client, written by the session actions alone.

    The `own` variant rests on everything the therapist logged, the `shared` one leaves private
    items out. A strip is the last eight sessions, oldest first:
    `{"id", "on", "number", "held", "lanes": {"M1": 2}}`.
    """

    class SafetyFrom(models.TextChoices):
        SESSION = "session", "noted in a session"
        SCORE = "score", "an answer to a questionnaire"

    privacy: ClassVar = {
        "client": "operational",
        "organisation": "operational",
        "sessions_held": "operational",
        "last_session_at": "clinical",
        "last_held_at": "clinical",
        "own_since_movement": "clinical",
        "shared_since_movement": "clinical",
        "own_strip": "clinical",
        "shared_strip": "clinical",
        "own_unrepaired": "clinical",
        "shared_unrepaired": "clinical",
        "own_unjudged": "clinical",
        "safety_since": "clinical",
        "safety_from": "clinical",
        "rules_version": "operational",
        "facts_version": "operational",
        "assessed_version": "operational",
        "changed_at": "operational",
    }

    client = models.OneToOneField(
        Client, primary_key=True, on_delete=models.CASCADE, related_name="snapshot"
    )
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    sessions_held = models.PositiveIntegerField(default=0)
    last_session_at = models.DateTimeField(null=True)
    last_held_at = models.DateTimeField(null=True)
    own_since_movement = models.PositiveIntegerField(
        default=0, help_text="Held sessions since something moved or a step helped."
    )
    shared_since_movement = models.PositiveIntegerField(default=0)
    own_strip = models.JSONField(default=list)
    shared_strip = models.JSONField(default=list)
    own_unrepaired = models.PositiveSmallIntegerField(
        default=0, help_text="Held sessions in a row since strain showed and was not repaired."
    )
    shared_unrepaired = models.PositiveSmallIntegerField(default=0)
    own_unjudged = models.JSONField(
        default=list, help_text='Rules that could not be judged: {"rule", "title", "because"}.'
    )
    safety_since = models.DateField(
        null=True, help_text="Since when a safety concern stands without a safety check."
    )
    safety_from = models.CharField(max_length=7, choices=SafetyFrom, blank=True, default="")
    rules_version = models.PositiveIntegerField(
        default=0, help_text="The organisation's rules the case was assessed by."
    )
    facts_version = models.PositiveIntegerField(default=0)
    assessed_version = models.PositiveIntegerField(default=0)
    changed_at = models.DateTimeField(default=timezone.now)

    objects = CaseSnapshotQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["organisation", "client"],
                condition=~Q(facts_version=F("assessed_version")),
                name="snapshot_waiting",
            ),
            models.Index(fields=["organisation", "rules_version"], name="snapshot_rules"),
        ]

    def __str__(self) -> str:
        return f"{self.sessions_held} held"

    @property
    def is_waiting(self) -> bool:
        """Whether suggestions are still being prepared."""
        return self.facts_version != self.assessed_version

    def since_movement(self, *, own: bool) -> int:
        return self.own_since_movement if own else self.shared_since_movement

    def unrepaired(self, *, own: bool) -> int:
        return self.own_unrepaired if own else self.shared_unrepaired
