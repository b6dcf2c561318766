"""What was written about a week or a month, its earlier versions, and how the writing went."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from people.keys import new_key
from people.models import Client, Organisation, Supervision, User
from trends.periods import Kind, Period

MOST_TRIES = 8


class PeriodKind(models.TextChoices):
    """How long a period is."""

    WEEK = Kind.WEEK.value, "Week"
    MONTH = Kind.MONTH.value, "Month"


class TrendSummaryQuerySet(models.QuerySet["TrendSummary"]):
    """Summaries, by who may read them; `own` is for the therapist the row is about, alone."""

    def visible_to(self, user: User) -> "TrendSummaryQuerySet":
        """One's own, those of supervisees and of the team, and for administrators the whole's."""
        scope = TrendSummary.Scope
        seen = Q(pk=None)
        if user.treats:
            seen |= Q(scope=scope.THERAPIST, subject=user.pk)
        if user.supervises:
            running = Supervision.objects.running(timezone.localdate()).filter(
                organisation=user.organisation_id, supervisor=user
            )
            seen |= Q(scope=scope.THERAPIST, subject__in=running.values("therapist"))
            seen |= Q(scope=scope.TEAM, subject=user.pk)
        if user.administers:
            seen |= Q(scope=scope.ORGANISATION)
        if user.treats or user.supervises:
            clients = Client.objects.in_care_of(user)
            seen |= Q(scope=scope.CLIENT, client__in=clients)
        return self.filter(seen, organisation=user.organisation_id)


class TrendSummary(models.Model):
    """The figures of one scope in one period, written anew when what they rest on changed.

    `own` is for `therapist` alone, who had the case when the period ended; `shared` rests on
    nothing private. `inputs` is the digest of the facts that both were computed from.
    """

    class Scope(models.TextChoices):
        ORGANISATION = "organisation", "Organisation"
        TEAM = "team", "Team"
        THERAPIST = "therapist", "Therapist"
        CLIENT = "client", "Client"

    privacy: ClassVar = {
        "id": "operational",
        "organisation": "operational",
        "scope": "operational",
        "subject": "operational",
        "client": "operational",
        "therapist": "operational",
        "kind": "operational",
        "starts_on": "operational",
        "own": "clinical",
        "shared": "clinical",
        "inputs": "operational",
        "version": "operational",
        "computed_at": "operational",
    }

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    scope = models.CharField(max_length=12, choices=Scope)
    subject = models.UUIDField(help_text="Of the client, therapist, supervisor or organisation.")
    client = models.ForeignKey(Client, null=True, on_delete=models.CASCADE, related_name="+")
    therapist = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=5, choices=PeriodKind)
    starts_on = models.DateField(help_text="A local date: a Monday, or the first of a month.")
    own = models.JSONField(null=True)
    shared = models.JSONField()
    inputs = models.CharField(max_length=64)
    version = models.PositiveIntegerField(default=1)
    computed_at = models.DateTimeField(default=timezone.now)

    objects = TrendSummaryQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation", "kind", "starts_on", "scope", "subject"],
                name="summary_once_a_period",
            ),
            models.CheckConstraint(
                name="summary_of_a_client",
                condition=Q(scope="client", client=models.F("subject"))
                | ~Q(scope="client") & Q(client=None),
            ),
            models.CheckConstraint(
                name="summary_own_is_of_one_therapist",
                condition=Q(own__isnull=True, therapist=None)
                | Q(own__isnull=False, therapist__isnull=False, scope__in=("therapist", "client")),
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["organisation", "scope", "subject", "kind", "-starts_on"],
                name="summary_of_a_subject",
            ),
            models.Index(
                fields=["organisation", "therapist", "scope", "kind", "starts_on"],
                name="summary_of_a_therapist",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.scope} {self.period.code}"

    @property
    def period(self) -> Period:
        return Period(Kind(self.kind), self.starts_on)


class TrendVersion(models.Model):
    """How a summary read before something in its period was changed."""

    privacy: ClassVar = {
        "id": "operational",
        "organisation": "operational",
        "summary": "operational",
        "version": "operational",
        "own": "clinical",
        "shared": "clinical",
        "inputs": "operational",
        "computed_at": "operational",
    }

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    summary = models.ForeignKey(TrendSummary, on_delete=models.CASCADE, related_name="versions")
    version = models.PositiveIntegerField()
    own = models.JSONField(null=True)
    shared = models.JSONField()
    inputs = models.CharField(max_length=64)
    computed_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation", "summary", "version"], name="summary_version_once"
            ),
        ]

    def __str__(self) -> str:
        return f"version {self.version}"


class PeriodRun(models.Model):
    """How far the writing of one period has come: its claim, its tries, and what it wrote.

    `seen` is the sum of the marks up to its end that the last writing knew of; another sum now
    means that something changed since.
    """

    privacy: ClassVar = {
        "id": "operational",
        "organisation": "operational",
        "kind": "operational",
        "starts_on": "operational",
        "seen": "operational",
        "tries": "operational",
        "tried_at": "operational",
        "retry_at": "operational",
        "error": "operational",
        "done_at": "operational",
        "milliseconds": "operational",
        "new": "operational",
        "rewritten": "operational",
        "unchanged": "operational",
    }

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    kind = models.CharField(max_length=5, choices=PeriodKind)
    starts_on = models.DateField()
    seen = models.PositiveBigIntegerField(default=0)
    tries = models.PositiveSmallIntegerField(default=0, help_text="Since it last succeeded.")
    tried_at = models.DateTimeField(null=True, help_text="When the latest of the tries began.")
    retry_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=80, blank=True, default="", help_text="Its kind alone.")
    done_at = models.DateTimeField(null=True)
    milliseconds = models.PositiveIntegerField(default=0)
    new = models.PositiveIntegerField(default=0)
    rewritten = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation", "kind", "starts_on"], name="period_run_once"
            ),
        ]

    def __str__(self) -> str:
        return self.period.code

    @property
    def period(self) -> Period:
        return Period(Kind(self.kind), self.starts_on)

    @property
    def has_failed(self) -> bool:
        """Whether it is not tried again by itself."""
        return self.tries >= MOST_TRIES

    @property
    def what_happened(self) -> str:
        """The kind of its last error; a worker that was killed leaves none."""
        return self.error or "The worker stopped in the middle"


MOST_LETTERS = 3  # tries to send one


class Letter(models.Model):
    """A Monday's word to one person about a period, claimed before it is sent: it goes once."""

    privacy: ClassVar = {
        "id": "operational",
        "organisation": "operational",
        "person": "operational",
        "kind": "operational",
        "starts_on": "operational",
        "tries": "operational",
        "claimed_at": "operational",
        "sent_at": "operational",
    }

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=5, choices=PeriodKind)
    starts_on = models.DateField()
    tries = models.PositiveSmallIntegerField(default=0)
    claimed_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation", "person", "kind", "starts_on"], name="letter_once_a_period"
            ),
        ]

    def __str__(self) -> str:
        return f"letter of {self.starts_on}"

    @property
    def period(self) -> Period:
        return Period(Kind(self.kind), self.starts_on)
