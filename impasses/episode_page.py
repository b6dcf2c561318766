"""An impasse as one reader may see it: where it stands, how it came there, what may come next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Prefetch

from impasses.catalogue import Entry, catalogue
from impasses.episodes import may_undo, next_stages
from impasses.models import Episode, EpisodeMove, Hypothesis
from impasses.models.episode import OPEN, Stage
from people.models import Client, User

READ = 12  # episodes of a case: the open one and the latest of the others
NEXT = {
    Stage.NAMED: "Name this impasse",
    Stage.WORKED: "Begin working on it",
    Stage.LOOSENING: "Mark as loosening",
}


@dataclass(frozen=True)
class Step:
    """One stage of the course of an impasse: past, now or ahead; since when, where known."""

    stage: str
    label: str
    place: str
    on: date | None


@dataclass(frozen=True)
class Next:
    """A stage it can be moved to with one tap."""

    stage: str
    verb: str


@dataclass(frozen=True, kw_only=True)
class EpisodeCard:
    """One impasse. Its words, and what was learned, are the therapist's own text."""

    row: Episode
    own: bool
    number: int
    moves: tuple[EpisodeMove, ...]
    undo: EpisodeMove | None

    @property
    def words(self) -> str:
        return self.row.words if self.own else ""

    @property
    def causes(self) -> list[Entry]:
        return [catalogue()[key] for key in self.row.causes]

    @property
    def growth(self) -> list[Entry]:
        return [catalogue()[key] for key in self.row.growth]

    @property
    def learned(self) -> list[tuple[str, str]]:
        """What was learned, by what it is about."""
        texts = (
            ("About patterns", self.row.learned_patterns),
            ("About working together", self.row.learned_alliance),
            ("About resilience", self.row.learned_resilience),
        )
        return [pair for pair in texts if pair[1]] if self.own else []

    @property
    def course(self) -> list[Step]:
        """The stages in their order, with the day each was reached."""
        reached = {move.after: move.on for move in self.moves}
        if not self.row.is_open:
            stages: Sequence[str] = [s for s in OPEN if s in reached] + [self.row.stage]
            return [
                Step(s, Stage(s).label, "now" if s == self.row.stage else "past", reached.get(s))
                for s in stages
            ]
        now = OPEN.index(Stage(self.row.stage))
        steps = [
            Step(s, Stage(s).label, _place(n, now), reached.get(s) if n <= now else None)
            for n, s in enumerate(OPEN)
        ]
        return [*steps, Step("", "Resolved, or ended unresolved", "ahead", None)]

    @property
    def forward(self) -> list[Next]:
        """The later stages that are open."""
        if not self.row.is_open:
            return []
        later = OPEN[OPEN.index(Stage(self.row.stage)) + 1 :]
        return [Next(stage, NEXT[stage]) for stage in later]

    @property
    def back(self) -> str:
        """The stage before, or empty."""
        place = OPEN.index(Stage(self.row.stage)) if self.row.is_open else 0
        return OPEN[place - 1].label.lower() if place else ""

    @property
    def back_to(self) -> str:
        return str(next_stages(self.row.stage)[0])


def _place(number: int, now: int) -> str:
    return "past" if number < now else "now" if number == now else "ahead"


@dataclass(frozen=True)
class Impasses:
    """The impasses of a case: the open one, and those before it, the latest first."""

    current: EpisodeCard | None
    earlier: tuple[EpisodeCard, ...]


def impasses_of(client: Client, *, user: User, now: datetime) -> Impasses:
    """Those a reader may see. Two queries."""
    moves = Prefetch("moves", queryset=EpisodeMove.objects.filter(undone_at=None).order_by("at"))
    own = client.therapist_id == user.pk
    rows = Episode.objects.filter(organisation=client.organisation_id, client=client)
    seen = rows.filter(Episode.objects.own() if own else Episode.objects.shared())
    latest = list(seen.prefetch_related(moves).order_by("-opened_on", "-created_at")[:READ])
    cards = [
        episode_card(row, user=user, own=own, number=len(latest) - n, now=now)
        for n, row in enumerate(latest)
    ]
    current = next((card for card in cards if card.row.is_open), None)
    return Impasses(current, tuple(card for card in cards if card is not current))


def episode_card(row: Episode, *, user: User, own: bool, number: int, now: datetime) -> EpisodeCard:
    """One of them; its moves that were not taken back are read already."""
    moves = tuple(row.moves.all())
    last = moves[-1] if moves else None
    return EpisodeCard(
        row=row,
        own=own,
        number=number,
        moves=moves,
        undo=last if own and last and may_undo(last, user, now) else None,
    )


@dataclass(frozen=True)
class Weighed:
    """One of the four ways to read it: the therapist's own confidence, never the program's."""

    type: Entry
    row: Hypothesis | None

    @property
    def said(self) -> str:
        return self.row.get_confidence_display() if self.row else "Not set"

    @property
    def boxes(self) -> list[tuple[float, bool]]:
        """Where each of the three boxes lies, and whether it is filled."""
        filled = self.row.confidence if self.row else 0
        return [(0.75 + 17 * n, n < filled) for n in range(3)]


def weighed(episode: Episode, *, own: bool) -> list[Weighed]:
    """The four types in fixed order; for others without the therapist's confidence. One query."""
    rows = {row.type: row for row in episode.hypotheses.all()} if own else {}
    return [Weighed(kind, rows.get(kind.id)) for kind in catalogue().types]
