"""Scores of questionnaires outside sessions: read them, enter them, mend one."""

import uuid

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from impasses.catalogue import catalogue
from people.actions import NotAllowed, note_reading
from people.models import Client
from people.permissions import Permission, require
from people.requests import Request
from people.resubmit import is_usable, keeps_typed, posted, status_of
from sessions_app import score_actions as actions
from sessions_app.bells import assess_now
from sessions_app.content import score_entry
from sessions_app.models import Measurement
from sessions_app.score_form import ScoresAloneForm, initial_of_score
from sessions_app.score_lines import score_lines
from sessions_app.views.case import visible_case
from sessions_app.views.session import own_case


@require_safe
@require(Permission.READ_CASES)
def score_list(request: Request, pk: uuid.UUID) -> HttpResponse:
    """Every questionnaire of a case: its line, what the change means, its scores."""
    client = visible_case(request, pk)
    own = client.therapist_id == request.user.pk
    if not own:
        note_reading(client=client, by=request.user)
    context = {"client": client, "own": own, "lines": score_lines(client)}
    return render(request, "sessions_app/score_list.html", context)


@keeps_typed
@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.TREAT)
def score_new(request: Request, pk: uuid.UUID) -> HttpResponse:
    """Enter scores that were filled in outside a session."""
    client = own_case(request, pk)
    form = ScoresAloneForm(posted(request))
    if is_usable(request, form):
        try:
            rows = actions.record_scores(
                client=client, by=request.user, entries=form.scores(), today=timezone.localdate()
            )
        except actions.ScoreTaken as taken:
            form.add_error(f"score-{taken.instrument}", str(taken))
        else:
            return saved(request, client, "Saved.", asks=any(row.safety for row in rows))
    context, status = {"form": form, "client": client}, status_of(request, form)
    return render(request, "sessions_app/score_new.html", context, status=status)


@keeps_typed
@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.TREAT)
def score_edit(request: Request, pk: uuid.UUID, score: int) -> HttpResponse:
    """Mend a score that belongs to no session."""
    row = own_score(request, pk, score)
    if row.therapy_session_id:
        return redirect("sessions:session_edit", pk=row.therapy_session_id)
    form = ScoresAloneForm(
        posted(request),
        initial=initial_of_score(score_entry(row)),
        instruments=[catalogue()[row.instrument]],
    )
    if is_usable(request, form):
        try:
            changed = actions.change_score(
                score=row, by=request.user, entry=form.scores()[0], today=timezone.localdate()
            )
        except NotAllowed as refusal:
            form.add_error(f"score-{row.instrument}", str(refusal))
        else:
            return saved(request, row.client, "Saved.", asks=changed.safety)
    context = {"form": form, "client": row.client, "score": row}
    return render(request, "sessions_app/score_edit.html", context, status=status_of(request, form))


@require_POST
@require(Permission.TREAT)
def score_remove(request: Request, pk: uuid.UUID, score: int) -> HttpResponse:
    """Take a score away that was entered by mistake."""
    row = own_score(request, pk, score)
    try:
        actions.remove_score(score=row, by=request.user)
    except NotAllowed as refusal:
        messages.warning(request, str(refusal))
        return redirect("sessions:score_list", pk=pk)
    return saved(request, row.client, f"The {row.instrument} score was removed.")


@require_POST
@require(Permission.TREAT)
def score_check(request: Request, pk: uuid.UUID, score: int) -> HttpResponse:
    """Safety was talked about after an answer that asked for it."""
    row = own_score(request, pk, score)
    actions.note_safety_check(score=row, by=request.user, today=timezone.localdate())
    return saved(request, row.client, "The safety check is recorded.")


def own_score(request: Request, pk: uuid.UUID, score: int) -> Measurement:
    """A score of one's own case: 404 when not visible, 403 when somebody else's."""
    clients = Client.objects.visible_to(request.user)
    rows = Measurement.objects.filter(
        organisation=request.user.organisation_id, client__in=clients
    ).select_related("client__therapist")
    row = get_object_or_404(rows, client=pk, pk=score)
    if row.client.therapist_id != request.user.pk:
        raise PermissionDenied
    return row


def saved(request: Request, client: Client, said: str, *, asks: bool = False) -> HttpResponse:
    """After a change: let the rules look, then back to the scores, or to what asks for a look."""
    assess_now(client, today=timezone.localdate())
    messages.success(request, said)
    return redirect("sessions:case" if asks else "sessions:score_list", pk=client.pk)
