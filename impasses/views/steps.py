"""Steps of the plan."""

import uuid

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from impasses.actions import end_step
from impasses.models import PlanStep
from people.permissions import Permission, require
from people.requests import Request


@require_POST
@require(Permission.TREAT)
def step_end(request: Request, pk: uuid.UUID) -> HttpResponse:
    """Take a step out of play: later log pages no longer ask about it."""
    steps = PlanStep.objects.visible_to(request.user).select_related("client")
    step = get_object_or_404(steps, pk=pk)
    if step.client.therapist_id != request.user.pk:
        raise PermissionDenied
    end_step(step=step, by=request.user, today=timezone.localdate())
    messages.success(request, "The step has ended. What you answered about it stays.")
    return redirect("sessions:case", pk=step.client_id)
