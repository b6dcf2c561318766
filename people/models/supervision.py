"""Who looks over whose work, and for how long."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from people.keys import new_key
from people.models.organisation import Organisation
from people.models.user import User


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
        "stands_in_for": "operational",
    }

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    supervisor = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="supervisions_given"
    )
    therapist = models.ForeignKey(User, on_delete=models.PROTECT, related_name="supervisions_had")
    since = models.DateField()
    until = models.DateField(null=True, blank=True)
    stands_in_for = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

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
            models.CheckConstraint(
                name="supervision_stand_in_ends",
                condition=Q(stands_in_for=None) | Q(until__isnull=False),
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["organisation", "therapist"], name="supervision_of"),
        ]

    def __str__(self) -> str:
        return f"{self.supervisor} supervises {self.therapist}"

    @property
    def is_running(self) -> bool:
        """Whether it holds today."""
        return not self.is_planned and not self.is_over

    @property
    def is_planned(self) -> bool:
        return self.since > timezone.localdate()

    @property
    def is_over(self) -> bool:
        return self.until is not None and self.until < timezone.localdate()
