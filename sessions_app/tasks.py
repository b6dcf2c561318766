"""What the worker does: each task makes action calls, and repeating it is harmless."""

import time
import uuid
import zoneinfo
from datetime import date, timedelta
from typing import Any

import structlog
from celery import shared_task
from django.core.management import call_command
from django.utils import timezone

from impasses.actions import announce_prompts
from impasses.models import Suggestion
from people import walls
from people.account_actions import forget_old_sign_ins
from people.models import Organisation, User
from sessions_app.actions import assess_case
from sessions_app.models import CaseSnapshot, RuleReplay
from sessions_app.replay_actions import advance_replay

QUIET_SECONDS = 20  # a replay not touched for so long has lost its worker
REPLAY_SECONDS = 120  # well below the time limit of a task
log = structlog.get_logger(__name__)


@shared_task
def assess_waiting(**extra: Any) -> None:
    """The sweep: assess every case whose facts the rules have not seen."""
    for organisation in Organisation.objects.order_by("pk"):
        _assess(organisation, CaseSnapshot.objects.all())


@shared_task
def assess_one(*, organisation: str, client: str, **extra: Any) -> None:
    """The bell for one case, right after its session was saved."""
    home = Organisation.objects.filter(pk=uuid.UUID(organisation)).first()
    if home:
        _assess(home, CaseSnapshot.objects.filter(client=uuid.UUID(client)))


def _today(organisation: Organisation) -> date:
    return timezone.localdate(timezone=zoneinfo.ZoneInfo(organisation.time_zone))


def _assess(organisation: Organisation, snapshots: Any) -> None:
    today = _today(organisation)
    with walls.inside(organisation.pk):
        waiting = snapshots.waiting(organisation)
        for snapshot in waiting.select_related("client__organisation").order_by("changed_at"):
            try:
                assess_case(client=snapshot.client, today=today)
            except Exception:
                log.exception("assessment_failed", client=str(snapshot.client_id))


@shared_task
def announce_waiting(**extra: Any) -> None:
    """The sweep: a new week, a larger budget or a closed prompt lets others through."""
    for organisation in Organisation.objects.order_by("pk"):
        today = _today(organisation)
        with walls.inside(organisation.pk):
            waiting = Suggestion.objects.live().filter(
                organisation=organisation, announced_on=None, state=Suggestion.State.OFFERED
            )
            therapists = User.objects.filter(pk__in=waiting.values("client__therapist"))
            for therapist in therapists:
                announce_prompts(therapist=therapist, today=today)


@shared_task
def replay_running(**extra: Any) -> None:
    """The sweep: go on with every replay that nobody has touched for a while."""
    since = timezone.now() - timedelta(seconds=QUIET_SECONDS)
    for organisation in Organisation.objects.order_by("pk"):
        with walls.inside(organisation.pk):
            left = RuleReplay.objects.filter(
                organisation=organisation, state=RuleReplay.State.RUNNING, touched_at__lt=since
            )
            for replay in left.values_list("pk", flat=True):
                _replay(replay)


@shared_task
def replay_one(*, organisation: str, replay: str, **extra: Any) -> None:
    """The bell for one replay, right after it was asked for."""
    with walls.inside(organisation):
        _replay(uuid.UUID(replay))


def _replay(replay: uuid.UUID) -> None:
    """A while of it; the sweep goes on with what is left."""
    until = time.monotonic() + REPLAY_SECONDS
    while time.monotonic() < until and advance_replay(replay=replay):
        pass


@shared_task
def tidy(**extra: Any) -> None:
    """Forget sign-ins that are over."""
    call_command("clearsessions")
    forget_old_sign_ins()
