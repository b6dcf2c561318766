"""Which periods wait to be written, and writing them: once, in order, whoever else is at it."""

import time
import zoneinfo
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta

import structlog
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from people.models import Organisation, StalePeriod
from trends.actions import WHAT, Written, summarise
from trends.models import MOST_TRIES, PeriodRun
from trends.periods import Period, closed

FIRST_WAIT = timedelta(minutes=6)  # longer than a task may take: nobody tries beside a living one
LONGEST_WAIT = timedelta(hours=6)
log = structlog.get_logger(__name__)


def today_in(organisation: Organisation, now: datetime) -> date:
    return now.astimezone(zoneinfo.ZoneInfo(organisation.time_zone)).date()


def due(organisation: Organisation, *, now: datetime) -> list[Period]:
    """The periods that are over and were not written since the last change, the earliest first."""
    return [period for period, _ in waiting(organisation, now=now)]


def waiting(organisation: Organisation, *, now: datetime) -> list[tuple[Period, datetime]]:
    """Each period that is due, and since when: its end, or the last change that it has to show.

    What was changed long ago shows in every later period, so each looks at all marks before it.
    Two queries.
    """
    zone = zoneinfo.ZoneInfo(organisation.time_zone)
    marks = sorted(
        StalePeriod.objects.filter(organisation=organisation).values_list(
            "week", "version", "marked_at"
        )
    )
    if not marks:
        return []
    seen = {
        (kind, starts_on): count
        for kind, starts_on, count in PeriodRun.objects.filter(
            organisation=organisation
        ).values_list("kind", "starts_on", "seen")
    }
    found, position, total, changed = [], 0, 0, marks[0][2]
    for period in closed(marks[0][0], today_in(organisation, now)):
        while position < len(marks) and marks[position][0] < period.ends_before:
            total += marks[position][1]
            changed = max(changed, marks[position][2])
            position += 1
        if seen.get((period.kind, period.starts_on), 0) != total:
            found.append((period, max(changed, period.moments(zone)[1])))
    return found


def write_due(
    organisation: Organisation,
    *,
    now: Callable[[], datetime] = timezone.now,
    seconds: float | None = None,
    forced: bool = False,
    said: Callable[[Iterable[Written]], None] = lambda _: None,
) -> int:
    """Write what waits, as long as `seconds` allow; how many periods were written.

    One that fails is left for later and holds up none of the others. `forced` does not wait.
    """
    until = time.monotonic() + seconds if seconds is not None else float("inf")
    written = 0
    for period in due(organisation, now=now()):
        if time.monotonic() > until:
            break
        if not claim(organisation, period, now=now(), forced=forced):
            continue
        try:
            lines = write(organisation, period, now=now)
        except Exception as error:
            log.exception("summary_failed", organisation=str(organisation.pk), period=period.code)
            _note_failure(organisation, period, error)
        else:
            said(lines or ())
            written += lines is not None
    return written


@transaction.atomic
def claim(
    organisation: Organisation, period: Period, *, now: datetime, forced: bool = False
) -> bool:
    """Take the next try of a period: counted before it begins, so that a killed one counts too."""
    key = {
        "organisation": organisation, "kind": period.kind, "starts_on": period.starts_on,
    }  # fmt: skip
    PeriodRun.objects.bulk_create([PeriodRun(**key)], ignore_conflicts=True)
    run = PeriodRun.objects.select_for_update(skip_locked=True).filter(**key).first()
    if run is None:
        return False
    is_early = run.retry_at is not None and run.retry_at > now
    if not forced and (is_early or run.has_failed):
        return False
    run.tries = min(run.tries + 1, MOST_TRIES)
    run.tried_at = now
    run.retry_at = now + min(FIRST_WAIT * 2 ** (run.tries - 1), LONGEST_WAIT)
    run.save(update_fields=["tries", "tried_at", "retry_at"])
    return True


@transaction.atomic
def write(
    organisation: Organisation, period: Period, *, now: Callable[[], datetime] = timezone.now
) -> list[Written] | None:
    """The summaries and their being done, in one transaction; None where another
    is at it or was.

    The marks are read before the facts: what is marked meanwhile makes the period due again.
    """
    run = (
        PeriodRun.objects.select_for_update(skip_locked=True)
        .filter(organisation=organisation, kind=period.kind, starts_on=period.starts_on)
        .first()
    )
    if run is None:
        return None
    total = _marks_before(organisation, period)
    if run.seen == total:
        return None
    began = time.monotonic()
    lines = summarise(organisation=organisation, period=period)
    run.seen, run.tries, run.retry_at, run.error = total, 0, None, ""
    run.done_at, run.milliseconds = now(), round(1000 * (time.monotonic() - began))
    counts = Counter(line.what for line in lines)
    run.new, run.rewritten, run.unchanged = (counts[what] for what in WHAT)
    run.save()
    return lines


def _marks_before(organisation: Organisation, period: Period) -> int:
    marks = StalePeriod.objects.filter(organisation=organisation, week__lt=period.ends_before)
    return marks.aggregate(total=Sum("version"))["total"] or 0


def _note_failure(organisation: Organisation, period: Period, error: Exception) -> None:
    """Its kind alone is kept: a message could quote a row."""
    PeriodRun.objects.filter(
        organisation=organisation, kind=period.kind, starts_on=period.starts_on
    ).update(error=type(error).__name__[:80])


def ask_rebuild(organisation: Organisation) -> int:
    """Let every period be written anew; how many there are."""
    return PeriodRun.objects.filter(organisation=organisation).update(
        seen=0, tries=0, retry_at=None
    )
