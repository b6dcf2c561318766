"""Whether the house stands: for load balancers and the people who keep it running."""

import time
from functools import lru_cache

import redis
import structlog
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.db import DatabaseError, InterfaceError, connection
from django.db.migrations.loader import MigrationLoader
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

BEAT_SEEN = "beat-seen"
BEAT_IS_LATE_SECONDS = 180
log = structlog.get_logger(__name__)


@login_not_required
@require_safe
def livez(request: HttpRequest) -> JsonResponse:
    """200 while the process answers."""
    return JsonResponse({"status": "alive"})


@login_not_required
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """503 without database or migrations; 200 and "degraded" without broker or beat."""
    try:
        missing = missing_migrations()
    except (DatabaseError, InterfaceError):
        return JsonResponse({"status": "no database"}, status=503)
    if missing:
        return JsonResponse({"status": "migrations missing", "count": missing}, status=503)
    parts = {"broker": broker_answers(), "beat": beat_is_alive()}
    status = "ready" if all(parts.values()) else "degraded"
    return JsonResponse({"status": status, **{k: "up" if v else "down" for k, v in parts.items()}})


@lru_cache(maxsize=1)
def known_migrations() -> frozenset[tuple[str, str]]:
    """Every migration of the installed packages, from their files."""
    return frozenset(MigrationLoader(None).disk_migrations or {})


def missing_migrations() -> int:
    """How many migrations the database has not seen."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT app, name FROM django_migrations")
        return len(known_migrations() - set(cursor.fetchall()))


def broker() -> redis.Redis:
    """The Redis-protocol server, asked with a second's patience."""
    url = settings.CELERY_BROKER_URL
    return redis.from_url(url, socket_connect_timeout=1, socket_timeout=1)


def broker_answers() -> bool:
    """Whether the Redis-protocol server answers within a second."""
    try:
        with broker() as server:
            return bool(server.ping())
    except (redis.RedisError, OSError):
        return False


def beat_silence() -> float | None:
    """Seconds since a tick of beat last went through a worker; None where none ever did."""
    seen = cache.get(BEAT_SEEN)
    return None if seen is None else time.time() - seen


def beat_is_alive() -> bool:
    """Whether a tick of beat went through a worker lately."""
    silence = beat_silence()
    return silence is not None and silence < BEAT_IS_LATE_SECONDS
