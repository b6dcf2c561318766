"""What others are told by suggestions follows what they may know of the case."""

import zoneinfo
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from impasses.models import Suggestion
from impasses.withheld import Withheld, told_by, without_links
from people.actions import mark_stale
from people.models import Client


@transaction.atomic
def withhold(*, client: Client) -> None:
    """Tell others nothing of what the rules find now, until they have read the case again."""
    Suggestion.objects.live().filter(
        organisation=client.organisation_id, client=client, shared_trace__isnull=False
    ).update(withheld_trace=F("shared_trace"), shared_trace=None)


@transaction.atomic
def follow_sources(*, client: Client, withheld: Withheld) -> bool:
    """Tell of what has ended only what may still be known; whether that is another than before.

    No rule reads an ended suggestion again: it is told as it was, or withheld while anything behind
    it is private. What only counts by now is no longer linked.
    """
    told = Q(shared_trace__isnull=False) | Q(withheld_trace__isnull=False)
    rows = Suggestion.objects.filter(
        told, organisation=client.organisation_id, client=client, ended_at__isnull=False
    )
    zone = zoneinfo.ZoneInfo(client.organisation.time_zone)
    days = []
    for row in rows.select_for_update(of=("self",)):
        whole: Any = row.withheld_trace or row.shared_trace
        pairs = {(session, tick) for session, tick in row.told or told_by(row.trace)}
        now = None if pairs & withheld.private else without_links(whole, withheld.counted)
        if now == row.shared_trace:
            continue
        if (now is None) != (row.shared_trace is None):
            days.append(timezone.localdate(row.created_at, zone))
        row.shared_trace, row.withheld_trace = now, None if now == whole else whole
        row.save(update_fields=["shared_trace", "withheld_trace"])
    if days:
        mark_stale(organisation_id=client.organisation_id, day=min(days))
    return bool(days)
