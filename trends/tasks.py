"""What beat rings: write the weeks and months that wait. Repeating it is harmless."""

import time
from typing import Any

from celery import shared_task
from django.utils import timezone

from people import walls
from people.models import Organisation
from trends.due import write_due
from trends.letters import send_letters

SWEEP_SECONDS = 120  # well below the time limit of a task; what is left waits for the next ring


@shared_task
def write_summaries(**extra: Any) -> None:
    """The sweep over every organisation: what is due is written, the earliest first."""
    until = time.monotonic() + SWEEP_SECONDS
    for organisation in Organisation.objects.order_by("pk"):
        with walls.inside(organisation.pk):
            write_due(organisation, seconds=until - time.monotonic())


@shared_task
def write_to_people(**extra: Any) -> None:
    """The sweep: Monday's letters, each once."""
    for organisation in Organisation.objects.order_by("pk"):
        with walls.inside(organisation.pk):
            send_letters(organisation, now=timezone.now())
