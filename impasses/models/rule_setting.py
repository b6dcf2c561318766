"""A rule as an organisation wants it."""

import uuid
from typing import ClassVar

from django.db import models
from django.utils import timezone

from people.keys import new_key
from people.models import Organisation, User


class RuleSettingQuerySet(models.QuerySet["RuleSetting"]):
    """Settings of rules, by what holds now."""

    def newest(self, organisation_id: uuid.UUID) -> "RuleSettingQuerySet":
        """The latest setting of each rule that was ever set."""
        own = self.filter(organisation=organisation_id).select_related("published_by")
        return own.order_by("rule", "-version").distinct("rule")


class RuleSetting(models.Model):
    """A rule as an organisation wants it from a moment on; the latest of a rule holds.

    `thresholds` are named as in `rule_settings.Adjustment`; empty and on: the rule as published.
    They rest on `base_version` of the published rule and end with it.
    """

    privacy: ClassVar = {
        "id": "operational",
        "organisation": "operational",
        "rule": "operational",
        "version": "operational",
        "base_version": "operational",
        "is_on": "operational",
        "thresholds": "operational",
        "reason": "operational",
        "published_at": "operational",
        "published_by": "operational",
    }

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    rule = models.CharField(max_length=4)
    version = models.PositiveSmallIntegerField()
    base_version = models.PositiveSmallIntegerField()
    is_on = models.BooleanField()
    thresholds = models.JSONField()
    reason = models.CharField(max_length=300)
    published_at = models.DateTimeField(default=timezone.now, editable=False)
    published_by = models.ForeignKey(User, on_delete=models.PROTECT)

    objects = RuleSettingQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation", "rule", "version"], name="rule_setting_version_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule} v{self.version}"
