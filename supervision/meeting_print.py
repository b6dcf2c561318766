"""A meeting on paper: each case with its whole timeline, as its therapist shares it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sessions_app.case_overview import Stretch, overview
from sessions_app.case_page import case_page
from sessions_app.case_window import Window
from supervision.meeting_page import ItemCard, MeetingPage


@dataclass(frozen=True)
class Printed:
    """A case of the agenda; `earlier` are the stretches before its window, the oldest first."""

    card: ItemCard
    window: Window | None = None
    earlier: tuple[Stretch, ...] = ()


def printed(page: MeetingPage, *, today: date) -> Iterator[Printed]:
    """What is printed of each case: for others of a group, no timeline."""
    for card in page.cards:
        if not card.may_open:
            yield Printed(card)
            continue
        client = card.item.client
        window = case_page(client, user=page.meeting.supervisor, today=today).window
        earlier = overview(client, own=False)[1:]
        yield Printed(card, window, tuple(reversed(earlier)))
