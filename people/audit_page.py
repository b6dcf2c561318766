"""The audit log of an organisation: what happened, filtered, a page at a time."""

import io
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from audit.models import AuditEvent
from people.models import Client, Organisation, User, Visibility
from people.spreadsheet import write_rows

ROWS = 50
MOST_EXPORTED = 20_000
KINDS: dict[str, tuple[str, ...]] = {
    "Signing in": (
        "signed in",
        "signed out",
        "sign-in refused",
        "second factor refused",
        "sign-in ended",
        "sign-ins ended",
    ),
    "Refusals": ("refused", "limit reached"),
    "Own accounts": (
        "password changed",
        "password reset",
        "second factor added",
        "second factor removed",
        "second factor renamed",
        "recovery codes made",
        "profile changed",
        "address asked for",
        "address changed",
        "address change stopped",
    ),
    "People": (
        "person invited",
        "invitation sent again",
        "invitation revoked",
        "account created",
        "person changed",
        "account closed",
        "account opened again",
        "second factor reset",
        "supervision started",
        "supervision ended",
        "supervision withdrawn",
        "case handed over",
    ),
    "Settings and rules": (
        "settings changed",
        "summary tried again",
        "rule changed",
        "rule replayed",
        "replay cancelled",
        "audit exported",
        "organisation exported",
    ),
    "Readings by others": (
        "case read",
        "cases listed",
        "audit read",
        "cases looked up in an emergency",
        "case opened in an emergency",
        "emergency access ended",
    ),
    "Clients": (
        "client created",
        "client changed",
        "client paused",
        "client resumed",
        "client ended",
        "client reopened",
        "client record taken",
        "erasure asked for",
        "erasure scheduled",
        "erasure taken back",
        "client erased",
    ),
    "Work on cases": (
        "session logged",
        "session changed",
        "visibility changed",
        "draft discarded",
        "scores recorded",
        "score changed",
        "score removed",
        "safety check noted",
        "case assessed",
        "suggestion planned",
        "suggestion put off",
        "suggestion dismissed",
        "plan made",
        "plan step ended",
        "impasse opened",
        "impasse moved",
        "impasse move undone",
        "impasse described",
        "hypotheses weighed",
    ),
    "Supervision": (
        "meeting planned",
        "meeting moved",
        "meeting called off",
        "case brought to supervision",
        "case proposed for supervision",
        "case taken off the agenda",
        "meeting noted",
        "agreed in supervision",
        "agreement taken back",
        "meeting closed",
        "meeting opened again",
        "sketch answered",
        "sketches started again",
        "session submitted",
        "session approved",
        "session sent back",
        "approval taken back",
    ),
}
NAMES = {  # of details, where the key is not plain English
    "idle_minutes": "minutes until idle sign-out",
    "visibility_default": "who sees what is logged",
    "retention_years": "years records are kept",
    "review_queue": "review queue",
    "score_profile": "score profile",
    "alert_budget": "new prompts a week",
    "time_zone": "time zone",
    "in_training": "in training",
    "process_notes": "with process notes",
    "is_on": "on",
    "started_on": "started on",
    "code_name": "code name",
    "date_style": "days and hours",
    "because": "because",
    "emergency": "emergency access",
}
SILENT = ("case", "therapist_id")  # ids, which say nothing to a reader


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What to look for; nothing at all is everything."""

    person: uuid.UUID | None = None
    kinds: tuple[str, ...] = ()
    case: uuid.UUID | None = None
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True)
class Happened:
    """One event in words."""

    sequence: int
    at: datetime
    who: str
    kind: str
    what: str
    details: tuple[str, ...]


@dataclass(frozen=True)
class AuditPage:
    """Some events, the latest first, and where the ones before them begin."""

    rows: tuple[Happened, ...]
    before: int | None


def audit_page(organisation: Organisation, wanted: Wanted, *, before: int | None) -> AuditPage:
    """A page of the log. One query, whatever its length."""
    events = _events(organisation, wanted)
    if before is not None:
        events = events.filter(sequence__lt=before)
    found = list(events[: ROWS + 1])
    rows = tuple(_happened(event) for event in found[:ROWS])
    return AuditPage(rows, rows[-1].sequence if len(found) > ROWS else None)


def audit_csv(organisation: Organisation, wanted: Wanted) -> tuple[str, int]:
    """The same as a table for a spreadsheet, at most MOST_EXPORTED rows; how many there are."""
    out = io.StringIO()
    write_rows(out, [["number", "at (UTC)", "who", "kind", "what", "details"]])
    count = 0
    for event in _events(organisation, wanted)[:MOST_EXPORTED].iterator(chunk_size=1000):
        row = _happened(event)
        at = f"{row.at:%Y-%m-%d %H:%M:%S}"
        cells = [row.sequence, at, row.who, row.kind, row.what, "; ".join(row.details)]
        write_rows(out, [cells])
        count += 1
    return out.getvalue(), count


def _events(organisation: Organisation, wanted: Wanted) -> QuerySet[AuditEvent]:
    events = AuditEvent.objects.filter(organisation_id=organisation.pk)
    if wanted.person:
        events = events.filter(Q(actor_id=wanted.person) | Q(target_id=wanted.person))
    if wanted.kinds:
        events = events.filter(kind__in=wanted.kinds)
    if wanted.case:
        events = events.filter(Q(target_id=wanted.case) | Q(detail__case=str(wanted.case)))
    if wanted.since:
        events = events.filter(at__gte=_midnight(wanted.since))
    if wanted.until:
        events = events.filter(at__lt=_midnight(wanted.until + timedelta(days=1)))
    return events.order_by("-sequence")


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _happened(event: AuditEvent) -> Happened:
    return Happened(
        sequence=event.sequence,
        at=event.at,
        who=event.actor_label,
        kind=event.kind,
        what=event.target_label if event.target_id != event.actor_id else "",
        details=tuple(details_of(event.detail)),
    )


def details_of(detail: dict[str, Any]) -> Iterable[str]:
    """As in "roles: therapist to supervisor, therapist"."""
    for key, value in detail.items():
        if key in SILENT or value in ("", [], {}) or (value == 0 and value is not False):
            continue
        name = NAMES.get(key, key.replace("_", " "))
        is_change = isinstance(value, list) and len(value) == 2 and key != "fields"
        if (is_change and key != "roles") or (is_change and isinstance(value[0], list)):
            yield f"{name}: {_plain(value[0])} to {_plain(value[1])}"
        else:
            yield f"{name}: {_plain(value)}"


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(_plain, value))
    if isinstance(value, dict):
        return ", ".join(f"{key} {_plain(each)}" for key, each in value.items())
    return str(value) if value not in ("", None) else "nothing"


# --- one case ------------------------------------------------------------------------------------

MOST_READINGS = 200


@dataclass(frozen=True)
class Reading:
    """Somebody other than the client's therapist opened the case, or who may see it was changed."""

    at: datetime
    who: str
    in_emergency: bool
    what: str


