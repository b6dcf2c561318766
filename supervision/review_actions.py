"""Everything that changes reviews of sessions; each with its audit event."""

from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from audit.record import record
from people.actions import NotAllowed, tell
from people.models import Notice, Supervision, User
from sessions_app.models import TherapySession
from supervision.models import Review, never_submitted, why_no_review
from supervision.models.review import DUE_WITHIN

State = Review.State
DONE = {State.APPROVED: "approved this session", State.SENT_BACK: "sent this session back"}


class SessionChanged(NotAllowed):
    """The session was changed since whoever decides read it."""


@transaction.atomic
def submit_session(*, session: TherapySession, by: User) -> Review:
    """Hand a session in, or hand it in again; those who supervise the therapist are told.

    What waits already, or is approved as it stands, is left as it is.
    """
    _one_at_a_time(by)
    session = _with_its_case(session)
    if session.client.therapist_id != by.pk:
        raise NotAllowed(f"{session.client.code_name} is with somebody else now.")
    if because := why_no_review(session):
        raise NotAllowed(because)
    before = Review.objects.select_for_update().filter(therapy_session=session).first()
    if before and not before.may_be_submitted:
        return before
    review = _waiting(session, before)
    _tell_supervisors(by)
    _note("session submitted", review, by)
    return review


@transaction.atomic
def submit_sessions(*, by: User, now: datetime) -> list[Review]:
    """Hand in everything that was never submitted; one notice, and an event a session."""
    by = _one_at_a_time(by)
    found = never_submitted(by, now=now).select_related("client__therapist", "client__organisation")
    reviews = [_waiting(session, None) for session in found if not why_no_review(session)]
    if reviews:
        _tell_supervisors(by)
    for review in reviews:
        _note("session submitted", review, by)
    return reviews


@transaction.atomic
def approve_session(*, review: Review, by: User, version: int, comment: str = "") -> Review:
    """Approve the version that was read, with a word to take along or without."""
    return _decide(review, State.APPROVED, by, version, comment)


@transaction.atomic
def send_back_session(*, review: Review, by: User, version: int, comment: str) -> Review:
    """Ask the therapist for something: the comment says what."""
    if not comment.strip():
        raise NotAllowed("Write what to look at: a session is sent back with a comment.")
    return _decide(review, State.SENT_BACK, by, version, comment)


@transaction.atomic
def take_back_approval(*, review: Review, by: User) -> Review:
    """It was approved by mistake: it waits again as it did. Pressed twice, it waits once."""
    row = Review.objects.select_for_update().get(pk=review.pk)
    if row.is_waiting:
        return row
    if not row.may_be_taken_back(by, now=timezone.now()):
        raise NotAllowed("An approval is taken back by whoever gave it, within five minutes.")
    row.state, row.comment = State.WAITING, row.comment_before
    row.decided_at = row.decided_by = None
    row.save()
    said = f"{by.name} took an approval back: a session of yours waits again."
    tell(people=[row.therapist], text=said, path=reverse("supervision:review", args=[row.pk]))
    _note("approval taken back", row, by)
    return row


def _decide(review: Review, state: State, by: User, version: int, comment: str) -> Review:
    """Refused for another version than the one read, and when somebody else was quicker."""
    row = Review.objects.select_for_update().get(pk=review.pk)
    session = _with_its_case(row.therapy_session)
    if row.therapist_id == by.pk:
        raise NotAllowed("Your own sessions are read by whoever supervises you.")
    if (row.state, row.decided_by_id) == (state, by.pk):
        return _reworded(row, by, comment)
    if row.decided_by:
        who = "You" if row.decided_by == by else row.decided_by.name
        raise NotAllowed(f"{who} {DONE[State(row.state)]} while you read it.")
    if because := why_no_review(session):
        raise NotAllowed(because)
    if session.version != version:
        raise SessionChanged(
            f"{session.client.therapist.name} changed this session since you opened it, and "
            "nothing was decided. You see the new version now: read it and decide on that."
        )
    row.therapy_session = session
    row.state, row.session_version = state, version
    row.comment, row.comment_before = comment, row.comment
    row.decided_at, row.decided_by = timezone.now(), by
    row.save()
    said = f"{by.name} {DONE[state].replace('this session', 'a session of yours')}."
    tell(people=[row.therapist], text=said, path=reverse("supervision:review", args=[row.pk]))
    _note(f"session {state.label.lower()}", row, by)
    return row


def _reworded(row: Review, by: User, comment: str) -> Review:
    """Decided the same way once more: the newer comment stands, and nobody is told twice."""
    if row.comment != comment:
        row.comment = comment
        row.save(update_fields=["comment"])
        _note(f"session {State(row.state).label.lower()}", row, by)
    return row


def _one_at_a_time(by: User) -> User:
    """What one person submits goes one after the other, so nothing is submitted twice."""
    return User.objects.select_for_update(no_key=True).get(pk=by.pk)


def _with_its_case(session: TherapySession) -> TherapySession:
    """The session as it stands now."""
    sessions = TherapySession.objects.select_related("client__therapist", "client__organisation")
    return sessions.get(pk=session.pk)


def _waiting(session: TherapySession, before: Review | None) -> Review:
    """Its review waits from now on; what was asked last time stays to be read."""
    now = timezone.now()
    review = before or Review(organisation_id=session.organisation_id, therapy_session=session)
    review.therapy_session, review.therapist = session, session.client.therapist
    review.state, review.session_version = State.WAITING, session.version
    review.submitted_at, review.due_at = now, now + DUE_WITHIN
    review.decided_at = review.decided_by = None
    review.save()
    return review


def _tell_supervisors(by: User) -> None:
    """Each who supervises them now, unless such a notice is unread: one is enough."""
    text, path = f"{by.name} submitted sessions for review.", reverse("supervision:review_list")
    running = Supervision.objects.running(timezone.localdate()).filter(
        organisation=by.organisation_id, therapist=by, supervisor__is_active=True
    )
    unread = Notice.objects.filter(organisation=by.organisation_id, text=text, seen_at=None)
    waiting = running.exclude(supervisor__in=unread.values("person"))
    people = {each.supervisor for each in waiting.select_related("supervisor")}
    tell(people=[person for person in people if person.supervises], text=text, path=path)


def _note(kind: str, review: Review, by: User) -> None:
    session = review.therapy_session
    record(
        kind,
        by=by,
        target_kind="session",
        target_id=session.pk,
        target_label=session.client.code_name,
        case=session.client_id,
        detail={"version": review.session_version},
    )
