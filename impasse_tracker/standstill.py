"""What an administrator is told on every page while the work behind the pages stands still."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from impasse_tracker.health import BEAT_IS_LATE_SECONDS, beat_silence
from people.models import Organisation
from trends.runs import LATE, failed_for_good


@dataclass(frozen=True)
class Standstill:
    """What is wrong; nothing is, where none of it holds."""

    is_silent: bool
    since: datetime | None
    """When a worker last heard beat; None where none ever did."""
    given_up: int
    unsent: int

    def __bool__(self) -> bool:
        return self.is_silent or bool(self.given_up or self.unsent)


def standstill(organisation: Organisation) -> Standstill:
    """Two queries. An organisation that was just made may be faster than its first worker."""
    silence, now = beat_silence(), timezone.now()
    never = silence is None and organisation.created_at < now - LATE
    given_up, unsent = failed_for_good(organisation)
    return Standstill(
        is_silent=never or (silence or 0) > BEAT_IS_LATE_SECONDS,
        since=now - timedelta(seconds=silence) if silence is not None else None,
        given_up=given_up,
        unsent=unsent,
    )
