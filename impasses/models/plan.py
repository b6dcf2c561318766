"""What each side tries, and whether it helped."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from impasses.models.suggestion import Suggestion
from people.encryption import EncryptedTextField
from people.keys import new_key
from people.models import Client, Organisation, User


class PlanStepQuerySet(models.QuerySet["PlanStep"]):
    """Plan steps, by who may see them."""

    def visible_to(self, user: User) -> "PlanStepQuerySet":
        """Steps of clients the person may see."""
        return self.filter(
            organisation=user.organisation_id, client__in=Client.objects.visible_to(user)
        )

    def read_by(self, *, own: bool) -> "PlanStepQuerySet":
        """Those that rest on nothing private, and for the case's therapist the own ones."""
        shared = Q(suggestion=None) | Q(suggestion__shared_trace__isnull=False)
        return self.filter(shared | Q(created_by=F("client__therapist")) if own else shared)


class PlanStep(models.Model):
    """One thing one side tries, since a day until a day."""

    class Side(models.TextChoices):
        THERAPIST = "therapist", "You"
        CLIENT = "client", "The client"

    class Source(models.TextChoices):
        SUGGESTION = "suggestion", "From a suggestion"
        THERAPIST = "therapist", "Chosen freely"
        SUPERVISION = "supervision", "Agreed in supervision"

    privacy: ClassVar = {
        "id": "operational",
        "organisation": "operational",
        "client": "operational",
        "suggestion": "operational",
        "side": "operational",
        "strategy": "clinical",
        "words": "clinical",
        "source": "operational",
        "since": "operational",
        "ended_on": "operational",
        "created_by": "operational",
    }

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="plan_steps")
    suggestion = models.ForeignKey(Suggestion, null=True, on_delete=models.SET_NULL)
    side = models.CharField(max_length=9, choices=Side)
    strategy = models.CharField(max_length=6)
    words = EncryptedTextField()
    source = models.CharField(max_length=11, choices=Source, default=Source.SUGGESTION)
    since = models.DateField()
    ended_on = models.DateField(null=True)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT)

    objects = PlanStepQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="plan_step_ends_after_it_starts",
                condition=Q(ended_on=None) | Q(ended_on__gte=models.F("since")),
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["organisation", "client", "since"], name="plan_step_case"),
        ]

    def __str__(self) -> str:
        return f"{self.strategy} since {self.since}"

    @property
    def is_agreed(self) -> bool:
        """Whether a meeting agreed on it: then its words are of all who were there."""
        return self.source == self.Source.SUPERVISION

    @property
    def is_in_play(self) -> bool:
        return self.ended_on is None


class TrialQuerySet(models.QuerySet["Trial"]):
    """Answers to whether a step helped, by who may read them."""

    def read_by(self, *, own: bool) -> "TrialQuerySet":
        """Those to steps that are read: the same as of `PlanStepQuerySet`."""
        shared = Q(step__suggestion=None) | Q(step__suggestion__shared_trace__isnull=False)
        return self.filter(shared | Q(step__created_by=F("client__therapist")) if own else shared)


class Trial(models.Model):
    """After a later session: did the step help?"""

    class Outcome(models.TextChoices):
        HELPED = "helped", "Helped"
        PARTLY = "partly", "Partly"
        NO = "no", "No"
        WORSE = "worse", "Worse"
        TOO_EARLY = "too_early", "Too early"

    privacy: ClassVar = {
        "id": "operational",
        "organisation": "operational",
        "client": "operational",
        "step": "operational",
        "session_id": "operational",
        "on": "operational",
        "outcome": "clinical",
    }

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    client = models.ForeignKey(
        Client, on_delete=models.CASCADE, related_name="+", help_text="That of the step."
    )
    step = models.ForeignKey(PlanStep, on_delete=models.CASCADE, related_name="trials")
    session_id = models.UUIDField()
    on = models.DateField()
    outcome = models.CharField(max_length=9, choices=Outcome)

    objects = TrialQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation", "step", "session_id"], name="trial_once_a_session"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["organisation", "on"], name="trial_on"),
            models.Index(
                fields=["organisation", "client", "-on"],
                condition=Q(outcome="helped"),
                name="trial_helped",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.outcome} on {self.on}"
