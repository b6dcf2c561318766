"""The rows of this package that belong to a client, as `people.case_rows` explains."""

from functools import partial
from typing import Any

from people.case_rows import Part, told_whole
from people.models import Client
from trends.models import TrendSummary, TrendVersion


def parts_of(client: Client) -> list[Part]:
    """The summaries of the case itself; those of its therapists name no case."""
    own = {"organisation": client.organisation_id}
    summaries = TrendSummary.objects.filter(client=client, **own).order_by("starts_on", "kind")
    versions = TrendVersion.objects.filter(summary__client=client, **own).order_by("pk")
    was_handed_over = client.handovers.filter(**own).exists()
    return [
        Part(versions, tell=partial(_told, own=not was_handed_over)),
        Part(summaries, tell=lambda row: _told(row, own=row.therapist_id == client.therapist_id)),
    ]


def _told(row: TrendSummary | TrendVersion, *, own: bool) -> dict[str, Any]:
    """`own` rests on private items of whoever had the case then."""
    said = told_whole(row)
    if not own:
        said.pop("own")
    return said
