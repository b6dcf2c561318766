"""When a case last moved. Movement is a tick, a step that helped, or a stage that moved forward."""

import zoneinfo
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from django.db.models import DateTimeField, F, Func, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce

from impasses.models import Episode, EpisodeMove, Trial
from people.models import Client, Handover, Organisation
from sessions_app.models import TherapySession


class Standing(NamedTuple):
    """Held sessions in all, and since the last movement: for the therapist, and for others."""

    held: int
    own_since: int
    shared_since: int


def holder(of_client: str, until: datetime | None, zone: zoneinfo.ZoneInfo) -> Combinable:
    """Who had the case before a moment, or has it now; `of_client` leads to the client."""
    now = F(f"{of_client}__therapist")
    if until is None:
        return now
    since = Handover.objects.filter(
        organisation=OuterRef("organisation"),
        client=OuterRef(of_client),
        on__gte=until.astimezone(zone).date(),
    )
    return Coalesce(Subquery(since.order_by("on", "pk").values("before")[:1]), now)


def end_of(day: Any, zone: zoneinfo.ZoneInfo) -> Func:
    """The moment a local day is over, in the database: a bound that the index of sessions knows.

    Without a day nothing is before it, and no session is looked at.
    """
    midnight = Func(day, template="(%(expressions)s + 1)::timestamp")
    return Func(Value(zone.key), midnight, function="timezone", output_field=DateTimeField())


def standings(
    clients: Q, organisation: Organisation, until: datetime | None = None
) -> Mapping[Any, Standing]:
    """Where each of these cases stood before a moment, or stands now. One query.

    `own_since` is for whoever had the case then. For others, what rests on a private item is no
    movement. Where nothing ever moved, every held session counts.
    """
    zone = zoneinfo.ZoneInfo(organisation.time_zone)
    rows = _numbers(zone, until).filter(clients, organisation=organisation.pk)
    found = {}
    for pk, *numbers in rows:
        count, *moved = (number or 0 for number in numbers)
        found[pk] = Standing(count, count - max(moved), count - max(moved[:3]))
    return found


@lru_cache(maxsize=64)  # put together once for every save of a session, which asks about now
def _numbers(zone: zoneinfo.ZoneInfo, until: datetime | None) -> QuerySet[Client, Any]:
    """By case: the number of the last held session, and of those up to which it moved."""
    sessions = TherapySession.objects.filter(
        organisation=OuterRef("organisation"), number__isnull=False
    )
    moves = EpisodeMove.objects.filter(
        organisation=OuterRef(OuterRef("organisation")),
        client=OuterRef(OuterRef("pk")),
        is_forward=True,
        undone_at=None,
    ).order_by("-on")
    helped = Trial.objects.filter(
        organisation=OuterRef("organisation"), client=OuterRef("pk"), outcome=Trial.Outcome.HELPED
    )
    if until:
        day = until.astimezone(zone).date()
        sessions = sessions.filter(held_at__lt=until)
        moves = moves.filter(on__lt=day)
        helped = helped.filter(on__lte=day)  # of that day itself the session's moment decides
    held = sessions.filter(client=OuterRef("pk")).newest_first()
    answered_in = sessions.filter(pk=OuterRef("session_id")).values("number")
    helped = helped.annotate(number=Subquery(answered_in)).exclude(number=None)
    shared_step = Q(step__suggestion=None) | Q(step__suggestion__shared_trace__isnull=False)
    own_step = shared_step | Q(step__created_by=holder("client", until, zone))
    shared_episodes = Episode.objects.filter(Episode.objects.shared())
    own_episodes = Episode.objects.filter(
        Q(opened_by=holder("client", until, zone)) | Episode.objects.shared()
    )

    def up_to(latest: QuerySet[EpisodeMove]) -> QuerySet[TherapySession]:
        return held.filter(held_at__lt=end_of(Subquery(latest.values("on")[:1]), zone))

    found = (
        held,
        held.filter(movement=True),
        helped.filter(shared_step).order_by("-on", "-number"),
        up_to(moves.filter(episode__in=shared_episodes)),
        helped.filter(own_step).order_by("-on", "-number"),
        up_to(moves.filter(episode__in=own_episodes)),
    )
    return Client.objects.order_by().values_list(
        "pk", *(Subquery(rows.values("number")[:1]) for rows in found)
    )
