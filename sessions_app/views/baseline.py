"""What is usual for a client: marks that are style, not signs of being stuck."""

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from impasses.forms import BaselineForm
from people.permissions import Permission, require
from people.requests import Request
from people.resubmit import is_usable, keeps_typed, posted, status_of
from sessions_app.actions import change_baseline
from sessions_app.bells import assess_now
from sessions_app.views.session import own_case


@keeps_typed
@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.TREAT)
def baseline(request: Request, pk: uuid.UUID) -> HttpResponse:
    """Choose the sub-forms that count for no rule in this case."""
    client = own_case(request, pk)
    form = BaselineForm(posted(request), initial={"baseline": client.baseline})
    if is_usable(request, form):
        usual = tuple(form.cleaned_data["baseline"])
        client = change_baseline(client=client, by=request.user, baseline=usual)
        assess_now(client, today=timezone.localdate())
        messages.success(request, f"What is usual for {client.code_name} is saved.")
        return redirect("sessions:case", pk=client.pk)
    context, status = {"form": form, "client": client}, status_of(request, form)
    return render(request, "sessions_app/baseline.html", context, status=status)
