"""The rows of this package that belong to a client, as `people.case_rows` explains.

A meeting's notes are of all who came and of several cases: they are no part of one.
"""

from people.case_rows import Part
from people.models import Client
from supervision.models import AgendaItem, Agreement, Review


def parts_of(client: Client) -> list[Part]:
    """What a predecessor asked in supervision stays with them and is not told."""
    own = {"organisation": client.organisation_id}
    items = AgendaItem.objects.filter(client=client, **own).order_by("created_at")
    agreements = Agreement.objects.filter(**own).order_by("at")
    reviews = Review.objects.filter(therapy_session__client=client, **own).order_by("submitted_at")
    return [
        Part(
            agreements.filter(item__client=client),
            agreements.filter(item__in=items.current()),
        ),
        Part(items, items.current()),
        Part(reviews, reviews.filter(therapist=client.therapist_id)),
    ]
