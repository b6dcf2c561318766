"""What the log page shows beside the form: last time, open strain, steps in play, themes."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Exists, F, OuterRef, Q

from impasses.models import PlanStep, Trial
from people.models import Client, Visibility
from people.queries import supervisors_of
from sessions_app.models import Tag, Theme, TherapySession, TherapySessionQuerySet


@dataclass(frozen=True)
class LastTime:
    """The held session before this one: its marks are ghosts, never pre-selected."""

    held_at: datetime
    number: int | None
    marks: list[tuple[str, int]]
    agreed_task: str
    repair: str


@dataclass(frozen=True)
class LogPage:
    """Everything of the log page that is not the form itself."""

    number: int
    last: LastTime | None
    strained: TherapySession | None
    steps: list[PlanStep]
    themes: list[str]
    supervisors: list[str]
    seen_by: str

    @property
    def ghosts(self) -> dict[str, int]:
        return dict(self.last.marks) if self.last else {}

    @property
    def readers(self) -> str:
        """Who sees what is shared, as in "Sunil Rao and Petra Holm"; empty for nobody."""
        return " and ".join(self.supervisors)


def log_page(
    client: Client,
    *,
    today: date,
    therapy_session: TherapySession | None = None,
    asked: Collection[uuid.UUID] = (),
) -> LogPage:
    """What is known before a new session, or before the one being edited.

    `asked` are the steps a form had asked about when it was drawn: one that has ended since is
    still answered for.
    """
    sessions = client.therapy_sessions.filter(
        organisation=client.organisation_id, number__isnull=False
    )
    if therapy_session is not None:
        sessions = sessions.exclude(pk=therapy_session.pk).filter(
            held_at__lte=therapy_session.held_at
        )
    held = list(sessions.newest_first().prefetch_related("tags")[:1])
    number = (held[0].number or 0) + 1 if held else 1
    themes = Theme.objects.filter(organisation=client.organisation_id, client=client)
    return LogPage(
        number=(therapy_session.number or number) if therapy_session else number,
        last=_last_time(held[0]) if held else None,
        strained=_strained(sessions),
        steps=_steps(client, therapy_session, asked),
        themes=sorted(theme.label for theme in themes),
        supervisors=supervisors_of(client.therapist, today=today),
        seen_by=client.therapist.organisation.visibility_default,
    )


def _last_time(session: TherapySession) -> LastTime:
    is_open = session.is_open_to(own=True)
    shown = {tag.code: tag.intensity for tag in session.tags.all() if is_open or tag.is_shown}
    return LastTime(
        held_at=session.held_at,
        number=session.number,
        marks=sorted(each for each in shown.items() if each[0].startswith("M")),
        agreed_task=session.agreed_task,
        repair=session.get_repair_display() if is_open or "M5" in shown else "",
    )


def _strained(sessions: TherapySessionQuerySet) -> TherapySession | None:
    """The latest session that carried strain and was not repaired since, however long ago."""
    shown = Q(visibility=Visibility.SHARED) & Tag.counted()
    strain = Tag.objects.filter(
        shown | Q(therapy_session__author=F("therapy_session__client__therapist")),
        therapy_session=OuterRef("pk"),
        code="M5",
    )
    repaired = Q(repair=TherapySession.Repair.REPAIRED)
    latest = sessions.filter(repaired | Exists(strain)).newest_first().first()
    if latest is None or latest.repair == TherapySession.Repair.REPAIRED:
        return None
    return latest


def _steps(
    client: Client, therapy_session: TherapySession | None, asked: Collection[uuid.UUID]
) -> list[PlanStep]:
    """The steps in play, those the form asked about, and those this session answered for."""
    wanted = Q(ended_on=None) | Q(pk__in=asked)
    if therapy_session is not None:
        wanted |= Q(
            pk__in=Trial.objects.filter(
                organisation=client.organisation_id, session_id=therapy_session.pk
            ).values("step")
        )
    return list(
        PlanStep.objects.filter(wanted, organisation=client.organisation_id, client=client)
        .order_by("-side", "since", "pk")
        .distinct()
    )
