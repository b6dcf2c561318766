"""Writing the summaries of a period: computed from facts, kept once, rewritten when they differ."""

import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from django.db import transaction
from django.utils import timezone

from audit.record import record
from people.models import Organisation, User
from trends import figures
from trends.facts import Reading, clients_of, read_facts
from trends.figures import Fact, Figures
from trends.models import PeriodRun, TrendSummary, TrendVersion
from trends.periods import Period

BATCH = 1000
WHAT = ("new", "rewritten", "unchanged")
Scope = TrendSummary.Scope


class Written(NamedTuple):
    """What became of one summary: `what` is one of `WHAT`."""

    scope: str
    subject: uuid.UUID
    period: Period
    what: str

    def __str__(self) -> str:
        return f"{self.scope} {self.subject} {self.period.code} {self.what}"


@dataclass(frozen=True)
class Computed:
    """The figures of one scope, with the digest of what they rest on."""

    scope: Scope
    subject: uuid.UUID
    therapist: uuid.UUID | None
    own: Figures | None
    shared: Figures
    inputs: str

    @property
    def key(self) -> tuple[str, uuid.UUID]:
        return str(self.scope), self.subject


@transaction.atomic
def summarise(*, organisation: Organisation, period: Period) -> list[Written]:
    """Bring every summary of the period up to date; the period is over.

    One that reads otherwise than before keeps its earlier version. A scope that lost its last fact
    stays, with nothing in it. No audit event: nobody decided anything.
    """
    reading = read_facts(organisation, period)
    rows = TrendSummary.objects.filter(
        organisation=organisation, kind=period.kind, starts_on=period.starts_on
    )
    known = {(row.scope, row.subject): row for row in rows.select_for_update(of=("self",))}
    computed = {each.key: each for each in _compute(organisation, reading, list(known))}
    made, changed, written = [], [], []
    for key, each in sorted(computed.items()):
        row = known.get(key)
        if row is None:
            made.append(each)
        elif row.inputs != each.inputs or _passing(row) != _passing(each):
            changed.append((row, each))
        what = "new" if row is None else "unchanged" if row.inputs == each.inputs else "rewritten"
        written.append(Written(*key, period, what))
    _insert(organisation, period, made)
    _rewrite(changed)
    return written


@transaction.atomic
def try_again(*, run: PeriodRun, by: User) -> PeriodRun:
    """A period that failed too often is tried anew, from the first try on."""
    row = PeriodRun.objects.select_for_update(of=("self",)).get(pk=run.pk)
    row.tries, row.retry_at = 0, None
    row.save(update_fields=["tries", "retry_at"])
    record(
        "summary tried again",
        by=by,
        target_kind="organisation",
        target_id=row.organisation_id,
        target_label=row.period.code,
    )
    return row


def _compute(
    organisation: Organisation, reading: Reading, known: Iterable[tuple[str, uuid.UUID]]
) -> Iterator[Computed]:
    facts = reading.facts
    by_client = figures.by(facts, lambda fact: fact.client)
    by_therapist = figures.by(facts, lambda fact: fact.therapist)
    clients = clients_of(facts) | {subject for scope, subject in known if scope == Scope.CLIENT}
    for client in clients & reading.holders.keys():
        rows, holder = by_client.get(client, []), reading.holders[client]
        mine = [fact for fact in rows if fact.therapist == holder]
        yield Computed(
            Scope.CLIENT,
            client,
            holder,
            figures.own(mine),
            figures.shared(rows),
            figures.digest(rows),
        )
    therapists = by_therapist.keys() | {
        subject for scope, subject in known if scope == Scope.THERAPIST
    }
    for therapist in therapists:
        rows = by_therapist.get(therapist, [])
        yield Computed(
            Scope.THERAPIST, therapist, therapist, figures.own(rows), figures.shared(rows),
            figures.digest(rows),
        )  # fmt: skip
    teams = reading.teams.keys() | {subject for scope, subject in known if scope == Scope.TEAM}
    for supervisor in teams:
        members = reading.teams.get(supervisor, frozenset())
        rows = [fact for member in members for fact in by_therapist.get(member, [])]
        yield _for_others(Scope.TEAM, supervisor, rows, figures.shared(rows))
    told = figures.without_small_cells(figures.shared(facts))
    yield _for_others(Scope.ORGANISATION, organisation.pk, facts, told)


def _for_others(
    scope: Scope, subject: uuid.UUID, facts: Iterable[Fact], shared: Figures
) -> Computed:
    inputs = figures.digest(facts, lambda fact: fact.shared)
    return Computed(scope, subject, None, None, shared, inputs)


def _passing(row: TrendSummary | Computed) -> object:
    """What is of now rather than of the period: brought up to date, and never a new version."""
    return row.own and row.own["counts"].get(figures.PASSING)


def _insert(organisation: Organisation, period: Period, made: Iterable[Computed]) -> None:
    TrendSummary.objects.bulk_create(
        (
            TrendSummary(
                organisation=organisation,
                scope=each.scope,
                subject=each.subject,
                client_id=each.subject if each.scope == Scope.CLIENT else None,
                therapist_id=each.therapist,
                kind=period.kind,
                starts_on=period.starts_on,
                own=each.own,
                shared=each.shared,
                inputs=each.inputs,
            )
            for each in made
        ),
        batch_size=BATCH,
    )


def _rewrite(changed: Iterable[tuple[TrendSummary, Computed]]) -> None:
    versions, rows, now = [], [], timezone.now()
    for row, each in changed:
        if row.inputs != each.inputs:
            versions.append(
                TrendVersion(
                    organisation_id=row.organisation_id,
                    summary=row,
                    version=row.version,
                    own=row.own,
                    shared=row.shared,
                    inputs=row.inputs,
                    computed_at=row.computed_at,
                )
            )
            row.version += 1
        row.own, row.shared, row.inputs, row.computed_at = each.own, each.shared, each.inputs, now
        row.therapist_id = each.therapist
        rows.append(row)
    TrendVersion.objects.bulk_create(versions, batch_size=BATCH)
    TrendSummary.objects.bulk_update(
        rows, ["own", "shared", "inputs", "therapist", "version", "computed_at"], batch_size=BATCH
    )
