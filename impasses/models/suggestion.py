"""A finding of a rule about a case, and what was decided about it."""

from datetime import date
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from people.encryption import EncryptedTextField
from people.keys import new_key
from people.models import Client, Organisation, User


def ids() -> ArrayField:
    """A list of catalogue ids."""
    return ArrayField(models.CharField(max_length=6), default=list)


LONG = (
    "basis", "blind_spots", "causes", "clears", "client_strategies", "confidence", "facts",
    "fingerprint", "hue", "methods", "rule", "sessions", "softened", "source", "techniques",
    "therapist_strategies", "version",
)  # fmt: skip
"""What of a trace only the page of its case tells."""


def in_short(trace: str) -> models.GeneratedField:
    """A trace without what is long, for lists: the whole is unpacked at every look into it."""
    without = f"%(expressions)s - '{{{','.join(LONG)}}}'::text[]"
    return models.GeneratedField(
        expression=models.Func(models.F(trace), template=without),
        output_field=models.JSONField(null=True),
        db_persist=True,
    )


def asks(state: str, snoozed_until: date | None, today: date) -> bool:
    """Whether what is in that state asks for a decision, as `Suggestion.is_open` says."""
    if state == Suggestion.State.SNOOZED:
        return snoozed_until is not None and snoozed_until <= today
    return state == Suggestion.State.OFFERED


class SuggestionQuerySet(models.QuerySet["Suggestion"]):
    """Suggestions, by who may see them."""

    def visible_to(self, user: User) -> "SuggestionQuerySet":
        """Those of visible clients; for a supervisor only what rests on shared items."""
        clients = Client.objects.visible_to(user)
        seen = self.filter(organisation=user.organisation_id, client__in=clients)
        own = Q(client__therapist=user, therapist=user)
        return seen.filter(own | Q(shared_trace__isnull=False))

    def live(self) -> "SuggestionQuerySet":
        """Those whose rule still fires, whatever was decided about them."""
        return self.filter(ended_at=None)


class Suggestion(models.Model):
    """A finding of a rule about a case, kept with its reasons and with what was decided about it.

    `trace` rests on everything its therapist logged; `shared_trace` on what is shared or counted,
    and is empty when the finding would not stand without a private item. When an item is taken back
    it is withheld at once, until the rules have read the case; of a row that has ended, for as long
    as anything behind it is private.
    """

    class State(models.TextChoices):
        OFFERED = "offered", "Offered"
        PLANNED = "planned", "Planned"
        SNOOZED = "snoozed", "Not now"
        DISMISSED = "dismissed", "Dismissed"
        SUPERSEDED = "superseded", "Superseded"

    privacy: ClassVar = {
        "id": "operational",
        "organisation": "operational",
        "client": "operational",
        "therapist": "operational",
        "rule": "clinical",
        "rule_version": "operational",
        "rank": "operational",
        "types": "clinical",
        "causes": "clinical",
        "therapist_strategies": "clinical",
        "client_strategies": "clinical",
        "techniques": "clinical",
        "trace": "clinical",
        "shared_trace": "clinical",
        "gist": "clinical",
        "shared_gist": "clinical",
        "withheld_trace": "clinical",
        "told": "clinical",
        "fingerprint": "operational",
        "state": "clinical",
        "reason": "clinical",
        "snoozed_until": "operational",
        "created_at": "operational",
        "answered_at": "operational",
        "decided_at": "operational",
        "decided_by": "operational",
        "ended_at": "operational",
        "announced_on": "operational",
    }

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="suggestions")
    therapist = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Whose private items `trace` may rest on: nobody else reads it.",
    )
    rule = models.CharField(max_length=4)
    rule_version = models.PositiveSmallIntegerField()
    rank = models.PositiveSmallIntegerField(help_text="The rule's place in the published order.")
    types = ids()
    causes = ids()
    therapist_strategies = ids()
    client_strategies = ids()
    techniques = ids()
    trace = models.JSONField()
    shared_trace = models.JSONField(null=True)
    gist = in_short("trace")
    shared_gist = in_short("shared_trace")
    withheld_trace = models.JSONField(
        null=True, help_text="What `shared_trace` was, while others may not read it so."
    )
    told = models.JSONField(
        null=True, help_text="Pairs of session and tick behind `shared_trace`, linked or not."
    )
    fingerprint = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=State, default=State.OFFERED)
    reason = EncryptedTextField(blank=True, default="")
    snoozed_until = models.DateField(null=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    answered_at = models.DateTimeField(
        null=True, help_text="When it was first decided about; later decisions leave it."
    )
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT)
    ended_at = models.DateTimeField(null=True)
    announced_on = models.DateField(
        null=True, help_text="When it passed the week's budget of new prompts; empty: held back."
    )

    objects = SuggestionQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation", "client", "rule"],
                condition=Q(ended_at=None),
                name="suggestion_one_live_a_rule",
            ),
            models.CheckConstraint(
                name="suggestion_decided_at_and_by",
                condition=Q(decided_at=None, decided_by=None)
                | Q(decided_at__isnull=False, decided_by__isnull=False),
            ),
            models.CheckConstraint(
                name="suggestion_snoozed_until",
                condition=~Q(state="snoozed") | Q(snoozed_until__isnull=False),
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["organisation", "client", "rank"],
                condition=Q(ended_at=None),
                name="suggestion_live",
            ),
            models.Index(
                fields=["organisation", "announced_on"],
                condition=Q(announced_on__isnull=False),
                name="suggestion_announced",
            ),
            models.Index(fields=["organisation", "ended_at"], name="suggestion_ended"),
        ]

    def __str__(self) -> str:
        return f"{self.rule} v{self.rule_version}"

    def is_open_to(self, *, own: bool) -> bool:
        """Whether `trace` is read: by its therapist while the case is theirs, by nobody else."""
        return own and self.therapist_id == self.client.therapist_id

    def is_open(self, today: date) -> bool:
        """Whether it asks for a decision: offered, or "not now" whose day has come."""
        return asks(self.state, self.snoozed_until, today)
