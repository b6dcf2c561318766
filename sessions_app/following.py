"""Derived data follow their sources: what others are told when an item is shown or kept."""

from impasses.sharing_actions import follow_sources, withhold
from people.models import Client
from sessions_app.facts import withheld_of


def hold_back(client: Client) -> None:
    """Part of the change itself: nobody reads what rests on an item that was just taken back.

    What still stands without it is told again once the rules have read the case.
    """
    withhold(client=client)
    follow(client)


def follow(client: Client) -> bool:
    """Bring what has ended in line; whether others are told otherwise than before."""
    return follow_sources(client=client, withheld=withheld_of(client))
