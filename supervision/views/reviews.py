"""Sessions of therapists in training: submitted, read, approved or sent back."""

import uuid
from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from people.actions import NotAllowed, note_listing, note_reading
from people.permissions import Permission, background, require
from people.requests import Request
from people.resubmit import is_usable, keeps_typed, status_of
from sessions_app.views.session_pages import visible_session
from supervision import review_actions as actions
from supervision import reviews as pages
from supervision.models import Review
from supervision.review_forms import ApproveForm, SendBackForm


@require_safe
@require(Permission.READ_CASES)
def review_list(request: Request) -> HttpResponse:
    """What waits for whoever supervises, and where one's own sessions stand in training."""
    page = pages.review_list(request.user, now=timezone.now())
    note_listing(count=len(page.queue or ()), page="reviews", by=request.user)
    return render(request, "supervision/review_list.html", {"page": page})


@require_safe
@require(Permission.READ_CASES)
def review(request: Request, pk: uuid.UUID) -> HttpResponse:
    """A submitted session, to read and decide; its therapist sees where it stands."""
    return show(request, visible_review(request, pk), ApproveForm())


@keeps_typed
@require_POST
@require(Permission.SUPERVISE)
def review_approve(request: Request, pk: uuid.UUID) -> HttpResponse:
    """It is good as it was read."""
    form = ApproveForm(request.POST)
    return decide(request, pk, form, actions.approve_session)


@require_POST
@require(Permission.SUPERVISE)
def review_undo(request: Request, pk: uuid.UUID) -> HttpResponse:
    """It was approved by mistake: it is read again, with the comment that was typed."""
    row = visible_review(request, pk)
    typed = row.comment if row.is_approved else ""
    try:
        actions.take_back_approval(review=row, by=request.user)
    except NotAllowed as refusal:
        messages.warning(request, str(refusal))
        return redirect("supervision:review", pk=pk)
    messages.success(request, f"Taken back. {row.therapist.name} is told that it waits again.")
    return show(request, visible_review(request, pk), ApproveForm(initial={"comment": typed}))


@keeps_typed
@require_POST
@require(Permission.SUPERVISE)
def review_back(request: Request, pk: uuid.UUID) -> HttpResponse:
    """Back to the therapist, with what to look at."""
    form = SendBackForm(request.POST)
    return decide(request, pk, form, actions.send_back_session)


@require_POST
@require(Permission.TREAT)
def review_submit(request: Request, pk: uuid.UUID) -> HttpResponse:
    """Hand one session in, or hand it in again."""
    session = visible_session(request, pk)
    if session.client.therapist_id != request.user.pk:
        raise PermissionDenied
    try:
        actions.submit_session(session=session, by=request.user)
    except NotAllowed as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, "Submitted for review.")
    if request.POST.get("from") == "list":
        return redirect("supervision:review_list")
    return redirect("sessions:session_read", pk=session.pk)


@require_POST
@require(Permission.TREAT)
def review_submit_all(request: Request) -> HttpResponse:
    """Hand in every session that was not submitted yet."""
    count = len(actions.submit_sessions(by=request.user, now=timezone.now()))
    said = f"Submitted {count} session{'' if count == 1 else 's'} for review."
    messages.success(request, said if count else "There was nothing to submit.")
    return redirect("supervision:review_list")


@background
@require_safe
@require(Permission.READ_CASES)
def review_state(request: Request, pk: uuid.UUID) -> HttpResponse:
    """Where a session stands: its own page asks for it. Empty where no review is needed."""
    session = visible_session(request, pk)
    state = pages.review_state(session, user=request.user, now=timezone.now())
    return render(request, "supervision/_review_state.html", {"state": state})


def decide(
    request: Request,
    pk: uuid.UUID,
    form: ApproveForm,
    act: Callable[..., Review],
) -> HttpResponse:
    """Carry a decision out and go on to what waits next; a refusal is said on the page.

    An approval is said there too, beside what takes it back.
    """
    row = visible_review(request, pk)
    if row.therapist_id == request.user.pk:
        raise PermissionDenied
    if not is_usable(request, form):
        return show(request, row, form, status=status_of(request, form))
    try:
        done = act(review=row, by=request.user, **form.cleaned_data)
    except NotAllowed as refusal:
        form.add_error(None, str(refusal))
        return show(request, visible_review(request, pk), form, status=409)
    following = pages.next_waiting(row, user=request.user)
    if not done.is_approved:
        said = f"Sent back: {row.therapy_session.client.code_name}, {row.therapy_session}."
        messages.success(request, said if following else f"{said} Nothing else waits.")
    if following:
        return redirect("supervision:review", pk=following)
    return redirect("supervision:review_list")


def show(request: Request, row: Review, form: ApproveForm, status: int = 200) -> HttpResponse:
    """One review. Somebody else's reading of the session is put on record."""
    page = pages.review_page(row, user=request.user, now=timezone.now())
    if not page.own:
        note_reading(client=row.therapy_session.client, by=request.user)
    context = {"page": page, "review": row, "session": row.therapy_session, "form": form}
    return render(request, "supervision/review.html", context, status=status)


def visible_review(request: Request, pk: uuid.UUID) -> Review:
    """A review the reader may see, 404 otherwise."""
    rows = Review.objects.visible_to(request.user).select_related(
        "therapist",
        "decided_by",
        "therapy_session__author",
        "therapy_session__theme",
        "therapy_session__client__therapist",
        "therapy_session__client__organisation",
    )
    return get_object_or_404(rows, pk=pk)
