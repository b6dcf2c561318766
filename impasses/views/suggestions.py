"""One suggestion whole, and the three verbs: plan it, not now, dismiss."""

import uuid
from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from impasses import actions
from impasses.catalogue import catalogue
from impasses.forms import DismissForm, PlanForm, SnoozeForm
from impasses.models import Suggestion
from impasses.queries import single_card
from people.actions import NotAllowed, note_reading
from people.permissions import Permission, require
from people.requests import Request
from people.resubmit import is_usable, keeps_typed, posted, status_of


@require_safe
@require(Permission.READ_CASES)
def suggestion(request: Request, pk: uuid.UUID) -> HttpResponse:
    """A suggestion with all its reasons, also when it is planned, put off or superseded."""
    row = visible_suggestion(request, pk)
    if row.client.therapist_id != request.user.pk:
        note_reading(client=row.client, by=request.user)
    return show(request, row)


@keeps_typed
@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.TREAT)
def suggestion_plan(request: Request, pk: uuid.UUID) -> HttpResponse:
    """Choose what each side tries, in one's own words."""
    row = own_suggestion(request, pk)
    form = PlanForm(
        posted(request),
        therapist=[catalogue()[key] for key in row.therapist_strategies],
        client=[catalogue()[key] for key in row.client_strategies],
        techniques=[catalogue()[key] for key in row.techniques],
        code_name=row.client.code_name,
    )
    said = f"Planned. You will be asked after each session whether it helped {row.client}."
    return decide(request, row, form, actions.plan_suggestion, said, today=timezone.localdate())


@keeps_typed
@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.TREAT)
def suggestion_snooze(request: Request, pk: uuid.UUID) -> HttpResponse:
    """Not now: why, and until when."""
    row = own_suggestion(request, pk)
    form = SnoozeForm(posted(request), today=timezone.localdate())
    said = "Put off. It comes back on the day you chose."
    return decide(request, row, form, actions.snooze_suggestion, said)


@keeps_typed
@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.TREAT)
def suggestion_dismiss(request: Request, pk: uuid.UUID) -> HttpResponse:
    """It does not fit, and why."""
    row = own_suggestion(request, pk)
    form = DismissForm(posted(request))
    said = "Dismissed. It stays quiet for three sessions unless something new is seen."
    return decide(request, row, form, actions.dismiss_suggestion, said)


def visible_suggestion(request: Request, pk: uuid.UUID) -> Suggestion:
    """What the reader may see, 404 otherwise."""
    rows = Suggestion.objects.visible_to(request.user).select_related("client__therapist")
    return get_object_or_404(rows, pk=pk)


def own_suggestion(request: Request, pk: uuid.UUID) -> Suggestion:
    """What the reader may decide about: 403 when the case is somebody else's."""
    row = visible_suggestion(request, pk)
    if row.client.therapist_id != request.user.pk:
        raise PermissionDenied
    return row


def decide(
    request: Request,
    row: Suggestion,
    form: forms.Form,
    action: Callable[..., object],
    said: str,
    **more: Any,
) -> HttpResponse:
    """Show the form of a verb, or carry it out; 409 when the suggestion is decided or gone."""
    if is_usable(request, form):
        try:
            action(suggestion=row, by=request.user, **more, **form.cleaned_data)
        except NotAllowed as refusal:
            row.refresh_from_db()
            return show(request, row, refusal=str(refusal))
        messages.success(request, said)
        return redirect("sessions:case", pk=row.client_id)
    card = single_card(row, own=True, today=timezone.localdate())
    if not card.may_decide:
        return redirect("impasses:suggestion", pk=row.pk)
    verb = request.resolver_match.url_name  # type: ignore[union-attr]
    context = {"card": card, "client": row.client, "form": form}
    status = status_of(request, form)
    return render(request, f"impasses/{verb}.html", context, status=status)


def show(request: Request, row: Suggestion, *, refusal: str = "") -> HttpResponse:
    """The page of one suggestion."""
    own = row.client.therapist_id == request.user.pk
    context = {
        "card": single_card(row, own=own, today=timezone.localdate()),
        "client": row.client,
        "refusal": refusal,
    }
    status = 409 if refusal else 200
    return render(request, "impasses/suggestion.html", context, status=status)
