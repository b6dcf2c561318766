"""Who supervises whom."""

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from people import supervision_actions as actions
from people.account_forms import EndSupervisionForm, SupervisionForm
from people.actions import NotAllowed
from people.models import Supervision
from people.permissions import Permission, require
from people.requests import Request
from people.resubmit import is_usable, keeps_typed, posted, status_of
from people.supervision_page import supervision_page


@keeps_typed
@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.SEE_PEOPLE)
def supervision_list(request: Request) -> HttpResponse:
    """The picture, what runs and what was; and starting another."""
    organisation = request.user.organisation_id
    start = {"since": timezone.localdate(), "therapist": request.GET.get("therapist")}
    form = SupervisionForm(
        posted(request), request=request, organisation=organisation, initial=start
    )
    if is_usable(request, form):
        try:
            row = actions.start_supervision(by=request.user, **form.given)
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"{row}.")
            return redirect("people:supervision_list")
    context = {"page": supervision_page(request.user), "form": form}
    return render(request, "people/supervision_list.html", context, status=status_of(request, form))


def own_supervision(request: Request, pk: uuid.UUID) -> Supervision:
    """One of the administrator's own organisation, or 404."""
    rows = Supervision.objects.filter(organisation=request.user.organisation_id)
    return get_object_or_404(rows.select_related("supervisor", "therapist"), pk=pk)


@keeps_typed
@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.SEE_PEOPLE)
def supervision_end(request: Request, pk: uuid.UUID) -> HttpResponse:
    """Give a supervision its last day."""
    row = own_supervision(request, pk)
    form = EndSupervisionForm(posted(request), request=request)
    if is_usable(request, form):
        try:
            actions.end_supervision(
                supervision=row, by=request.user, until=form.cleaned_data["until"]
            )
        except NotAllowed as refusal:
            form.add_error("until", str(refusal))
        else:
            messages.success(request, "Saved.")
            return redirect("people:supervision_list")
    context = {"row": row, "form": form}
    return render(request, "people/supervision_end.html", context, status=status_of(request, form))


@require_POST
@require(Permission.SEE_PEOPLE)
def supervision_withdraw(request: Request, pk: uuid.UUID) -> HttpResponse:
    """Take back one that has not begun."""
    try:
        actions.withdraw_supervision(
            supervision=own_supervision(request, pk), today=timezone.localdate(), by=request.user
        )
    except NotAllowed as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, "It is taken back.")
    return redirect("people:supervision_list")
