"""Tasks of the house itself."""

import time
from typing import Any

from celery import shared_task
from django.core.cache import cache

from impasse_tracker.health import BEAT_SEEN


@shared_task
def beat_seen(**extra: Any) -> None:
    """Note that beat rang and a worker heard it; kept, so that its silence has a beginning."""
    cache.set(BEAT_SEEN, time.time(), timeout=None)
