"""`/metrics` for Prometheus: requests, the queue, and how far the work behind the pages is.

Numbers alone: no organisation, person, case or word. Addresses stand there by the view's name.
"""

import ipaddress
import os
import secrets
from collections.abc import Iterable

import prometheus_client
import redis
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry
from prometheus_client.multiprocess import MultiProcessCollector

from impasse_tracker.health import beat_silence, broker
from people import walls
from people.models import Organisation
from sessions_app.models import CaseSnapshot
from trends.runs import Backlog, backlog

QUEUE, TAKEN = "celery", "unacked"  # Celery's names at the broker
FORWARDED = ("X-Forwarded-For", "Forwarded", "X-Real-IP")


@login_not_required
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """For whoever has the token, or sits on this very machine; to others it is not there."""
    if not (_has_token(request) or _is_from_here(request)):
        raise Http404
    page = prometheus_client.generate_latest(_of_requests()).decode() + _of_work()
    return HttpResponse(page, content_type=prometheus_client.CONTENT_TYPE_LATEST)


def _has_token(request: HttpRequest) -> bool:
    given = request.headers.get("Authorization", "").removeprefix("Bearer ").encode()
    wanted = settings.METRICS_TOKEN.encode()
    return bool(wanted) and secrets.compare_digest(given, wanted)


def _is_from_here(request: HttpRequest) -> bool:
    """Asked from this machine, and not by a proxy on it for somebody else."""
    if any(name in request.headers for name in FORWARDED):
        return False
    try:
        return ipaddress.ip_address(request.META["REMOTE_ADDR"]).is_loopback
    except ValueError:  # a socket of this machine has no address, and may be a proxy's
        return False


def _of_requests() -> CollectorRegistry:
    """Counted by django-prometheus; of all processes of gunicorn, where it runs."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return prometheus_client.REGISTRY
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return registry


def _of_work() -> str:
    """Written by hand: a gauge would be kept, and told once more by each process."""
    lines: list[str] = []

    def say(name: str, what: str, value: float) -> None:
        name = f"impasse_{name}"
        lines.append(f"# HELP {name} {what}\n# TYPE {name} gauge\n{name} {float(value)}\n")

    queued = _queued()
    say("broker_up", "Whether the broker answers.", queued is not None)
    if queued is not None:
        say("queue_messages", "Rings that wait for a worker.", queued[0])
        say("queue_taken", "Rings that a worker has taken and not finished.", queued[1])
    if (silence := beat_silence()) is not None:
        say("beat_silence_seconds", "Since a worker last heard beat.", silence)
    waiting, found = _of_organisations()
    say("assessments_waiting", "Cases whose latest facts the rules have not seen.", waiting)
    say("summaries_due", "Weeks and months to be written.", sum(b.due for b in found))
    say("summaries_lag_seconds", "Since the oldest of them is due.", _most(b.lag for b in found))
    say(
        "summaries_oldest_mark_seconds",
        "Since the oldest change of a past week that its summary does not show.",
        _most(b.oldest_mark for b in found),
    )
    say("summaries_failing", "Of those, failed at the last try.", sum(b.failing for b in found))
    say(
        "summaries_given_up",
        "Of those, waiting for an administrator.",
        sum(b.given_up for b in found),
    )
    say("letters_unsent", "Letters that no mail server took.", sum(b.unsent for b in found))
    return "".join(lines)


def _queued() -> tuple[int, int] | None:
    """Rings that wait and that were taken; None without broker."""
    try:
        with broker() as server:
            return server.llen(QUEUE), server.hlen(TAKEN)
    except (redis.RedisError, OSError):
        return None


def _of_organisations() -> tuple[int, list[Backlog]]:
    waiting, found, now = 0, [], timezone.now()
    for organisation in Organisation.objects.order_by("pk"):
        with walls.inside(organisation.pk):
            waiting += CaseSnapshot.objects.waiting(organisation).count()
            found.append(backlog(organisation, now=now))
    return waiting, found


def _most(seconds: Iterable[float]) -> float:
    return max(seconds, default=0.0)