def readings_of(client: Client) -> list[Reading]:
    """The latest readings of a case by others, and what was shown or taken back. One query."""
    about = Q(target_id=client.pk) | Q(detail__case=str(client.pk))
    hers = Q(kind="visibility changed", actor_id=client.therapist_id)  # a predecessor's is not told
    events = AuditEvent.objects.filter(
        Q(kind="case read") | hers, about, organisation_id=client.organisation_id
    ).order_by("-sequence")[:MOST_READINGS]
    return [
        Reading(event.at, event.actor_label, "emergency" in event.detail, _seen(event))
        for event in events
    ]


def _seen(event: AuditEvent) -> str:
    """As in "opened it", "made 3 items private"."""
    if event.kind == "case read":
        return "opened it"
    count = event.detail.get("items", 1)
    items = f"{count} item{'' if count == 1 else 's'}"
    return {
        Visibility.PRIVATE: f"made {items} private",
        Visibility.COUNTS: f"let {items} count",
        Visibility.SHARED: f"shared {items}",
    }[Visibility(event.detail["to"])]


def case_named(user: User, pk: uuid.UUID | None) -> Client | None:
    """One of the organisation's cases, by its id."""
    return _names(user).filter(pk=pk).first() if pk else None


def cases_called(user: User, code_name: str) -> list[Client]:
    """The organisation's cases of a code name, in any case of letters."""
    return list(_names(user).filter(code_name__iexact=code_name).order_by("therapist__name")[:20])


def _names(user: User) -> QuerySet[Client]:
    cases = Client.objects.filter(organisation=user.organisation_id)
    return cases.select_related("therapist").defer("focus", "goals")
