"""Who looks over whose work, from when until when; each change with its audit event."""

from datetime import date

from django.db import transaction
from django.db.models import Q

from audit.record import record
from people.actions import NotAllowed, mark_stale
from people.models import Supervision, User


@transaction.atomic
def start_supervision(
    *,
    supervisor: User,
    therapist: User,
    since: date,
    by: User,
    until: date | None = None,
    stands_in_for: User | None = None,
) -> Supervision:
    """From `since` on, the supervisor sees what the therapist shares.

    A stand-in supervises in place of another until a day.
    """
    if supervisor.organisation_id != therapist.organisation_id:
        raise NotAllowed("Both people must belong to the same organisation.")
    if supervisor == therapist:
        raise NotAllowed("Nobody supervises themselves: choose another supervisor.")
    if not supervisor.supervises or not therapist.treats:
        raise NotAllowed("A supervisor and a therapist are needed: look at their roles first.")
    if until and until < since:
        raise NotAllowed("It would end before it begins: choose a later last day.")
    if stands_in_for == supervisor:
        raise NotAllowed("Nobody stands in for themselves: choose whom, or nobody.")
    if stands_in_for and not until:
        raise NotAllowed("A stand-in needs a last day.")
    list(User.objects.select_for_update(of=("self",)).filter(pk=supervisor.pk))
    overlapping = Supervision.objects.filter(
        Q(until=None) | Q(until__gte=since), supervisor=supervisor, therapist=therapist
    )
    if until:
        overlapping = overlapping.filter(since__lte=until)
    if overlapping.exists():
        raise NotAllowed("This supervision already runs then: end it first.")
    supervision = Supervision.objects.create(
        organisation_id=therapist.organisation_id,
        supervisor=supervisor,
        therapist=therapist,
        since=since,
        until=until,
        stands_in_for=stands_in_for,
    )
    _note("supervision started", supervision, by)
    mark_stale(organisation_id=by.organisation_id, day=since)
    return supervision


@transaction.atomic
def end_supervision(*, supervision: Supervision, until: date, by: User) -> Supervision:
    """The supervisor sees nothing of the therapist's cases after `until`."""
    row = Supervision.objects.select_for_update(of=("self",)).get(pk=supervision.pk)
    if row.is_over:
        raise NotAllowed("It is over already: start another instead.")
    if until < row.since:
        raise NotAllowed(f"It began on {row.since}: choose that day or a later one.")
    mark_stale(organisation_id=by.organisation_id, day=min(until, row.until or until))
    row.until = until
    row.save(update_fields=["until"])
    _note("supervision ended", row, by)
    return row


@transaction.atomic
def withdraw_supervision(*, supervision: Supervision, today: date, by: User) -> None:
    """Take back one that has not begun: nothing was seen, so there is no history to keep."""
    row = Supervision.objects.select_for_update(of=("self",)).get(pk=supervision.pk)
    if row.since <= today:
        raise NotAllowed("It has begun: give its last day instead.")
    _note("supervision withdrawn", row, by)
    mark_stale(organisation_id=by.organisation_id, day=row.since)
    row.delete()


def _note(kind: str, supervision: Supervision, by: User) -> None:
    record(
        kind,
        by=by,
        target_kind="supervision",
        target_id=supervision.id,
        target_label=f"{supervision.supervisor.name} supervises {supervision.therapist.name}",
        detail={"since": str(supervision.since), "until": str(supervision.until or "")},
    )
