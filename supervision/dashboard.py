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

from django.db.models import BooleanField, Case, F, Func, TextField, Value, When
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, TruncDate
from django.utils import timezone

from impasses.models import Episode, Suggestion
from impasses.models.episode import Stage
from impasses.prompts import Prompt, shared_prompts
from impasses.rulebook import rulebook
from people.models import Client, Notice, Supervision, User
from people.queries import unseen_notices
from people.templatetags.look import day
from sessions_app.caseload import DAYS, UNREPAIRED_TOO_LONG
from sessions_app.models import CaseSnapshot
from supervision.filters import SHOWS, SORTS, Filters
from supervision.models import AgendaItem
from supervision.roster import (
    SUPERVISEE,
    Coming,
    RosterRow,
    coming_meetings,
    held_by,
    midnight,
    roster,
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
    prompt: Prompt | None
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
        if self.facts.pressing:
            return self.facts.pressing
        return self.prompt.claim if self.prompt else self.facts.standing


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

    meeting: Coming
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
    therapists: tuple[User, ...]
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
    """Eleven queries, one more with a filter by manifestation; flat in history."""
    supervisions = _running(user, today)
    therapists = {str(row.therapist_id): row.therapist for row in supervisions}
    cases = _read_cases(user, [row.therapist_id for row in supervisions], today)
    marked = _marked(cases, filters.sign)
    wanted = filters.among(cases, marked)
    names = {key: person.name for key, person in therapists.items()}
    wanted.sort(key=lambda case: SORTS[filters.sort].key(case, names))
    shown = wanted if everything else wanted[:FIRST_ROWS]
    coming = coming_meetings(user, supervisions, today)
    people = roster(user, supervisions, cases, coming, today=today)
    agenda = _agenda(user, supervisions, today)
    return Dashboard(
        today=today,
        filters=filters,
        tallies=tuple(
            Tally(key, sum(map(bool, map(show.holds, cases))), show.word, show.rule_on(today))
            for key, show in SHOWS.items()
            if show.is_counted
        ),
        rows=tuple(_work_rows(shown, user, names, agenda, today)),
        left_out=len(wanted) - len(shown),
        roster=people if everything else people[:FIRST_PEOPLE],
        people_left_out=0 if everything else max(len(people) - FIRST_PEOPLE, 0),
        people=len(people),
        cases=len(cases),
        next=_next_meeting(coming, names, agenda),
        notices=() if user.treats else tuple(unseen_notices(user)),  # else they stand on Today
        therapists=tuple(sorted(therapists.values(), key=lambda person: person.name)),
    )


def _running(user: User, today: date) -> list[Supervision]:
    """The supervisions this person holds today, one a therapist: the longest running."""
    rows = (
        Supervision.objects.running(today)
        .filter(organisation=user.organisation_id, supervisor=user)
        .select_related("therapist")
        .only("since", "until", "stands_in_for", *SUPERVISEE)
        .order_by("-since")
    )
    return list({row.therapist_id: row for row in rows}.values())


# --- every case, as plain values -----------------------------------------------------------------

PLAIN = (
    "code_name", "status", "rhythm", "started_on", "snapshot__shared_unrepaired",
    "snapshot__shared_since_movement", "snapshot__safety_since",
)  # fmt: skip


def _text(key: str) -> Cast:
    """An id as its text: one object less for each of many rows."""
    return Cast(key, TextField())


def _read_cases(user: User, therapists: Sequence[Any], today: date) -> list[CaseFacts]:
    """Every supervised case that has not ended. Three queries."""
    monday = today - timedelta(days=today.weekday())
    clients = Client.objects.supervised_by(user, today).exclude(status=Client.Status.ENDED)
    last_held = TruncDate("snapshot__last_held_at", tzinfo=timezone.get_current_timezone())
    rows = clients.order_by().values_list(_text("pk"), _text("therapist_id"), last_held, *PLAIN)
    open_ones = Episode.objects.filter(
        Episode.objects.shared(),
        organisation=user.organisation_id,
        client__therapist__in=therapists,
        closed_on=None,
    )
    episodes = {
        client: (stage, opened)
        for client, stage, opened in open_ones.values_list(_text("client_id"), "stage", "opened_on")
    }
    types, suggested = _suggested(user, therapists)
    cases = []
    for (
        pk, therapist, last_held_on, code_name, status, rhythm, started_on,
        unrepaired, since_movement, safety_since,
    ) in rows:  # fmt: skip
        stage, opened_on = episodes.get(pk, ("", None))
        stuck = since_movement or 0 if stage or pk in suggested else 0
        is_active = status == Client.Status.ACTIVE
        cases.append(
            CaseFacts(
                pk=pk,
                therapist=therapist,
                code_name=code_name,
                started_on=started_on,
                last_held_on=last_held_on,
                stage=stage,
                types=frozenset(types.get(pk, ())),
                unseen_days=(
                    days_unseen(last_held_on, started_on, rhythm, today) if is_active else 0
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


def _suggested(user: User, therapists: Sequence[Any]) -> tuple[dict[str, set[str]], set[str]]:
    """The types patterns speak for, and the cases one speaks of as stuck."""
    live = (
        Suggestion.objects.live()
        .filter(
            organisation=user.organisation_id,
            client__therapist__in=therapists,
            shared_trace__isnull=False,
        )
        .exclude(state=Suggestion.State.DISMISSED)
    )
    types: dict[str, set[str]] = {}
    suggested = set()
    turning = [rule.id for rule in rulebook().rules if rule.otherwise]  # these alone may say so
    turned = Case(
        When(rule__in=turning, then=Cast(KT("shared_trace__loosened"), BooleanField())),
        default=Value(False),
    )
    columns = (_text("client_id"), "shared_trace__types", turned)
    for client, kinds, loosened in live.values_list(*columns):
        types.setdefault(client, set()).update(kinds)
        if not loosened:
            suggested.add(client)
    return types, suggested


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
    user: User,
    names: Mapping[str, str],
    agenda: Sequence[AgendaItem],
    today: date,
) -> list[WorkRow]:
    """Two queries."""
    keys = [uuid.UUID(case.pk) for case in shown]
    snapshots = CaseSnapshot.objects.filter(client__in=keys)
    strips = dict(snapshots.values_list(_text("client_id"), Cast("shared_strip", TextField())))
    prompts = shared_prompts(user, keys, today)
    agendas = {str(item.client_id): OnAgenda(item.meeting_id, item.meeting.at) for item in agenda}
    return [
        WorkRow(
            facts=case,
            therapist=names[case.therapist],
            strip_text=strips.get(case.pk, "[]"),
            prompt=prompts.get(key),
            agenda=agendas.get(case.pk),
        )
        for key, case in zip(keys, shown, strict=True)
    ]


def _agenda(user: User, supervisions: Sequence[Supervision], today: date) -> list[AgendaItem]:
    """What is asked in the meetings to come, and in those without a day. One query."""
    items = (
        AgendaItem.objects.current()
        .filter(
            held_by(user, supervisions),
            organisation=user.organisation_id,
            therapist__in=[row.therapist_id for row in supervisions],
            meeting__closed_at=None,
        )
        .exclude(meeting__at__lt=midnight(today))
        .select_related("client", "meeting")
        .only("question", "client__code_name", "meeting__at")
    )
    return list(items.order_by("created_at"))


def _next_meeting(
    coming: Sequence[Coming], names: Mapping[str, str], agenda: Sequence[AgendaItem]
) -> NextMeeting | None:
    if not coming:
        return None
    first = coming[0]
    come = sorted(names[str(row.therapist)] for row in coming if row.meeting == first.meeting)
    items = tuple(item for item in agenda if item.meeting_id == first.meeting)
    return NextMeeting(first, ", ".join(come), items)
