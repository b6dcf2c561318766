"""What the impasses of a case have to hand over to whoever takes it."""

from dataclasses import dataclass

from django.db.models import Prefetch

from impasses.catalogue import Entry, catalogue
from impasses.models import Episode, EpisodeMove
from impasses.queries import Tried, ledger
from people.models import Client


@dataclass(frozen=True)
class ImpasseHandedOver:
    """One impasse: in whose words, its stages, what may lie underneath, what was learned."""

    row: Episode
    moves: tuple[EpisodeMove, ...]

    @property
    def causes(self) -> list[Entry]:
        return [catalogue()[cause] for cause in self.row.causes]

    @property
    def readings(self) -> list[tuple[Entry, str, str]]:
        """How much the therapist held each kind to be it, and why; those weighed alone."""
        rows = {row.type: row for row in self.row.hypotheses.all()}
        return [
            (kind, rows[kind.id].get_confidence_display().lower(), rows[kind.id].reason)
            for kind in catalogue().types
            if kind.id in rows
        ]

    @property
    def learned(self) -> list[str]:
        """What was written when it closed, and what grew."""
        row = self.row
        texts = (row.learned_patterns, row.learned_alliance, row.learned_resilience)
        return [text for text in texts if text]

    @property
    def grew(self) -> list[Entry]:
        return [catalogue()[outcome] for outcome in self.row.growth]


@dataclass(frozen=True)
class ImpassesHandedOver:
    """The impasses of a case, the latest first, and what was tried."""

    impasses: tuple[ImpasseHandedOver, ...]
    tried: tuple[Tried, ...]

    @property
    def in_play(self) -> list[Tried]:
        """What both sides have agreed to try and nobody has ended."""
        return [each for each in self.tried if each.state == "In play"]

    @property
    def helped(self) -> list[Tried]:
        """What helped at least once."""
        return [
            each
            for each in self.tried
            if any(outcome.state == "helped" for outcome in each.step.outcomes)
        ]


def impasses_to_hand_over(client: Client) -> ImpassesHandedOver:
    """Nothing that rests on a private item is among it. Six queries."""
    moves = Prefetch("moves", queryset=EpisodeMove.objects.filter(undone_at=None).order_by("at"))
    rows = (
        Episode.objects.filter(
            Episode.objects.shared(), organisation=client.organisation_id, client=client
        )
        .prefetch_related(moves, "hypotheses")
        .order_by("-opened_on", "-created_at")
    )
    impasses = tuple(ImpasseHandedOver(row, tuple(row.moves.all())) for row in rows)
    since = next((each.row.opened_on for each in impasses if each.row.is_open), None)
    tried = ledger(client, own=False, since=since, words=True)
    return ImpassesHandedOver(impasses, tuple(tried))
