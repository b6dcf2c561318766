"""Reviews as a supervisor reads them, as a therapist in training does, and beside one session."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from math import ceil

from django.utils import timezone

from people.models import Supervision, User
from sessions_app.models import TherapySession
from sessions_app.session_page import SessionPage, session_page
from supervision.models import Review, ReviewQuerySet, never_submitted, why_no_review
from supervision.models.review import LOOK_BACK

MOST = 50  # rows to act on; of what is shown for orientation alone:
SHOWN = 10
State = Review.State


@dataclass(frozen=True)
class Row:
    """A review in a list, and how its time stands."""

    review: Review
    now: datetime

    @property
    def session(self) -> TherapySession:
        return self.review.therapy_session

    @property
    def is_over(self) -> bool:
        """Whether its 48 hours have passed."""
        return self.review.due_at <= self.now

    @property
    def hours_left(self) -> int:
        return ceil((self.review.due_at - self.now).total_seconds() / 3600)


@dataclass(frozen=True, kw_only=True)
class OwnReviews:
    """What a therapist in training has to submit, waits for, and got back."""

    since: date
    unsent: tuple[TherapySession, ...]
    unsent_count: int
    waiting: tuple[Row, ...]
    waiting_count: int
    sent_back: tuple[Row, ...]
    changed: tuple[Row, ...]  # since they were approved
    approved: tuple[Row, ...]
    has_supervisor: bool


@dataclass(frozen=True, kw_only=True)
class ReviewList:
    """The queue for who supervises, one's own for who is in training; both for who is both."""

    is_on: bool
    queue: tuple[Row, ...] | None
    queue_count: int
    own: OwnReviews | None
    approved: Review | None  # a moment ago, so that it can be taken back

    @property
    def concerns_nobody(self) -> bool:
        return self.is_on and self.queue is None and self.own is None


def review_list(user: User, *, now: datetime) -> ReviewList:
    """The lists of one person. At most eleven queries, however long they are."""
    is_on = user.organisation.review_queue
    queue: tuple[Row, ...] | None = None
    count = 0
    if is_on and user.supervises:
        found = Review.objects.queue_of(user)
        count, queue = found.count(), _rows(found[:MOST], now)
    own = _own(user, now) if is_on and user.treats and user.in_training else None
    approved = None if queue is None else just_approved(user, now)
    return ReviewList(is_on=is_on, queue=queue, queue_count=count, own=own, approved=approved)


def just_approved(user: User, now: datetime) -> Review | None:
    found = Review.objects.just_approved(user, now=now)
    return found.select_related("therapy_session__client").first()


def _rows(found: ReviewQuerySet, now: datetime) -> tuple[Row, ...]:
    related = ("therapist", "decided_by", "therapy_session__client")
    return tuple(Row(review, now) for review in found.select_related(*related))


def _own(user: User, now: datetime) -> OwnReviews:
    unsent = never_submitted(user, now=now)
    mine = Review.objects.visible_to(user).filter(therapist=user).held()
    waiting = mine.filter(state=State.WAITING).order_by("due_at", "pk")
    sent_back = mine.filter(state=State.SENT_BACK).order_by("decided_at")
    approved = mine.filter(state=State.APPROVED).order_by("-decided_at")
    running = Supervision.objects.running(timezone.localdate())
    return OwnReviews(
        since=timezone.localdate(now - LOOK_BACK),
        unsent=tuple(unsent.select_related("client")[:SHOWN]),
        unsent_count=unsent.count(),
        waiting=_rows(waiting[:SHOWN], now),
        waiting_count=waiting.count(),
        sent_back=_rows(sent_back[:MOST], now),
        changed=_rows(approved.changed()[:MOST], now),
        approved=_rows(approved.unchanged()[:SHOWN], now),
        has_supervisor=running.filter(organisation=user.organisation_id, therapist=user).exists(),
    )


# --- one review ----------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class ReviewPage:
    """One submitted session: for its therapist the state, for a supervisor the session to read."""

    row: Row
    own: bool
    why_not: str  # why the session needs no review any more
    session: SessionPage | None  # for whoever reads it for somebody else
    place: int  # in the queue, from 1; 0 when it does not wait there
    waiting: int
    previous: uuid.UUID | None
    next: uuid.UUID | None
    approved: Review | None  # the last one, a moment ago, so that it can be taken back

    @property
    def review(self) -> Review:
        return self.row.review

    @property
    def may_decide(self) -> bool:
        return self.review.is_waiting and not self.own and not self.why_not

    @property
    def may_submit(self) -> bool:
        return self.own and not self.why_not and self.review.may_be_submitted


def review_page(review: Review, *, user: User, now: datetime) -> ReviewPage:
    """One visible review with what stands before and after it in the reader's queue."""
    own = review.therapist_id == user.pk
    session = review.therapy_session
    queue = [] if own else list(Review.objects.queue_of(user).values_list("pk", flat=True))
    at = queue.index(review.pk) if review.pk in queue else -1
    return ReviewPage(
        row=Row(review, now),
        own=own,
        why_not=why_no_review(session),
        session=None if own else session_page(session, user=user),
        place=at + 1,
        waiting=len(queue),
        previous=queue[at - 1] if at > 0 else None,
        next=queue[at + 1] if -1 < at < len(queue) - 1 else None,
        approved=None if own else just_approved(user, now),
    )


def next_waiting(review: Review, *, user: User) -> uuid.UUID | None:
    """What comes after a review in the queue, else what waits at its head."""
    queue = list(Review.objects.queue_of(user).values_list("due_at", "pk"))
    later = (pk for due, pk in queue if (due, pk) > (review.due_at, review.pk))
    return next(later, queue[0][1] if queue else None)


# --- beside a session ----------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class ReviewState:
    """Where a session stands with its review, for its own page; empty where it needs none."""

    session: TherapySession
    row: Row | None
    own: bool
    why_not: str

    @property
    def is_empty(self) -> bool:
        return bool(self.why_not)

    @property
    def may_submit(self) -> bool:
        return self.own and (self.row is None or self.row.review.may_be_submitted)


def review_state(session: TherapySession, *, user: User, now: datetime) -> ReviewState:
    """Read a visible session's review. One query at most."""
    why_not = why_no_review(session)
    found = Review.objects.visible_to(user).select_related("decided_by")
    review = None if why_not else found.filter(therapy_session=session).first()
    if review:
        review.therapy_session = session
    return ReviewState(
        session=session,
        row=Row(review, now) if review else None,
        own=session.client.therapist_id == user.pk,
        why_not=why_not,
    )
