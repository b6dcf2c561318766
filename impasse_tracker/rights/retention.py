"""What an organisation keeps no longer: ended cases past their time, and erasures under way."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import QuerySet

from impasse_tracker.records import parts_of
from people.models import Client, Erasure, Organisation
from sessions_app.case_page import add_years

MOST_SHOWN = 200


@dataclass(frozen=True)
class Due:
    """A case whose time is over, as an administrator may know it."""

    client: Client
    kept_until: date


def ended_before(organisation: Organisation, today: date) -> QuerySet[Client]:
    """Ended cases that may be past their time, nothing written among it, and not under way."""
    latest = today - timedelta(days=365 * organisation.retention_years)
    cases = Client.objects.filter(
        organisation=organisation, status=Client.Status.ENDED, ended_on__lte=latest, erasure=None
    )
    return cases.select_related("therapist").defer("focus", "goals").order_by("ended_on", "pk")


def due_cases(organisation: Organisation, *, today: date) -> list[Due]:
    """The cases whose record need not be kept any longer, the longest over first. One query."""
    years = organisation.retention_years
    found = (
        Due(client, add_years(client.ended_on, years))
        for client in ended_before(organisation, today)
        if client.ended_on
    )
    return [each for each in found if each.kept_until <= today]


@dataclass(frozen=True)
class RetentionPage:
    """The schedule: what is due, what is announced or asked for, and what went."""

    due: tuple[Due, ...]
    under_way: tuple[Erasure, ...]
    done: tuple[Erasure, ...]
    now: datetime

    @property
    def ripe(self) -> set[object]:
        """Those that may be carried out now."""
        return {row.pk for row in self.under_way if row.is_ripe(self.now)}


def retention_page(organisation: Organisation, *, today: date, now: datetime) -> RetentionPage:
    """Two queries."""
    rows = list(
        Erasure.objects.filter(organisation=organisation)
        .select_related("client__therapist", "asked_by", "erased_by")
        .defer("client__focus", "client__goals")
        .order_by("-asked_at")[:MOST_SHOWN]
    )
    return RetentionPage(
        due=tuple(due_cases(organisation, today=today)),
        under_way=tuple(row for row in rows if not row.is_done),
        done=tuple(row for row in rows if row.is_done),
        now=now,
    )


def would_go(client: Client) -> list[tuple[str, int]]:
    """How many rows of each kind an erasure takes; nothing is done."""
    counts = ((part.name, part.rows.count()) for part in parts_of(client))
    return [(name, count) for name, count in counts if count]
