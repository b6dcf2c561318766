"""How the writing of summaries goes in one organisation, for its administrators."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from people.models import Organisation
from trends.due import waiting
from trends.models import PeriodRun
from trends.periods import Period

SHOWN = 40
LATE = timedelta(minutes=30)


@dataclass(frozen=True)
class RunsPage:
    """What waits, what failed, and the latest that were written."""

    waiting: tuple[Period, ...]
    failing: tuple[PeriodRun, ...]
    latest: tuple[PeriodRun, ...]
    lag: timedelta | None

    @property
    def is_late(self) -> bool:
        return self.lag is not None and self.lag > LATE

    @property
    def lag_in_words(self) -> str:
        """As in "12 minutes" or "3 hours"."""
        if self.lag is None:
            return ""
        minutes = int(self.lag.total_seconds() // 60)
        if minutes < 120:
            return f"{minutes} minute{'' if minutes == 1 else 's'}"
        hours = minutes // 60
        return f"{hours} hours" if hours < 48 else f"{hours // 24} days"


def runs_page(organisation: Organisation, *, now: datetime) -> RunsPage:
    """Four queries."""
    found = waiting(organisation, now=now)
    own = PeriodRun.objects.filter(organisation=organisation)
    return RunsPage(
        waiting=tuple(period for period, _ in found),
        failing=tuple(own.filter(tries__gt=0).exclude(error="").order_by("-tries", "starts_on")),
        latest=tuple(own.exclude(done_at=None).order_by("-done_at")[:SHOWN]),
        lag=max((now - since for _, since in found), default=None),
    )
