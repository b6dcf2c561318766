"""Who is who, who may see whom, and the clients themselves.

`privacy` on each model labels every field: `clinical` (about a client's therapy), `personal`
(identifies somebody) or `operational`.
"""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone

from people.encryption import EncryptedTextField
from people.keys import new_key
from people.permissions import Role


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
    rules_version = models.PositiveIntegerField(
        default=1, help_text="Raised when the profile or a rule changes: cases are read anew."
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager["User"]):
    """What Django's authentication asks for: people are found by e-mail, in any case."""

    def get_queryset(self) -> models.QuerySet["User"]:
        return super().get_queryset().select_related("organisation")

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)


class User(AbstractBaseUser):
    """A person with an account. Not behind the wall: sign-in comes before the organisation."""

    privacy: ClassVar = {
        "id": "operational",
        "organisation": "operational",
        "email": "personal",
        "name": "personal",
        "roles": "operational",
        "is_active": "operational",
        "password": "operational",
        "last_login": "personal",
        "created_at": "operational",
    }

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="people")
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120)
    roles = ArrayField(models.CharField(max_length=20, choices=[(r, r.title()) for r in Role]))
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = UserManager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(Lower("email"), name="user_email_any_case"),
            models.CheckConstraint(
                name="user_has_known_roles",
                condition=Q(roles__contained_by=list(Role)) & ~Q(roles=[]),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def treats(self) -> bool:
        return Role.THERAPIST in self.roles

    @property
    def supervises(self) -> bool:
        return Role.SUPERVISOR in self.roles

    @property
    def administers(self) -> bool:
        return Role.ADMINISTRATOR in self.roles

    @property
    def roles_in_words(self) -> str:
        """As in "Therapist and supervisor"."""
        return " and ".join(role for role in Role if role in self.roles).capitalize()


class SupervisionQuerySet(models.QuerySet["Supervision"]):
    """Supervisions, by when they run."""

    def running(self, on: Any) -> "SupervisionQuerySet":
        """Those that hold on a local date."""
        return self.filter(Q(until=None) | Q(until__gte=on), since__lte=on)


class Supervision(models.Model):
    """One person supervises another, from a day until a day."""

    privacy: ClassVar = {
        "id": "operational",
        "organisation": "operational",
        "supervisor": "operational",
        "therapist": "operational",
        "since": "operational",
        "until": "operational",
    }

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    supervisor = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="supervisions_given"
    )
    therapist = models.ForeignKey(User, on_delete=models.PROTECT, related_name="supervisions_had")
    since = models.DateField()
    until = models.DateField(null=True, blank=True)

    objects = SupervisionQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation", "supervisor", "therapist"],
                condition=Q(until=None),
                name="supervision_one_running_a_pair",
            ),
            models.CheckConstraint(
                name="supervision_of_somebody_else",
                condition=~Q(supervisor=models.F("therapist")),
            ),
            models.CheckConstraint(
                name="supervision_ends_after_it_starts",
                condition=Q(until=None) | Q(until__gte=models.F("since")),
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["organisation", "therapist"], name="supervision_of"),
        ]

    def __str__(self) -> str:
        return f"{self.supervisor} supervises {self.therapist}"


class ClientQuerySet(models.QuerySet["Client"]):
    """Clients, by who may see them. Every page finds a client through `visible_to`."""

    def treated_by(self, user: User) -> "ClientQuerySet":
        """The person's own caseload."""
        if not user.treats:
            return self.none()
        return self.filter(organisation=user.organisation_id, therapist=user)

    def supervised_by(self, user: User, on: Any) -> "ClientQuerySet":
        """Clients of the therapists the person supervises on a local date."""
        if not user.supervises:
            return self.none()
        running = Supervision.objects.running(on).filter(
            organisation=user.organisation_id, supervisor=user
        )
        return self.filter(
            organisation=user.organisation_id, therapist__in=running.values("therapist")
        )

    def visible_to(self, user: User, on: Any = None) -> "ClientQuerySet":
        """Own clients, and those of supervisees while the supervision lasts."""
        on = on or timezone.localdate()
        own, seen = self.treated_by(user), self.supervised_by(user, on)
        return own | seen if user.supervises and user.treats else seen if user.supervises else own


class Client(models.Model):
    """A person in therapy, known by a code name, never by a legal name."""

    class Rhythm(models.TextChoices):
        WEEKLY = "weekly", "Weekly"
        FORTNIGHTLY = "fortnightly", "Every two weeks"
        MONTHLY = "monthly", "Monthly"
        AS_NEEDED = "as_needed", "As needed"

    class Status(models.TextChoices):
        ACTIVE = "active", "Active"
        PAUSED = "paused", "Paused"
        ENDED = "ended", "Ended"

    class EndedReason(models.TextChoices):
        COMPLETED = "completed", "The work was completed"
        CLIENT_CHOICE = "client_choice", "The client chose to stop"
        NO_CONTACT = "no_contact", "Contact was lost"
        REFERRED = "referred", "Referred to another service"
        MOVED = "moved", "Moved to another therapist"
        OTHER = "other", "Another reason"

    privacy: ClassVar = {
        "id": "operational",
        "organisation": "operational",
        "therapist": "operational",
        "code_name": "personal",
        "rhythm": "operational",
        "started_on": "operational",
        "status": "operational",
        "ended_reason": "clinical",
        "ended_on": "operational",
        "focus": "clinical",
        "goals": "clinical",
        "goals_reviewed_on": "clinical",
        "baseline": "clinical",
        "version": "operational",
        "created_at": "operational",
    }

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    therapist = models.ForeignKey(User, on_delete=models.PROTECT, related_name="clients")
    code_name = models.CharField(max_length=40)
    rhythm = models.CharField(max_length=12, choices=Rhythm, default=Rhythm.WEEKLY)
    started_on = models.DateField()
    status = models.CharField(max_length=8, choices=Status, default=Status.ACTIVE)
    ended_reason = models.CharField(max_length=16, choices=EndedReason, blank=True, default="")
    ended_on = models.DateField(null=True, blank=True)
    focus = EncryptedTextField(blank=True, default="")
    goals = EncryptedTextField(blank=True, default="")
    goals_reviewed_on = models.DateField(null=True, blank=True)
    baseline = ArrayField(models.CharField(max_length=4), default=list, blank=True)
    version = models.PositiveIntegerField(default=1)  # of what an edit changes
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = ClientQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                "organisation", "therapist", Lower("code_name"), name="client_code_name_once"
            ),
            models.CheckConstraint(
                name="client_end_is_whole",
                condition=Q(status="ended", ended_on__isnull=False) & ~Q(ended_reason="")
                | ~Q(status="ended") & Q(ended_on=None, ended_reason=""),
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["organisation", "therapist", "status"], name="client_caseload"),
        ]

    def __str__(self) -> str:
        return self.code_name

    @property
    def is_active(self) -> bool:
        return self.status == self.Status.ACTIVE

    @property
    def is_ended(self) -> bool:
        return self.status == self.Status.ENDED


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
    """A week of an organisation whose summary is out of date: work left for the trends."""

    privacy: ClassVar = {
        "id": "operational",
        "organisation": "operational",
        "week": "operational",
        "marked_at": "operational",
    }

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    week = models.DateField(help_text="The Monday the week begins with, a local date.")
    marked_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "week"], name="stale_week_once"),
        ]

    def __str__(self) -> str:
        return f"week of {self.week}"
