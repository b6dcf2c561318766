"""The supervisor's dashboard: who needs a second pair of eyes, read with a fixed number of queries.

All facts of every case are read as plain values; only the rows shown are read whole. Everything
rests on what therapists share: the `shared` variants of snapshots, impasses and suggestions.
"""

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import BooleanField, DateField, F, Func, TextField, Value
from django.db.models.functions import Cast, TruncDate
from django.utils import timezone

from impasses.models import Episode
from impasses.models.episode import Stage
from impasses.prompts import NONE, SharedPrompts, shared_prompts
from people.models import Client, Notice, User
from people.queries import unseen_notices
from people.templatetags.look import day
from sessions_app.caseload import DAYS, UNREPAIRED_TOO_LONG
from sessions_app.models import CaseSnapshot
from supervision.filters import SHOWS, SORTS, FilterForm, Filters
from supervision.models import AgendaItem
from supervision.roster import (
    Attendance,
    RosterRow,
    Supervisee,
    attendances,
    held_by,
    midnight,
    roster,
    still_to_come,
    supervised,
)

FIRST_ROWS = 40
FIRST_PEOPLE = 12


class CaseFacts(NamedTuple):
    """Where one supervised case stands for others than its therapist.

    Made by the hundred, so that ids are their text and moments are days.
    """

    pk: str
    therapist: str
    code_name: str
    started_on: date
    last_held_on: date | None
    stage: str
    types: frozenset[str]
    unseen_days: int  # see `days_unseen`
    stuck: int  # held sessions without movement: an impasse is open or a pattern speaks of one
    unrepaired: int
    safety_since: date | None
    is_new: bool  # the impasse was opened this week
    is_strained: bool
    needs_look: bool

    @property
    def pressing(self) -> str:
        """What comes before every pattern; empty where nothing does."""
        if self.safety_since:
            return f"A safety concern stands since {day(self.safety_since)}, without a check."
        if self.is_strained:
            return f"Strain left unrepaired for {self.unrepaired} sessions."
        return ""

    @property
    def standing(self) -> str:
        """What can be said of a case without a prompt."""
        if self.stuck:
            return "Nothing has moved, and no prompt is open."
        if self.unrepaired:
            return "Strain is not repaired."
        if self.unseen_days and not self.last_held_on:
            return f"Not seen yet; the therapy began on {day(self.started_on)}."
        if self.unseen_days:
            return f"Last seen on {day(self.last_held_on)}, {self.unseen_days} days ago."
        return "Nothing stands out."


class OnAgenda(NamedTuple):
    """The meeting a case is asked about in, and its moment once it has one."""

    meeting: uuid.UUID
    at: datetime | None


@dataclass(frozen=True, kw_only=True)
class WorkRow:
    """A case of the worklist with the one reason why it stands there."""

    facts: CaseFacts
    therapist: str
    strip_text: str  # JSON: read when the row is drawn anew
    claim: str  # of the prompt, where there is one
    agenda: OnAgenda | None

    @property
    def strip(self) -> Any:
        return json.loads(self.strip_text)

    @property
    def stage_in_words(self) -> str:
        return Stage(self.facts.stage).label if self.facts.stage else ""

    @property
    def reason(self) -> str:
        """In one sentence."""
        return self.facts.pressing or self.claim or self.facts.standing


@dataclass(frozen=True)
class Tally:
    """A figure with its rule; `show` opens the cases behind it."""

    show: str
    count: int
    word: str
    rule: str


@dataclass(frozen=True)
class NextMeeting:
    """The next meeting of this supervisor, with who comes and what is asked."""

    meeting: Attendance
    names: str
    items: tuple[AgendaItem, ...]


@dataclass(frozen=True, kw_only=True)
class Dashboard:
    """The whole page."""

    today: date
    filters: Filters
    tallies: tuple[Tally, ...]
    rows: tuple[WorkRow, ...]
    left_out: int
    roster: Sequence[RosterRow]
    people_left_out: int
    people: int
    cases: int
    next: NextMeeting | None
    form: FilterForm
    notices: tuple[Notice, ...]

    @property
    def title(self) -> str:
        return SHOWS[self.filters.show].title

    @property
    def is_calm(self) -> bool:
        """Whether nobody at all needs a look, whatever is filtered."""
        return not self.rows and self.filters.is_default


def days_unseen(last: date | None, started_on: date, rhythm: str, today: date) -> int:
    """Days since the last held session, or since the therapy began without one.

    0 as long as they are not more than the rhythm allows.
    """
    allowed = DAYS.get(rhythm)
    if not allowed:
        return 0
    days = (today - (last or started_on)).days
    return days if days > allowed else 0


def dashboard(user: User, *, filters: Filters, today: date, everything: bool = False) -> Dashboard:
    """Nine queries, one more with a filter by manifestation; flat in history."""
    people = supervised(user, today)
    prompts = shared_prompts(user, [person.pk for person in people], today)
    cases = _read_cases(user, people, prompts, today)
    wanted = filters.among(cases, _marked(cases, filters.sign))
    names = {str(person.pk): person.name for person in people}
    wanted.sort(key=lambda case: SORTS[filters.sort].key(case, names))
    shown = wanted if everything else wanted[:FIRST_ROWS]
    meets = attendances(user, people, today)
    rows = roster(user, people, cases, meets, today=today)
    agenda = _agenda(user, people, today)
    return Dashboard(
        today=today,
        filters=filters,
        tallies=tuple(
            Tally(key, sum(map(bool, map(show.holds, cases))), show.word, show.rule_on(today))
            for key, show in SHOWS.items()
            if show.is_counted
        ),
        rows=tuple(_work_rows(shown, prompts, names, agenda)),
        left_out=len(wanted) - len(shown),
        roster=rows if everything else rows[:FIRST_PEOPLE],
        people_left_out=0 if everything else max(len(rows) - FIRST_PEOPLE, 0),
        people=len(people),
        cases=len(cases),
        next=_next_meeting(still_to_come(meets, today), names, agenda),
        notices=() if user.treats else tuple(unseen_notices(user)),  # else they stand on Today
        form=FilterForm(filters, tuple(names.items())),
    )


