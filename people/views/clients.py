"""A client's own pages: create, edit, pause, resume, end, reopen."""

import uuid
from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from people import actions
from people.forms import ClientForm, EndClientForm
from people.models import Client
from people.permissions import Permission, require
from people.requests import Request


@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.TREAT)
def client_new(request: Request) -> HttpResponse:
    """A new case on one's own caseload; only the code name must be filled."""
    form = ClientForm(request.POST or None, button="Create client")
    if form.is_valid():
        try:
            client = actions.create_client(by=request.user, **form.cleaned_data)
        except actions.CodeNameTaken as taken:
            form.add_error("code_name", str(taken))
        else:
            return redirect("sessions:case", pk=client.pk)
    status = 422 if form.is_bound else 200
    return render(request, "people/client_new.html", {"form": form}, status=status)


def own_client(request: Request, pk: uuid.UUID) -> Client:
    """The client to change: 404 when not visible, 403 when visible but somebody else's."""
    client = get_object_or_404(Client.objects.visible_to(request.user), pk=pk)
    if client.therapist_id != request.user.pk:
        raise PermissionDenied
    return client


@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.TREAT)
def client_edit(request: Request, pk: uuid.UUID) -> HttpResponse:
    """Change what is known of a client."""
    client = own_client(request, pk)
    known = {
        name: getattr(client, name)
        for name in ("code_name", "rhythm", "started_on", "focus", "goals")
    }
    form = ClientForm(request.POST or None, initial=known, button="Save changes")
    if form.is_valid():
        try:
            actions.edit_client(client=client, by=request.user, **form.cleaned_data)
        except actions.CodeNameTaken as taken:
            form.add_error("code_name", str(taken))
        else:
            messages.success(request, "Saved.")
            return redirect("sessions:case", pk=client.pk)
    status = 422 if form.is_bound else 200
    context = {"form": form, "client": client}
    return render(request, "people/client_edit.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.TREAT)
def client_end(request: Request, pk: uuid.UUID) -> HttpResponse:
    """End a therapy, with a reason."""
    client = own_client(request, pk)
    form = EndClientForm(request.POST or None, initial={"on": timezone.localdate()})
    if form.is_valid():
        try:
            actions.end_client(client=client, by=request.user, **form.cleaned_data)
        except actions.NotAllowed as reason:
            form.add_error("on", str(reason))
        else:
            messages.success(request, f"{client.code_name} has ended. The record stays.")
            return redirect("sessions:case", pk=client.pk)
    status = 422 if form.is_bound else 200
    context = {"form": form, "client": client}
    return render(request, "people/client_end.html", context, status=status)


@require_POST
@require(Permission.TREAT)
def client_pause(request: Request, pk: uuid.UUID) -> HttpResponse:
    """No sessions are expected for a while."""
    return _move(request, pk, actions.pause_client, "is paused. Nothing is expected on Today.")


@require_POST
@require(Permission.TREAT)
def client_resume(request: Request, pk: uuid.UUID) -> HttpResponse:
    """A paused case goes on."""
    return _move(request, pk, actions.resume_client, "is active again.")


@require_POST
@require(Permission.TREAT)
def client_reopen(request: Request, pk: uuid.UUID) -> HttpResponse:
    """An ended case goes on."""
    return _move(request, pk, actions.reopen_client, "is open again.")


def _move(
    request: Request, pk: uuid.UUID, action: Callable[..., Client], words: str
) -> HttpResponse:
    client = own_client(request, pk)
    try:
        action(client=client, by=request.user)
    except actions.NotAllowed as reason:
        messages.warning(request, str(reason))
    else:
        messages.success(request, f"{client.code_name} {words}")
    return redirect("sessions:case", pk=client.pk)
