"""A client's own pages: create, edit, pause, resume, end, reopen."""

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from people import actions
from people.forms import ClientForm, EditClientForm, EndClientForm
from people.models import Client
from people.permissions import Permission, require
from people.requests import Request
from people.resubmit import is_usable, keeps_typed, posted, status_of


@keeps_typed
@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.TREAT)
def client_new(request: Request) -> HttpResponse:
    """A new case on one's own caseload; only the code name must be filled."""
    form = ClientForm(posted(request))
    if is_usable(request, form):
        try:
            client = actions.create_client(by=request.user, **form.cleaned_data)
        except actions.CodeNameTaken as taken:
            form.add_error("code_name", str(taken))
        else:
            return redirect("sessions:case", pk=client.pk)
    status = status_of(request, form)
    return render(request, "people/client_new.html", {"form": form}, status=status)


def own_client(request: Request, pk: uuid.UUID) -> Client:
    """The client to change: 404 when not visible, 403 when visible but somebody else's."""
    client = get_object_or_404(Client.objects.visible_to(request.user), pk=pk)
    if client.therapist_id != request.user.pk:
        raise PermissionDenied
    return client


@keeps_typed
@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.TREAT)
def client_edit(request: Request, pk: uuid.UUID) -> HttpResponse:
    """Change what is known of a client."""
    client = own_client(request, pk)
    form = EditClientForm(posted(request), initial=known_of(client))
    if is_usable(request, form):
        try:
            actions.edit_client(client=client, by=request.user, **form.cleaned_data)
        except actions.CodeNameTaken as taken:
            form.add_error("code_name", str(taken))
        except actions.ClientChanged as changed:
            return two_versions(request, form, changed.current)
        else:
            messages.success(request, "Saved.")
            return redirect("sessions:case", pk=client.pk)
    context, status = {"form": form, "client": client}, status_of(request, form)
    return render(request, "people/client_edit.html", context, status=status)


def known_of(client: Client) -> dict[str, Any]:
    """What the form changes, as it stands."""
    return {name: getattr(client, name) for name in EditClientForm.base_fields}


def two_versions(request: Request, form: EditClientForm, current: Client) -> HttpResponse:
    """What was typed beside what was saved meanwhile: the person chooses, neither is lost."""
    context = {"client": current, "form": form, "conflict": form.beside(known_of(current))}
    return render(request, "people/client_edit.html", context, status=409)


@keeps_typed
@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.TREAT)
def client_end(request: Request, pk: uuid.UUID) -> HttpResponse:
    """End a therapy, with a reason."""
    client = own_client(request, pk)
    form = EndClientForm(posted(request), initial={"on": timezone.localdate()})
    if is_usable(request, form):
        try:
            actions.end_client(client=client, by=request.user, **form.cleaned_data)
        except actions.NotAllowed as reason:
            form.add_error("on", str(reason))
        else:
            messages.success(request, f"{client.code_name} has ended. The record stays.")
            return redirect("sessions:case", pk=client.pk)
    context, status = {"form": form, "client": client}, status_of(request, form)
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