# --- every case, as plain values -----------------------------------------------------------------

PLAIN = (
    "code_name", "status", "rhythm", "started_on", "snapshot__shared_unrepaired",
    "snapshot__shared_since_movement", "snapshot__safety_since",
)  # fmt: skip


def _text(key: str) -> Cast:
    """An id as its text: one object less for each of many rows."""
    return Cast(key, TextField())


def _read_cases(
    user: User, people: Sequence[Supervisee], prompts: SharedPrompts, today: date
) -> list[CaseFacts]:
    """Every supervised case that has not ended. Two queries."""
    monday = today - timedelta(days=today.weekday())
    clients = Client.objects.supervised_by(user, today).filter(status__in=Client.NOT_ENDED)
    zone = timezone.get_current_timezone()
    last_held = Cast(TruncDate("snapshot__last_held_at", tzinfo=zone), DateField())  # as it comes
    rows = clients.order_by().values_list(_text("pk"), _text("therapist_id"), last_held, *PLAIN)
    open_ones = Episode.objects.filter(
        Episode.objects.shared(),
        organisation=user.organisation_id,
        client__therapist__in=[person.pk for person in people],
        client__status__in=Client.NOT_ENDED,
        closed_on=None,
    )
    episodes = {
        client: (stage, opened)
        for client, stage, opened in open_ones.values_list(_text("client_id"), "stage", "opened_on")
    }
    active = str(Client.Status.ACTIVE)
    cases = []
    for (
        pk, therapist, last_held_on, code_name, status, rhythm, started_on,
        unrepaired, since_movement, safety_since,
    ) in rows:  # fmt: skip
        stage, opened_on = episodes.get(pk, ("", None))
        stuck = since_movement or 0 if stage or pk in prompts.stuck else 0
        is_planned = status == active
        cases.append(
            CaseFacts(
                pk=pk,
                therapist=therapist,
                code_name=code_name,
                started_on=started_on,
                last_held_on=last_held_on,
                stage=stage,
                types=prompts.types.get(pk, NONE),
                unseen_days=(
                    days_unseen(last_held_on, started_on, rhythm, today) if is_planned else 0
                ),
                stuck=stuck,
                unrepaired=unrepaired or 0,
                safety_since=safety_since,
                is_new=bool(opened_on and opened_on >= monday),
                is_strained=(unrepaired or 0) >= UNREPAIRED_TOO_LONG,
                needs_look=bool(safety_since or unrepaired or stuck),
            )
        )
    return cases


def _marked(cases: Sequence[CaseFacts], sign: str) -> set[str]:
    """The cases whose last eight sessions show a manifestation. A query, where one is asked for."""
    if not sign:
        return set()
    shows = Func(
        F("shared_strip"),
        Value(f"$[*].lanes.{sign}"),
        function="jsonb_path_exists",
        template="%(function)s(%(expressions)s::jsonpath)",
        output_field=BooleanField(),
    )
    rows = CaseSnapshot.objects.filter(client__in=[case.pk for case in cases])
    return set(rows.filter(shows).values_list(_text("client_id"), flat=True))


# --- the rows shown ------------------------------------------------------------------------------


def _work_rows(
    shown: Sequence[CaseFacts],
    prompts: SharedPrompts,
    names: Mapping[str, str],
    agenda: Sequence[AgendaItem],
) -> list[WorkRow]:
    """One query."""
    snapshots = CaseSnapshot.objects.filter(client__in=[case.pk for case in shown])
    strips = dict(snapshots.values_list(_text("client_id"), Cast("shared_strip", TextField())))
    agendas = {str(item.client_id): OnAgenda(item.meeting_id, item.meeting.at) for item in agenda}
    return [
        WorkRow(
            facts=case,
            therapist=names[case.therapist],
            strip_text=strips.get(case.pk, "[]"),
            claim=prompts.claims.get(case.pk, ""),
            agenda=agendas.get(case.pk),
        )
        for case in shown
    ]


def _agenda(user: User, people: Sequence[Supervisee], today: date) -> list[AgendaItem]:
    """What is asked in the meetings to come, and in those without a day. One query."""
    items = (
        AgendaItem.objects.current()
        .filter(
            held_by(user, people),
            organisation=user.organisation_id,
            therapist__in=[person.pk for person in people],
            meeting__closed_at=None,
        )
        .exclude(meeting__at__lt=midnight(today))
        .select_related("client", "meeting")
        .only("question", "client__code_name", "meeting__at")
    )
    return list(items.order_by("created_at"))


def _next_meeting(
    coming: Sequence[Attendance], names: Mapping[str, str], agenda: Sequence[AgendaItem]
) -> NextMeeting | None:
    if not coming:
        return None
    first = coming[0]
    come = sorted(names[str(row.therapist)] for row in coming if row.meeting == first.meeting)
    items = tuple(item for item in agenda if item.meeting_id == first.meeting)
    return NextMeeting(first, ", ".join(come), items)
