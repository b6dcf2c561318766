"""Everything that changes meetings and their agendas; each with its audit event."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from audit.record import record
from impasses.actions import agree_step
from people.actions import NotAllowed, tell
from people.models import Client, Supervision, User
from sessions_app.drafts import is_known
from supervision.models import AgendaItem, Agreement, Attendee, Meeting, MeetingDraft

MOST_CASES = 3
CLOSED = "This meeting is closed. It can be opened again on the day it was closed."


class MeetingChanged(Exception):
    """Its notes were changed since the page was opened; `current` is what stands now."""

    def __init__(self, current: Meeting) -> None:
        super().__init__("These notes were changed since you opened the page.")
        self.current = current


# --- when, and who comes -------------------------------------------------------------------------


@transaction.atomic
def plan_meeting(
    *, by: User, therapists: Iterable[User], at: datetime, minutes: int, today: date
) -> Meeting:
    """A meeting of the supervisor with one or several supervisees.

    It is the meeting of the same people that waits for its day, if there is one.
    """
    invited = {therapist.pk: therapist for therapist in therapists if therapist.treats}
    _lock(by)
    supervised = Supervision.objects.running(today).filter(
        organisation=by.organisation_id, supervisor=by, therapist__in=invited
    )
    if not invited or set(supervised.values_list("therapist", flat=True)) != set(invited):
        raise NotAllowed("Choose among the therapists you supervise today.")
    waiting = Meeting.objects.waiting_for(by, invited.values()).first()
    meeting = waiting or Meeting(organisation_id=by.organisation_id, supervisor=by)
    _set_moment(meeting, at, minutes)
    if waiting is None:
        _invite(meeting, invited.values())
    _note("meeting planned", meeting, by, at=str(at), people=len(invited))
    _tell(meeting, by, "A supervision meeting is planned.")
    return meeting


@transaction.atomic
def move_meeting(*, meeting: Meeting, by: User, at: datetime, minutes: int) -> Meeting:
    """To another moment; one that is over is for whoever holds the meeting to set."""
    meeting = _locked(meeting)
    if at < timezone.now() and _comes(meeting, by):
        raise NotAllowed(f"That is over: choose a time to come, or ask {meeting.supervisor.name}.")
    before = meeting.at
    _set_moment(meeting, at, minutes)
    _note("meeting moved", meeting, by, at=[str(before), str(at)])
    _tell(meeting, by, "A supervision meeting has another time.")
    return meeting


@transaction.atomic
def call_off_meeting(*, meeting: Meeting, by: User) -> None:
    """It does not take place. Its questions wait for the next one; without any it is gone."""
    meeting = _locked(meeting)
    items = meeting.items.all()
    is_answered = any(item.answer for item in items)
    if meeting.notes or is_answered or items.filter(agreements__isnull=False).exists():
        raise NotAllowed("Something was noted or agreed already: close the meeting instead.")
    _tell(meeting, by, "A supervision meeting was called off. Its questions wait for the next.")
    _note("meeting called off", meeting, by)
    if not items and not meeting.drafts.exists():
        meeting.delete()
        return
    meeting.at = None
    meeting.save(update_fields=["at"])


def _set_moment(meeting: Meeting, at: datetime, minutes: int) -> None:
    meeting.at, meeting.minutes = at, minutes
    try:
        with transaction.atomic():
            meeting.save()
    except IntegrityError as error:
        if "meeting_one_at_a_time" not in str(error):
            raise
        raise NotAllowed("There is a meeting at that time already: choose another.") from None


def _invite(meeting: Meeting, therapists: Iterable[User]) -> None:
    Attendee.objects.bulk_create(
        Attendee(organisation_id=meeting.organisation_id, meeting=meeting, therapist=therapist)
        for therapist in therapists
    )


def _comes(meeting: Meeting, person: User) -> bool:
    return meeting.attendees.filter(therapist=person).exists()


def _next_meeting(holders: list[User], therapist: User, today: date) -> Meeting | None:
    """The next one of the therapist with one of them alone; one without a day comes last."""
    rows = [row for each in holders for row in Meeting.objects.open().of_two(each, therapist)]
    coming = [row for row in rows if row.is_coming(today)]
    return min(coming, key=lambda row: (row.at is None, row.at or row.created_at), default=None)


# --- the agenda ----------------------------------------------------------------------------------


@transaction.atomic
def bring_case(
    *,
    client: Client,
    by: User,
    supervisor: User,
    question: str,
    today: date,
    wish: str = "",
    group: Meeting | None = None,
) -> AgendaItem:
    """Put a case with one question on the next agenda; what the supervisor proposed is taken up.

    It is the agenda of the two alone, unless the therapist chooses a `group` to come.
    """
    if client.is_ended:
        raise NotAllowed("The therapy has ended: reopen the case to bring it to supervision.")
    meeting = _locked(group) if group else _agenda_of(supervisor, by, today)
    if not meeting.attendees.filter(therapist=by).exists():
        raise NotAllowed("You do not come to that meeting: choose another.")
    items = meeting.items.filter(therapist=by)
    item = items.filter(client=client).first()
    elsewhere = _asked_elsewhere(client, by, meeting, today)
    if item is None or not item.question:
        asked = [row for row in items if row.question]
        if len(asked) >= MOST_CASES:
            raise NotAllowed(
                f"{MOST_CASES} cases are on the agenda already. Take one off, or keep this one "
                "for the meeting after."
            )
    if item is None:
        item = elsewhere or AgendaItem(
            organisation_id=client.organisation_id, client=client, therapist=by
        )
    elif elsewhere:
        elsewhere.delete()
    item.meeting, item.question, item.wish = meeting, question, wish
    item.save()
    _note_item("case brought to supervision", item, by)
    return item


def _asked_elsewhere(client: Client, by: User, meeting: Meeting, today: date) -> AgendaItem | None:
    """The same case with its question on another agenda to come: it moves, and is not doubled."""
    rows = AgendaItem.objects.filter(
        organisation=by.organisation_id,
        client=client,
        therapist=by,
        meeting__in=Meeting.objects.visible_to(by, today).open().exclude(pk=meeting.pk),
        agreements=None,
    ).select_related("meeting")
    coming = (row for row in rows if row.question and row.meeting.is_coming(today))
    return next((row for row in coming if not row.answer), None)


@transaction.atomic
def propose_case(*, client: Client, by: User, reason: str, today: date) -> AgendaItem:
    """The supervisor would like to look at a case together; its therapist may take it off."""
    if client.is_ended:
        raise NotAllowed(f"The therapy of {client.code_name} has ended: there is nothing to plan.")
    meeting = _agenda_of(by, client.therapist, today)
    if meeting.items.filter(client=client).exists():
        raise NotAllowed(f"{client.code_name} is on the agenda already.")
    item = AgendaItem.objects.create(
        organisation_id=client.organisation_id,
        meeting=meeting,
        client=client,
        therapist=client.therapist,
        proposed_by=by,
        reason=reason,
    )
    tell(
        people=[client.therapist],
        text=f"{by.name} would like to look at {client.code_name} with you.",
        path=_path(meeting),
    )
    _note_item("case proposed for supervision", item, by)
    return item


@transaction.atomic
def take_off(*, item: AgendaItem, by: User) -> None:
    """The case leaves the agenda. With a question it is its therapist's to take off.

    Who put it there beside them is told.
    """
    item = _current(item)
    if item.agreements.exists() or item.answer:
        raise NotAllowed("Something was answered or agreed about it already, so it stays.")
    if item.question and by.pk != item.therapist_id:
        raise NotAllowed(f"{item.therapist.name} put a question there: only they take it off.")
    others = {each for each in (item.therapist, item.proposed_by) if each and each.pk != by.pk}
    said = f"{by.name} took {item.client.code_name} off the agenda."
    tell(people=others, text=said, path=_path(item.meeting))
    _note_item("case taken off the agenda", item, by)
    item.delete()


def _agenda_of(supervisor: User, therapist: User, today: date) -> Meeting:
    """Their next meeting, or of whom the supervisor stands in for; else one without a day."""
    _lock(supervisor)
    running = Supervision.objects.running(today).filter(
        organisation=supervisor.organisation_id, supervisor=supervisor, therapist=therapist
    )
    rows = list(running.select_related("stands_in_for"))
    if not rows:
        raise NotAllowed("This supervision does not run today: choose another supervisor.")
    replaced = [row.stands_in_for for row in rows if row.stands_in_for]
    meeting = _next_meeting([supervisor, *replaced], therapist, today)
    if meeting is None:
        meeting = Meeting.objects.create(
            organisation_id=supervisor.organisation_id, supervisor=supervisor
        )
        _invite(meeting, [therapist])
    return _locked(meeting)


# --- in the meeting ------------------------------------------------------------------------------


@transaction.atomic
def note_meeting(
    *,
    meeting: Meeting,
    by: User,
    version: int,
    notes: str,
    answers: Mapping[UUID, str],
    page: str = "",
    draft_version: int = 0,
) -> Meeting:
    """Keep the notes, and the answer to each question; `answers` are by the item's id.

    `version` is the one the page was opened with: another one raises `MeetingChanged`. The draft
    of the page that is saved goes, what another page of the same person keeps stays.
    """
    meeting = Meeting.objects.select_for_update(of=("self",)).get(pk=meeting.pk)
    changed = [row for row in meeting.items.all() if row.answer != answers.get(row.pk, row.answer)]
    is_new = meeting.notes != notes or bool(changed)
    if is_new and not meeting.is_open:
        raise NotAllowed(CLOSED)
    if is_new and meeting.version != version:
        raise MeetingChanged(meeting)
    draft = MeetingDraft.objects.of(by, meeting)
    if draft and meeting.is_open and is_known(draft, version=draft_version, page=page):
        draft.delete()
    if not is_new:
        return meeting
    for item in changed:
        item.answer = answers[item.pk]
        item.save(update_fields=["answer"])
    meeting.notes, meeting.version = notes, meeting.version + 1
    meeting.save(update_fields=["notes", "version"])
    _note("meeting noted", meeting, by, answers=len(changed))
    return meeting


@transaction.atomic
def agree(*, item: AgendaItem, by: User, strategy: str, words: str, today: date) -> Agreement:
    """Something to try until the next meeting: a step of the plan, asked about in each log."""
    item = _current(item)
    if item.client.is_ended:
        raise NotAllowed(f"The therapy of {item.client.code_name} has ended: nothing was agreed.")
    for known in item.agreements.select_related("step"):
        if (known.step.strategy, known.step.words) == (strategy, words):
            return known  # pressed twice
    step = agree_step(client=item.client, by=by, today=today, strategy=strategy, words=words)
    agreement = Agreement.objects.create(
        organisation_id=item.organisation_id, item=item, step=step, at=timezone.now()
    )
    if by.pk != item.therapist_id and not item.meeting.has_begun:
        said = f"{by.name} noted something to try with {item.client.code_name}."
        tell(people=[item.therapist], text=said, path=_path(item.meeting))
    return agreement


@transaction.atomic
def take_back(*, agreement: Agreement, by: User) -> None:
    """It was not agreed after all: its step leaves the plan, as long as no session answered it."""
    item = _current(agreement.item)
    row = Agreement.objects.select_for_update(of=("self",)).filter(pk=agreement.pk).first()
    if row is None:
        return
    if row.step.trials.exists():
        raise NotAllowed("A session has answered it already: end the step in the plan instead.")
    if by.pk != item.therapist_id:
        said = f"{by.name} took back what was agreed on {item.client.code_name}."
        tell(people=[item.therapist], text=said, path=_path(item.meeting))
    _note_item("agreement taken back", item, by)
    row.step.delete()


@transaction.atomic
def close_meeting(*, meeting: Meeting, by: User) -> Meeting:
    """The meeting is over: nothing changes any more. Pressed twice, it is closed once."""
    meeting = Meeting.objects.select_for_update(of=("self",)).get(pk=meeting.pk)
    if not meeting.is_open:
        return meeting
    if meeting.at is None or timezone.localdate(meeting.at) > timezone.localdate():
        raise NotAllowed("It has not taken place yet: give it its day first.")
    if not meeting.has_begun and _comes(meeting, by):
        raise NotAllowed("It has not begun yet.")
    meeting.closed_at, meeting.closed_by = timezone.now(), by
    meeting.save(update_fields=["closed_at", "closed_by"])
    _note("meeting closed", meeting, by)
    return meeting


@transaction.atomic
def reopen_meeting(*, meeting: Meeting, by: User, today: date) -> Meeting:
    """On the same day only."""
    meeting = Meeting.objects.select_for_update(of=("self",)).get(pk=meeting.pk)
    if meeting.is_open:
        return meeting
    if not meeting.may_reopen(today):
        raise NotAllowed("It was closed on another day, so it stays as it is.")
    meeting.closed_at, meeting.closed_by = None, None
    meeting.save(update_fields=["closed_at", "closed_by"])
    _note("meeting opened again", meeting, by)
    return meeting


# --- common --------------------------------------------------------------------------------------


def _lock(supervisor: User) -> None:
    """One change of a supervisor's meetings at a time."""
    User.objects.select_for_update(of=("self",), no_key=True).get(pk=supervisor.pk)


