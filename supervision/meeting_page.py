"""A meeting as one of those who come sees it: its cases with their briefs, and what comes back."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Prefetch, Q, QuerySet

from impasses.catalogue import Entry, catalogue
from impasses.models import PlanStep, Trial
from impasses.queries import Advice, Card, Tried, advice, ledger
from people.models import Client, User
from sessions_app.case_page import snapshot_of
from sessions_app.models import CaseSnapshot
from supervision.models import AgendaItem, Agreement, Attendee, Meeting

MOST_RETURNED = 12


@dataclass(frozen=True)
class Kept:
    """An agreement and what the sessions since then said of it, the oldest first."""

    client: Client
    pk: int
    step: PlanStep
    answers: tuple[Trial, ...]
    at: datetime
    is_open: bool = True

    @property
    def name(self) -> str:
        return str(catalogue()[self.step.strategy].name)

    @property
    def is_therapist(self) -> bool:
        return self.step.side == PlanStep.Side.THERAPIST

    @property
    def came_of_it(self) -> str:
        """As in "helped, then partly"; where nothing was said, what stands."""
        if self.answers:
            said = [trial.get_outcome_display().lower() for trial in self.answers]
            return ", then ".join(said)
        return "no session has answered yet" if self.step.is_in_play else "ended without an answer"


@dataclass(frozen=True)
class Brief:
    """A case as its therapist shares it: the same for everybody who reads it."""

    client: Client
    snapshot: CaseSnapshot
    advice: Advice
    tried: tuple[Tried, ...]

    @property
    def strip(self) -> object:
        return self.snapshot.shared_strip

    @property
    def prompt(self) -> Card | None:
        return self.advice.prompt

    @property
    def stuck(self) -> int:
        """Held sessions without movement, while a pattern speaks of being stuck."""
        return self.snapshot.shared_since_movement if self.advice.is_stuck else 0

    @property
    def types(self) -> list[Entry]:
        """The kinds of impasse that what stands speaks for, in the fixed order."""
        found = {type_.id for card in self.advice.cards for type_ in card.types}
        return [kind for kind in catalogue().types if kind.id in found]


@dataclass(frozen=True, kw_only=True)
class ItemCard:
    """A case of the agenda for one reader.

    Others of a group read the question, the answer and what was agreed, nothing else of the case.
    """

    item: AgendaItem
    own: bool
    brief: Brief | None
    agreements: tuple[Kept, ...]

    @property
    def may_open(self) -> bool:
        """Whether the reader may open the case itself."""
        return self.brief is not None

    @property
    def first_strategy(self) -> str:
        """What an agreement begins with: what the pattern offers first, else to find its nature."""
        prompt = self.brief.prompt if self.brief else None
        offered = prompt.therapist_tries if prompt else ()
        return offered[0].strategy.id if offered else catalogue().therapist_strategies[0].id


@dataclass(frozen=True, kw_only=True)
class MeetingPage:
    """The whole page."""

    meeting: Meeting
    therapists: tuple[User, ...]
    cards: tuple[ItemCard, ...]
    handed_over: int
    returned: tuple[Kept, ...]
    is_supervisor: bool
    may_reopen: bool

    @property
    def is_group(self) -> bool:
        return len(self.therapists) > 1

    @property
    def names(self) -> str:
        """Who comes beside the supervisor."""
        return ", ".join(therapist.name for therapist in self.therapists)

    @property
    def items(self) -> list[AgendaItem]:
        """Those whose answers this reader may write."""
        return [card.item for card in self.cards if card.may_open]


def meeting_page(meeting: Meeting, *, user: User, today: date) -> MeetingPage:
    """Read a visible meeting. Seven queries, and seven more a case."""
    therapists = tuple(
        each.therapist
        for each in meeting.attendees.select_related("therapist").order_by("therapist__name")
    )
    comes = any(therapist.pk == user.pk for therapist in therapists)
    all_items = list(
        meeting.items.select_related("client__therapist", "client__snapshot", "proposed_by")
        .prefetch_related(_agreements())
        .order_by("created_at", "pk")
    )
    items = [item for item in all_items if item.therapist_id == item.client.therapist_id]
    visible = set(
        AgendaItem.objects.filter(meeting=meeting).visible_to(user).values_list("pk", flat=True)
    )
    return MeetingPage(
        meeting=meeting,
        therapists=therapists,
        cards=tuple(
            item_card(item, user=user, is_open=item.pk in visible, today=today)
            for item in items
            if comes or item.pk in visible
        ),
        handed_over=len(all_items) - len(items),
        returned=tuple(_returned(meeting, user)),
        is_supervisor=user.supervises and not comes,
        may_reopen=meeting.may_reopen(today),
    )


def item_card(item: AgendaItem, *, user: User, is_open: bool, today: date) -> ItemCard:
    """One case of the agenda, with its brief where the reader may open the case."""
    return ItemCard(
        item=item,
        own=item.therapist_id == user.pk,
        brief=brief(item.client, today=today) if is_open else None,
        agreements=tuple(
            _kept(agreement, item.client, is_open=is_open) for agreement in item.agreements.all()
        ),
    )


def brief(client: Client, *, today: date) -> Brief:
    """What a case's therapist shares of it. Seven queries."""
    return Brief(
        client=client,
        snapshot=snapshot_of(client),
        advice=advice(client, own=False, today=today),
        tried=tuple(ledger(client, own=False, since=None)),
    )


def _agreements() -> Prefetch:
    return Prefetch("agreements", queryset=_with_answers(Agreement.objects.order_by("at", "pk")))


def _with_answers(rows: QuerySet[Agreement]) -> QuerySet[Agreement]:
    answers = Prefetch("step__trials", queryset=Trial.objects.order_by("on", "pk"))
    return rows.select_related("step").prefetch_related(answers)


def _kept(agreement: Agreement, client: Client, *, is_open: bool = True) -> Kept:
    """What came of it later is for those who may open the case."""
    step = agreement.step
    return Kept(client, agreement.pk, step, tuple(step.trials.all()), agreement.at, is_open=is_open)


def _returned(meeting: Meeting, user: User) -> Iterable[Kept]:
    """What earlier meetings of these people agreed: the last time's, and what is still tried."""
    earlier = Meeting.objects.filter(
        organisation=meeting.organisation_id, supervisor=meeting.supervisor_id, at__isnull=False
    ).exclude(pk=meeting.pk)
    if meeting.at:
        earlier = earlier.filter(at__lt=meeting.at)
    comes = Attendee.objects.filter(meeting=meeting).values("therapist")
    items = AgendaItem.objects.filter(therapist__in=comes).visible_to(user)
    last = earlier.filter(attendees__therapist__in=comes).order_by("-at").values("pk")[:1]
    rows = Agreement.objects.filter(
        Q(step__ended_on=None) | Q(item__meeting__in=last),
        organisation=meeting.organisation_id,
        item__in=items,
        item__meeting__in=earlier,
    )
    found = _with_answers(rows.select_related("item__client__therapist").order_by("-at", "-pk"))
    return [_kept(row, row.item.client) for row in found[:MOST_RETURNED]]
