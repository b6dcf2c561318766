"""The page of one impasse, read with a fixed number of queries."""

from dataclasses import dataclass
from datetime import date, datetime

from impasses.episode_page import EpisodeCard, Weighed, episode_card, weighed
from impasses.models import Episode
from impasses.rules_in_force import rules_at
from impasses.type_evidence import TypeEvidence, type_evidence
from people.models import User
from sessions_app.facts import gather
from sessions_app.models import TherapySession

MOST_SESSIONS = 60


@dataclass(frozen=True)
class Reading:
    """One of the four ways to read it: what the record says, and the therapist's confidence."""

    weighed: Weighed
    evidence: TypeEvidence


@dataclass(frozen=True, kw_only=True)
class EpisodePage:
    """The whole page."""

    card: EpisodeCard
    readings: tuple[Reading, ...]
    sessions: tuple[TherapySession, ...]
    evidence_ids: frozenset[str]

    @property
    def own(self) -> bool:
        return self.card.own


def episode_page(row: Episode, *, user: User, now: datetime, today: date) -> EpisodePage:
    """Read a visible impasse. Seven queries, whatever the length of the case."""
    own = row.client.therapist_id == user.pk
    organisation = row.client.organisation
    mine, shared = gather(row.client)
    evidence = type_evidence(
        mine if own else shared,
        rules=rules_at(organisation.pk, organisation.rules_version),
        today=today,
    )
    return EpisodePage(
        card=episode_card(row, user=user, own=own, number=0, now=now),
        readings=tuple(
            Reading(each, said) for each, said in zip(weighed(row, own=own), evidence, strict=True)
        ),
        sessions=tuple(_spanned(row)),
        evidence_ids=frozenset(map(str, row.sessions))
        if own and row.opened_by_id == user.pk
        else frozenset(),
    )


def _spanned(row: Episode) -> list[TherapySession]:
    """The held sessions from its opening, or from its first evidence, to its close."""
    held = row.client.therapy_sessions.filter(
        organisation=row.organisation_id, number__isnull=False
    ).defer("note", "process_note", "agreed_task")
    first = held.filter(pk__in=row.sessions).order_by("held_at").values("held_at")[:1]
    since = min([row.opened_on, *(each["held_at"].date() for each in first)])
    spanned = held.filter(held_at__date__gte=since)
    if row.closed_on:
        spanned = spanned.filter(held_at__date__lte=row.closed_on)
    return list(spanned.order_by("held_at")[:MOST_SESSIONS])
