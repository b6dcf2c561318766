"""How a clinician reads an invented sketch of a session."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from people.models import Organisation, User

SIGNS = ("M1", "M2", "M3", "M4", "M5")


class VignetteAnswerQuerySet(models.QuerySet["VignetteAnswer"]):
    """Answers, by whose they are."""

    def visible_to(self, user: User) -> "VignetteAnswerQuerySet":
        """One's own: nobody reads another's."""
        return self.filter(organisation=user.organisation_id, clinician=user)

    def beside(self, user: User) -> "VignetteAnswerQuerySet":
        """Those of everybody who works with the person, to be counted and never shown one by one.

        The person's own are among them.
        """
        return self.filter(organisation=user.organisation_id, clinician__is_active=True)


class VignetteAnswer(models.Model):
    """The signs one clinician sees in one sketch; an empty list says "none of them".

    The session is invented, so nothing here is about a client. It is the clinician's own all the
    same: shown to nobody else, and counted only with the answers of others.
    """

    privacy: ClassVar = {
        "id": "operational",
        "organisation": "operational",
        "clinician": "operational",
        "vignette": "operational",
        "manifestations": "operational",
        "answered_at": "operational",
    }

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    clinician = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    vignette = models.CharField(max_length=3)
    manifestations = ArrayField(models.CharField(max_length=2), default=list, blank=True)
    answered_at = models.DateTimeField(default=timezone.now)

    objects = VignetteAnswerQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation", "clinician", "vignette"], name="vignette_answered_once"
            ),
            models.CheckConstraint(
                name="vignette_known", condition=Q(vignette__regex=r"^V([1-9]|1[0-2])$")
            ),
            models.CheckConstraint(
                name="vignette_known_signs",
                condition=Q(manifestations__contained_by=list(SIGNS)),
            ),
        ]

    def __str__(self) -> str:
        return self.vignette
