"""Plans: made freely from the catalogue, and printed for both."""

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from impasses.actions import plan_freely
from impasses.catalogue import catalogue
from impasses.forms import PlanForm
from impasses.models import PlanStep
from people.permissions import Permission, require
from people.requests import Request
from people.resubmit import is_usable, keeps_typed, posted, status_of
from sessions_app.views.session import own_case


@keeps_typed
@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.TREAT)
def plan_new(request: Request, pk: uuid.UUID) -> HttpResponse:
    """Choose what each side tries from the whole catalogue, in one's own words."""
    client = own_case(request, pk)
    form = PlanForm(
        posted(request),
        therapist=catalogue().therapist_strategies,
        client=catalogue().client_strategies,
        techniques=[technique for kind in catalogue().types for technique in kind.techniques],
        code_name=client.code_name,
    )
    if is_usable(request, form):
        plan_freely(client=client, by=request.user, today=timezone.localdate(), **form.cleaned_data)
        messages.success(request, "Planned. You will be asked after each session if it helped.")
        return redirect("sessions:case", pk=client.pk)
    context, status = {"form": form, "client": client}, status_of(request, form)
    return render(request, "sessions_app/plan_new.html", context, status=status)


@require_safe
@require(Permission.TREAT)
def plan_print(request: Request, pk: uuid.UUID) -> HttpResponse:
    """What each of the two tries, on half a page that names nobody."""
    client = own_case(request, pk)
    found = list(client.plan_steps.filter(ended_on=None).order_by("since", "pk"))
    context = {
        "client": client,
        "mine": [step for step in found if step.side == PlanStep.Side.CLIENT],
        "theirs": [step for step in found if step.side == PlanStep.Side.THERAPIST],
    }
    return render(request, "sessions_app/plan_print.html", context)
