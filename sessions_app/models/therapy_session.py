"""One appointment, and what was logged about it: tags, theme, scores."""

from datetime import date
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from people.encryption import EncryptedTextField
from people.keys import new_key
from people.models import Client, Organisation, User, Visibility

HELD = ("attended", "late")


class Theme(models.Model):
    """A theme of one client's own list, such as a worry that comes back."""

    privacy: ClassVar = {
        "id": "operational",
        "organisation": "operational",
        "client": "operational",
        "label": "clinical",
    }

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="themes")
    label = EncryptedTextField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["organisation", "client"], name="theme_of")]

    def __str__(self) -> str:
        return "a theme"


class TherapySessionQuerySet(models.QuerySet["TherapySession"]):
    """Sessions, by who may see them and in the order they were held."""

    def visible_to(self, user: User) -> "TherapySessionQuerySet":
        """Sessions of clients the person may see."""
        return self.filter(
            organisation=user.organisation_id, client__in=Client.objects.visible_to(user)
        )

    def of(self, author: User) -> "TherapySessionQuerySet":
        """Those somebody wrote: what is private in them is theirs."""
        return self.filter(organisation=author.organisation_id, author=author)

    def whole(self) -> "TherapySessionQuerySet":
        """With everything that was logged about them."""
        related = self.select_related("theme", "client", "changed_by")
        return related.prefetch_related("tags", "measurements")

    def between(self, since: date | None, until: date | None) -> "TherapySessionQuerySet":
        """Those from a day on, up to a day; without a day there is no end on that side."""
        found = self.filter(held_at__date__gte=since) if since else self
        return found.filter(held_at__date__lte=until) if until else found

    def newest_first(self) -> "TherapySessionQuerySet":
        return self.order_by("-held_at", "-created_at")


class TherapySession(models.Model):
    """One appointment with a client, held or missed, and what the therapist logged about it."""

    class Attendance(models.TextChoices):
        ATTENDED = "attended", "Attended"
        LATE = "late", "Late"
        CANCELLED_BY_CLIENT = "cancelled_by_client", "Cancelled by client"
        CANCELLED_BY_THERAPIST = "cancelled_by_therapist", "Cancelled by me"
        NO_SHOW = "no_show", "No-show"

    class Format(models.TextChoices):
        IN_PERSON = "in_person", "In person"
        VIDEO = "video", "Video"
        PHONE = "phone", "Phone"

    class Repair(models.TextChoices):
        REPAIRED = "repaired", "repaired"
        PARTLY = "partly", "partly repaired"
        UNREPAIRED = "unrepaired", "unrepaired"

    class RepairStep(models.TextChoices):
        NAMED = "named", "Named it"
        OWNED = "owned", "Owned my part"
        CHANGED = "changed", "Changed task or goal"

    class Task(models.TextChoices):
        DONE = "done", "Done"
        PARTLY = "partly", "Partly"
        NOT_DONE = "not_done", "Not done"
        NONE_SET = "none_set", "None was set"

    privacy: ClassVar = {
        "id": "operational",
        "organisation": "operational",
        "client": "operational",
        "author": "operational",
        "number": "operational",
        "held_at": "clinical",
        "attendance": "clinical",
        "minutes": "operational",
        "format": "operational",
        "theme": "clinical",
        "task": "clinical",
        "agreed_task": "clinical",
        "repair": "clinical",
        "repair_steps": "clinical",
        "goals_reviewed": "clinical",
        "ambivalence": "clinical",
        "movement": "clinical",
        "context": "clinical",
        "safety": "clinical",
        "safety_checked": "clinical",
        "note": "clinical",
        "note_visibility": "operational",
        "process_note": "clinical",
        "version": "operational",
        "key": "operational",
        "created_at": "operational",
        "changed_at": "operational",
        "changed_by": "operational",
    }

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="therapy_sessions")
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField(
        null=True, help_text="Its place among the client's held sessions; none when not held."
    )
    held_at = models.DateTimeField()
    attendance = models.CharField(max_length=22, choices=Attendance, default=Attendance.ATTENDED)
    minutes = models.PositiveSmallIntegerField(null=True)
    format = models.CharField(max_length=9, choices=Format, default=Format.IN_PERSON)
    theme = models.ForeignKey(Theme, null=True, on_delete=models.PROTECT)
    task = models.CharField(max_length=8, choices=Task, blank=True, default="")
    agreed_task = EncryptedTextField(blank=True, default="")
    repair = models.CharField(max_length=10, choices=Repair, blank=True, default="")
    repair_steps = ArrayField(
        models.CharField(max_length=7, choices=RepairStep), default=list, blank=True
    )
    goals_reviewed = models.BooleanField(default=False)
    ambivalence = models.BooleanField(default=False)
    movement = models.BooleanField(default=False)
    context = models.BooleanField(default=False)
    safety = models.BooleanField(default=False)
    safety_checked = models.BooleanField(default=False)
    note = EncryptedTextField(blank=True, default="")
    note_visibility = models.CharField(max_length=7, choices=Visibility, default=Visibility.SHARED)
    process_note = EncryptedTextField(blank=True, default="")
    version = models.PositiveIntegerField(default=1)
    key = models.UUIDField(help_text="Drawn with the form: the same form saves one session.")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    changed_at = models.DateTimeField(default=timezone.now)
    changed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    objects = TherapySessionQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "key"], name="session_once_a_form"),
            models.UniqueConstraint(
                fields=["organisation", "client", "number"],
                name="session_number_once",
                deferrable=models.Deferrable.DEFERRED,
            ),
            models.CheckConstraint(
                name="session_number_when_held",
                condition=Q(attendance__in=HELD, number__isnull=False)
                | ~Q(attendance__in=HELD) & Q(number=None),
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["organisation", "held_at"], name="session_held_at"),
            models.Index(fields=["organisation", "client", "-held_at"], name="session_newest"),
            models.Index(
                fields=["organisation", "client", "-held_at"],
                condition=Q(movement=True),
                name="session_last_movement",
            ),
            models.Index(
                fields=["organisation", "client", "-held_at"],
                condition=Q(safety=True) | Q(safety_checked=True),
                name="session_last_safety",
            ),
        ]

    def __str__(self) -> str:
        return f"session {self.number}" if self.number else self.get_attendance_display()

    @property
    def is_held(self) -> bool:
        return self.attendance in HELD

    def is_open_to(self, *, own: bool) -> bool:
        """Whether private items are read: by the author while the case is theirs, by nobody else.

        `own` says that the reader is the case's therapist; after a handover that is not the author.
        """
        return own and self.author_id == self.client.therapist_id

    @property
    def was_changed(self) -> bool:
        return self.version > 1


