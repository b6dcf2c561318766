"""An impasse as an object with a life: opened, moved from stage to stage, closed, reopened."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from impasses.models.suggestion import Suggestion, ids
from people.encryption import EncryptedTextField
from people.keys import new_key
from people.models import Client, Organisation, User


class Stage(models.TextChoices):
    """Where an impasse stands. The order is that of the work; the last two close it."""

    SUSPECTED = "suspected", "Suspected"
    NAMED = "named", "Named"
    WORKED = "worked", "Being worked"
    LOOSENING = "loosening", "Loosening"
    RESOLVED = "resolved", "Resolved"
    ENDED = "ended", "Ended unresolved"


OPEN = (Stage.SUSPECTED, Stage.NAMED, Stage.WORKED, Stage.LOOSENING)
CLOSED = (Stage.RESOLVED, Stage.ENDED)


class EpisodeQuerySet(models.QuerySet["Episode"]):
    """Episodes, by who may see them."""

    def visible_to(self, user: User) -> "EpisodeQuerySet":
        """Of visible clients; for others without those accepted from a private finding."""
        clients = Client.objects.visible_to(user)
        seen = self.filter(organisation=user.organisation_id, client__in=clients)
        return seen.filter(Q(client__therapist=user) & self.own() | self.shared())

    @staticmethod
    def own() -> Q:
        """Those the case's therapist reads: what rests on a predecessor's private items is not."""
        return Q(opened_by=F("client__therapist")) | EpisodeQuerySet.shared()

    @staticmethod
    def shared() -> Q:
        """Those that rest on nothing private."""
        return Q(suggestion=None) | Q(suggestion__shared_trace__isnull=False)


class Episode(models.Model):
    """One impasse of one client, from the day it was suspected to the day it was closed.

    `sessions` are the ids of those it rests on at first. What was learned is written when it
    closes, one text for each of the three questions.
    """

    class Repaired(models.TextChoices):
        YES = "yes", "Yes"
        PARTLY = "partly", "Partly"
        NO = "no", "No"
        NO_STRAIN = "no_strain", "There was no strain between us"

    privacy: ClassVar = {
        "id": "operational",
        "organisation": "operational",
        "client": "operational",
        "stage": "clinical",
        "words": "clinical",
        "causes": "clinical",
        "suggestion": "operational",
        "sessions": "operational",
        "opened_on": "clinical",
        "opened_by": "operational",
        "closed_on": "clinical",
        "repaired": "clinical",
        "growth": "clinical",
        "learned_patterns": "clinical",
        "learned_alliance": "clinical",
        "learned_resilience": "clinical",
        "version": "operational",
        "created_at": "operational",
    }

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="episodes")
    stage = models.CharField(max_length=9, choices=Stage)
    words = EncryptedTextField(blank=True, default="")
    causes = ids()
    suggestion = models.ForeignKey(Suggestion, null=True, on_delete=models.SET_NULL)
    sessions = ArrayField(models.UUIDField(), default=list, blank=True)
    opened_on = models.DateField()
    opened_by = models.ForeignKey(User, on_delete=models.PROTECT)
    closed_on = models.DateField(null=True)
    repaired = models.CharField(max_length=9, choices=Repaired, blank=True, default="")
    growth = ids()
    learned_patterns = EncryptedTextField(blank=True, default="")
    learned_alliance = EncryptedTextField(blank=True, default="")
    learned_resilience = EncryptedTextField(blank=True, default="")
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = EpisodeQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation", "client"],
                condition=Q(closed_on=None),
                name="episode_one_open_a_client",
            ),
            models.CheckConstraint(
                name="episode_closed_is_whole",
                condition=Q(stage__in=CLOSED, closed_on__isnull=False)
                | Q(stage__in=OPEN, closed_on=None),
            ),
            models.CheckConstraint(
                name="episode_closes_after_it_opens",
                condition=Q(closed_on=None) | Q(closed_on__gte=models.F("opened_on")),
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["organisation", "client", "-opened_on"], name="episode_of"),
            models.Index(fields=["organisation", "closed_on"], name="episode_closed"),
        ]

    def __str__(self) -> str:
        return f"{self.get_stage_display().lower()} since {self.opened_on}"

    @property
    def is_open(self) -> bool:
        return self.stage in OPEN


class EpisodeMove(models.Model):
    """One step of an impasse from stage to stage; opening it comes from nowhere."""

    privacy: ClassVar = {
        "id": "operational",
        "organisation": "operational",
        "client": "operational",
        "episode": "operational",
        "before": "clinical",
        "after": "clinical",
        "on": "clinical",
        "at": "operational",
        "by": "operational",
        "undone_at": "operational",
        "is_forward": "operational",
    }

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    client = models.ForeignKey(
        Client, on_delete=models.CASCADE, related_name="+", help_text="That of the impasse."
    )
    episode = models.ForeignKey(Episode, on_delete=models.CASCADE, related_name="moves")
    before = models.CharField(max_length=9, choices=Stage, blank=True, default="")
    after = models.CharField(max_length=9, choices=Stage)
    on = models.DateField()
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(User, on_delete=models.PROTECT)
    undone_at = models.DateTimeField(null=True)
    is_forward = models.BooleanField(default=False, help_text="It counts as movement.")

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["organisation", "episode", "-at"], name="episode_move_latest"),
            models.Index(
                fields=["organisation", "client", "-on"],
                condition=Q(is_forward=True, undone_at=None),
                name="episode_move_forward",
            ),
        ]

    def __str__(self) -> str:
        return f"to {self.get_after_display().lower()}"


class Hypothesis(models.Model):
    """How much the therapist holds one of the four types to be what is stuck, and why."""

    class Confidence(models.IntegerChoices):
        NOT = 0, "Not this"
        SLIGHT = 1, "Perhaps"
        CLEAR = 2, "Likely"
        STRONG = 3, "Strongly"

    privacy: ClassVar = {
        "id": "operational",
        "organisation": "operational",
        "episode": "operational",
        "type": "clinical",
        "confidence": "clinical",
        "reason": "clinical",
        "changed_at": "operational",
    }

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    episode = models.ForeignKey(Episode, on_delete=models.CASCADE, related_name="hypotheses")
    type = models.CharField(max_length=2)
    confidence = models.PositiveSmallIntegerField(choices=Confidence)
    reason = EncryptedTextField(blank=True, default="")
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation", "episode", "type"], name="hypothesis_once_a_type"
            ),
            models.CheckConstraint(
                name="hypothesis_known_type", condition=Q(type__regex=r"^Y[1-4]$")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.type}: {self.get_confidence_display().lower()}"
