"""Monday's letter: what the last week or month asks of a person, in counts and links.

Only when there is something to decide. It names no case: a mailbox is not ours.
"""

import zoneinfo
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.urls import reverse
from django.utils.http import urlencode

from people import mail
from people.actions import tell
from people.models import Organisation, User
from people.models.user import Digest
from trends.decisions import LISTS
from trends.due import today_in
from trends.models import MOST_LETTERS, Letter, PeriodRun, TrendSummary
from trends.periods import Kind, Period, latest_closed
from trends.series import OWN, TEAM

FROM_HOUR = 7  # local
DAYS = 3  # after which a letter about the week before is not news
AGAIN_AFTER = timedelta(minutes=15)


@dataclass(frozen=True)
class Part:
    """What one scope asks: as in "2 newly stuck, 1 closed"."""

    label: str
    asks: str
    link: str


def due_period(person: User, today: date) -> Period | None:
    """What this Monday's letter is about, if there is one. A month's comes on a first Monday."""
    kind = {Digest.WEEKLY: Kind.WEEK, Digest.MONTHLY: Kind.MONTH}.get(Digest(person.digest))
    monday = today - timedelta(days=today.weekday())
    if kind is None or today.weekday() >= DAYS:
        return None
    if kind == Kind.MONTH and monday.day > 7:
        return None
    return latest_closed(kind, monday)


def parts(person: User, period: Period) -> tuple[Part, ...]:
    """One for the own work, one for the team; none where nothing asks for a decision."""
    scope = TrendSummary.Scope
    rows = TrendSummary.objects.visible_to(person).filter(
        kind=period.kind, starts_on=period.starts_on, subject=person.pk
    )
    found = []
    for row in rows.filter(scope__in=(scope.THERAPIST, scope.TEAM)).order_by("-scope"):
        is_own = row.scope == scope.THERAPIST
        counts = ((row.own if is_own else row.shared) or {})["counts"]
        said = [
            f"{people} {word}"
            for keys, word in LISTS
            if (people := sum(counts.get(key, [0, 0])[1] for key in keys))
        ]
        if said:
            about = urlencode({"of": OWN if is_own else TEAM, "period": period.code})
            found.append(
                Part(
                    "Your work" if is_own else "Your team",
                    ", ".join(said),
                    f"{reverse('trends:trends')}?{about}",
                )
            )
    return tuple(found)


def send_letters(organisation: Organisation, *, now: datetime) -> int:
    """Write to everybody whose letter is due and whose period is written; how many were sent."""
    today = today_in(organisation, now)
    if today.weekday() == 0 and _local_hour(organisation, now) < FROM_HOUR:
        return 0
    done = set(
        PeriodRun.objects.filter(organisation=organisation, done_at__isnull=False).values_list(
            "kind", "starts_on"
        )
    )
    since = today - timedelta(days=62)
    own = Letter.objects.filter(organisation=organisation, sent_at__isnull=False)
    known = set(own.filter(starts_on__gte=since).values_list("person", "kind", "starts_on"))
    sent = 0
    for person in User.objects.filter(organisation=organisation, is_active=True).order_by("pk"):
        period = due_period(person, today)
        if period is None or (period.kind, period.starts_on) not in done:
            continue
        if (person.pk, period.kind, period.starts_on) not in known:
            sent += _send(person, period, now)
    return sent


def _local_hour(organisation: Organisation, now: datetime) -> int:
    return now.astimezone(zoneinfo.ZoneInfo(organisation.time_zone)).hour


def _send(person: User, period: Period, now: datetime) -> bool:
    said = parts(person, period)
    letter = _claim(person, period, said, now) if said else None
    if letter is None:
        return False
    name = "week" if period.kind == Kind.WEEK else "month"
    taken = mail.send(
        "digest",
        person.email,
        name=person.name,
        period=name,
        parts=[(part.label, part.asks, mail.link(part.link)) for part in said],
        rhythm=mail.link(reverse("trends:letter")),
    )
    if taken:
        Letter.objects.filter(pk=letter.pk).update(sent_at=now)
    return taken


@transaction.atomic
def _claim(person: User, period: Period, said: tuple[Part, ...], now: datetime) -> Letter | None:
    """The next try of a letter that was not sent; with the first one goes the notice."""
    key = {
        "organisation_id": person.organisation_id, "person": person, "kind": period.kind,
        "starts_on": period.starts_on,
    }  # fmt: skip
    Letter.objects.bulk_create([Letter(**key)], ignore_conflicts=True)
    row = Letter.objects.select_for_update(skip_locked=True).filter(**key, sent_at=None).first()
    if row is None or row.tries >= MOST_LETTERS:
        return None
    if row.tries and row.claimed_at > now - AGAIN_AFTER:
        return None
    if not row.tries:
        name = "week" if period.kind == Kind.WEEK else "month"
        for part in said:
            text = f"{part.label}, last {name}: {part.asks}."
            tell(people=[person], text=text, path=part.link)
    row.tries, row.claimed_at = row.tries + 1, now
    row.save(update_fields=["tries", "claimed_at"])
    return row
