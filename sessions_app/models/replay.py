"""Trying a change of a rule on the cases a person may see, before it is published."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from people.keys import new_key
from people.models import Organisation, User


class RuleReplay(models.Model):
    """What a rule would have prompted with other thresholds; the work left, and its result.

    `clients` are the cases to read, the first `done` of them read. `result` counts by week and
    lists what differs: {"weeks": {monday: [before, after]}, "cases": {client: [[monday, rule
    before, rule after]]}}.
    """

    class State(models.TextChoices):
        RUNNING = "running", "Running"
        DONE = "done", "Done"
        CANCELLED = "cancelled", "Cancelled"

    privacy: ClassVar = {
        "id": "operational",
        "organisation": "operational",
        "asked_by": "operational",
        "rule": "operational",
        "version": "operational",
        "is_on": "operational",
        "thresholds": "operational",
        "clients": "operational",
        "done": "operational",
        "result": "clinical",
        "state": "operational",
        "created_at": "operational",
        "touched_at": "operational",
    }

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    asked_by = models.ForeignKey(User, on_delete=models.CASCADE)
    rule = models.CharField(max_length=4)
    version = models.PositiveSmallIntegerField(help_text="The version the change began from.")
    is_on = models.BooleanField()
    thresholds = models.JSONField()
    clients = ArrayField(models.UUIDField(), default=list)
    done = models.PositiveIntegerField(default=0)
    result = models.JSONField(default=dict)
    state = models.CharField(max_length=9, choices=State, default=State.RUNNING)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    touched_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["organisation", "touched_at"],
                condition=models.Q(state="running"),
                name="replay_running",
            ),
        ]

    def __str__(self) -> str:
        return f"replay of {self.rule}"

    @property
    def is_running(self) -> bool:
        return self.state == self.State.RUNNING

    @property
    def is_done(self) -> bool:
        return self.state == self.State.DONE

    @property
    def total(self) -> int:
        return len(self.clients)

    @property
    def percent(self) -> int:
        return 100 * self.done // max(self.total, 1)
