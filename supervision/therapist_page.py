"""One supervisee's page: the caseload, and how signs, stages and repair moved in twelve weeks."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q
from django.db.models.functions import TruncWeek

from impasses.catalogue import Manifestation, catalogue
from impasses.models import Episode
from impasses.models.episode import CLOSED, OPEN, Stage
from people.models import Client, Supervision, User, Visibility
from sessions_app.caseload import SORTS, CaseRow, case_rows
from sessions_app.models import HELD, Tag, TherapySession
from supervision.models import Meeting
from supervision.roster import held_this_week, midnight

WEEKS = 12
BAR, GAP, HEIGHT = 10, 3, 28


@dataclass(frozen=True)
class SignTrend:
    """In how many held sessions a sign showed, week by week, the oldest first."""

    sign: Manifestation
    weeks: tuple[int, ...]
    held: tuple[int, ...]

    @property
    def lately(self) -> str:
        """As in "7 of 24"."""
        return _share(self.weeks[WEEKS // 2 :], self.held[WEEKS // 2 :])

    @property
    def before(self) -> str:
        return _share(self.weeks[: WEEKS // 2], self.held[: WEEKS // 2])

    @property
    def bars(self) -> list[tuple[int, int, int]]:
        """(x, y, height) of each week: its share of the week's held sessions."""
        found = []
        for place, (shown, held) in enumerate(zip(self.weeks, self.held, strict=True)):
            height = round(HEIGHT * shown / held) if held else 0
            found.append((place * (BAR + GAP), HEIGHT - height, height))
        return found

    width = WEEKS * (BAR + GAP) - GAP
    height = HEIGHT


def _share(shown: Sequence[int], held: Sequence[int]) -> str:
    return f"{sum(shown)} of {sum(held)}" if sum(held) else "none held"


@dataclass(frozen=True, kw_only=True)
class TherapistPage:
    """The whole page."""

    supervision: Supervision
    rows: tuple[CaseRow, ...]
    ended: int
    trends: tuple[SignTrend, ...]
    open_stages: tuple[tuple[str, str, int], ...]
    opened: int
    closed: tuple[tuple[str, int], ...]
    repairs: tuple[tuple[str, int], ...]
    held: int
    logged: int
    meetings: tuple[Meeting, ...]

    @property
    def therapist(self) -> User:
        return self.supervision.therapist

    @property
    def week(self) -> str:
        """As in "3 of 4 sessions held"."""
        if not self.logged:
            return "no session logged yet"
        return f"{self.held} of {self.logged} session{'' if self.logged == 1 else 's'} held"

    @property
    def has_sessions(self) -> bool:
        return any(sum(trend.held) for trend in self.trends)


def therapist_page(supervision: Supervision, *, user: User, today: date) -> TherapistPage:
    """What a supervisor sees of one therapist's work. Nine queries, flat in history."""
    therapist = supervision.therapist
    cases = Client.objects.supervised_by(user, today).filter(therapist=therapist)
    rows = case_rows(user, cases.filter(status__in=Client.NOT_ENDED), today=today)
    monday = today - timedelta(days=today.weekday() + 7 * (WEEKS - 1))
    since = midnight(monday)
    episodes = Episode.objects.filter(
        Episode.objects.shared(), organisation=user.organisation_id, client__therapist=therapist
    )
    closed = episodes.filter(closed_on__gte=monday).order_by().values_list("stage")
    ends = dict(closed.annotate(Count("pk")))
    stages = Counter(row.stage for row in rows if row.stage)
    held, logged = held_this_week(user, [therapist.pk], today=today).get(therapist.pk, (0, 0))
    return TherapistPage(
        supervision=supervision,
        rows=tuple(sorted(rows, key=SORTS["stuckness"][1])),
        ended=cases.filter(status=Client.Status.ENDED).count(),
        trends=tuple(_trends(therapist, monday, since)),
        open_stages=tuple((str(s), Stage(s).label, stages[s]) for s in OPEN if stages[s]),
        opened=episodes.filter(opened_on__gte=monday).count(),
        closed=tuple(
            (Stage(stage).label.lower(), ends[stage]) for stage in CLOSED if stage in ends
        ),
        repairs=tuple(_repairs(therapist, since)),
        held=held,
        logged=logged,
        meetings=tuple(
            Meeting.objects.visible_to(user, today)
            .filter(Q(at=None) | Q(at__gte=since), attendees__therapist=therapist)
            .defer("notes")
            .order_by(F("at").desc(nulls_first=True))[:6]
        ),
    )


def _sessions(therapist: User, since: datetime) -> Any:
    """Those the therapist held, also of cases that have ended or gone to somebody else."""
    return TherapySession.objects.filter(
        organisation=therapist.organisation_id,
        author=therapist,
        held_at__gte=since,
        attendance__in=HELD,
    ).order_by()


def _trends(therapist: User, monday: date, since: datetime) -> list[SignTrend]:
    """Two queries."""
    weeks = [monday + timedelta(days=7 * number) for number in range(WEEKS)]
    sessions = _sessions(therapist, since)
    held = _by_week(sessions.annotate(week=TruncWeek("held_at")).values_list("week"))
    signs = [sign.id for sign in catalogue().manifestations]
    tags = Tag.objects.filter(Tag.counted(), therapy_session__in=sessions, code__in=signs)
    by_week = tags.annotate(week=TruncWeek("therapy_session__held_at")).order_by()
    found: Counter[tuple[str, date, str]] = Counter()
    for code, week, who, n in by_week.values_list("code", "week", "visibility").annotate(
        n=Count("pk")
    ):
        found[code, week.date(), who] = n
    return [
        SignTrend(
            sign=sign,
            weeks=tuple(_shown(found, sign.id, week, held.get(week, 0)) for week in weeks),
            held=tuple(held.get(week, 0) for week in weeks),
        )
        for sign in catalogue().manifestations
    ]


def _shown(found: Counter[tuple[str, date, str]], code: str, week: date, held: int) -> int:
    """In how many of a week's held sessions a sign showed.

    What is counts-only is left out where it could only be those very sessions: all the others of
    the week, above all its only one.
    """
    shared = found[code, week, Visibility.SHARED]
    counted = found[code, week, Visibility.COUNTS]
    return shared + (counted if shared + counted < held else 0)


def _by_week(rows: Any) -> dict[date, int]:
    return {week.date(): count for week, count in rows.annotate(Count("pk"))}


def _repairs(therapist: User, since: datetime) -> list[tuple[str, int]]:
    """What became of strain that others may see: (state, sessions). One query."""
    strain = Tag.objects.filter(
        Tag.counted(), therapy_session=OuterRef("pk"), code="M5", visibility=Visibility.SHARED
    )
    rows = _sessions(therapist, since).filter(Exists(strain)).values_list("repair")
    counts = dict(rows.annotate(Count("pk")))
    words = dict(TherapySession.Repair.choices) | {"": "not said"}
    return [(str(words[key]), counts[key]) for key in words if key in counts]