def _locked(meeting: Meeting) -> Meeting:
    """The meeting as it stands, to be changed; `NotAllowed` once it is closed."""
    row = Meeting.objects.select_for_update(of=("self",)).get(pk=meeting.pk)
    if not row.is_open:
        raise NotAllowed(CLOSED)
    return row


def _current(item: AgendaItem) -> AgendaItem:
    """The case as it stands on an open agenda, to be changed."""
    _locked(item.meeting)
    rows = AgendaItem.objects.current().select_related("client", "meeting")
    row = rows.filter(pk=item.pk).first()
    if row is None:
        raise NotAllowed("This case left the agenda meanwhile. Nothing was changed.")
    return row


def _path(meeting: Meeting) -> str:
    return reverse("supervision:meeting", args=[meeting.pk])


def _tell(meeting: Meeting, by: User, text: str) -> None:
    """Everybody who comes, but not who did it."""
    others = User.objects.filter(pk__in=meeting.attendees.values("therapist")).exclude(pk=by.pk)
    tell(people=others, text=text, path=_path(meeting))


def _note(kind: str, meeting: Meeting, by: User, **detail: Any) -> None:
    record(
        kind,
        by=by,
        target_kind="meeting",
        target_id=meeting.id,
        target_label=f"meeting of {meeting.supervisor.name}",
        detail=detail,
    )


def _note_item(kind: str, item: AgendaItem, by: User) -> None:
    record(
        kind,
        by=by,
        target_kind="agenda item",
        target_id=item.id,
        target_label=item.client.code_name,
        case=item.client_id,
    )