class Tag(models.Model):
    """A sign of an impasse in one session: a manifestation, or a feature of a type."""

    privacy: ClassVar = {
        "id": "operational",
        "organisation": "operational",
        "therapy_session": "operational",
        "code": "clinical",
        "intensity": "clinical",
        "sub_forms": "clinical",
        "private_forms": "clinical",
        "how": "clinical",
        "visibility": "operational",
    }

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    therapy_session = models.ForeignKey(
        TherapySession, on_delete=models.CASCADE, related_name="tags"
    )
    code = models.CharField(max_length=4)
    intensity = models.PositiveSmallIntegerField(default=2)
    sub_forms = ArrayField(models.CharField(max_length=4), default=list, blank=True)
    private_forms = ArrayField(
        models.CharField(max_length=4),
        default=list,
        blank=True,
        help_text="Sub-forms only the author sees, such as counter-transference unless shared.",
    )
    how = models.CharField(max_length=9, blank=True, default="")
    visibility = models.CharField(max_length=7, choices=Visibility, default=Visibility.SHARED)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation", "therapy_session", "code"], name="tag_once_a_session"
            ),
            models.CheckConstraint(
                name="tag_intensity_1_to_3", condition=Q(intensity__gte=1, intensity__lte=3)
            ),
            models.CheckConstraint(
                name="tag_known_code", condition=Q(code__regex=r"^(M[1-5]|Y[1-4][a-e])$")
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def is_manifestation(self) -> bool:
        return self.code.startswith("M")

    def forms_for(self, *, own: bool) -> list[str]:
        """The sub-forms to show: all to the author, to others without the private ones."""
        return [f for f in self.sub_forms if own or f not in self.private_forms]

    def is_seen(self, *, own: bool) -> bool:
        """Whether it counts for this reader; a tag of private sub-forms alone is private."""
        if own:
            return True
        if self.visibility == Visibility.PRIVATE:
            return False
        return not self.sub_forms or bool(self.forms_for(own=False))

    @staticmethod
    def counted() -> Q:
        """Those that count for others: the same as `is_seen`, for a query."""
        some_form = Q(sub_forms=[]) | ~Q(sub_forms__contained_by=F("private_forms"))
        return ~Q(visibility=Visibility.PRIVATE) & some_form

    @property
    def is_shown(self) -> bool:
        """Whether others see it on this very session; counts-only tags are never linked."""
        return self.visibility == Visibility.SHARED and self.is_seen(own=False)


class MeasurementQuerySet(models.QuerySet["Measurement"]):
    """Scores of one case, as many as are read however long the case is."""

    def latest_and_first(self, client: Client, count: int) -> models.QuerySet["Measurement"]:
        """The latest scores, and of each instrument its first, which change is judged from."""
        all_ = self.filter(organisation=client.organisation_id, client=client)
        firsts = all_.order_by("instrument", "on", "id").distinct("instrument")
        return all_.order_by("-on", "-id")[:count].union(firsts)


class Measurement(models.Model):
    """A score of a questionnaire: the total, who filled it in and when.

    `items` are the answers, one a question, where it was entered so; `safety` says that one of
    them asks for a safety check. A total alone never says anything about risk.
    """

    class CompletedBy(models.TextChoices):
        CLIENT = "client", "The client"
        THERAPIST = "therapist", "Me"

    privacy: ClassVar = {
        "id": "operational",
        "organisation": "operational",
        "client": "operational",
        "therapy_session": "operational",
        "instrument": "clinical",
        "total": "clinical",
        "items": "clinical",
        "safety": "clinical",
        "safety_checked_on": "clinical",
        "completed_by": "clinical",
        "on": "clinical",
    }

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="measurements")
    therapy_session = models.ForeignKey(
        TherapySession, null=True, on_delete=models.CASCADE, related_name="measurements"
    )
    instrument = models.CharField(max_length=10)
    total = models.DecimalField(max_digits=5, decimal_places=1)
    items = ArrayField(models.PositiveSmallIntegerField(), default=list, blank=True)
    safety = models.BooleanField(default=False)
    safety_checked_on = models.DateField(null=True)
    completed_by = models.CharField(max_length=9, choices=CompletedBy, default=CompletedBy.CLIENT)
    on = models.DateField()

    objects = MeasurementQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation", "therapy_session", "instrument"],
                name="measurement_once_a_session",
            ),
            models.UniqueConstraint(
                fields=["organisation", "client", "instrument", "on"],
                condition=Q(therapy_session=None),
                name="measurement_alone_once_a_day",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["organisation", "on"], name="measurement_on"),
            models.Index(
                fields=["organisation", "client", "instrument", "-on"], name="measurement_newest"
            ),
            models.Index(
                fields=["organisation", "client", "-on"],
                condition=Q(safety=True),
                name="measurement_last_safety",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.instrument} on {self.on}"
