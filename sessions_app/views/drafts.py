"""Keeping what is typed: the log page calls these by itself, a second after typing stops."""

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from people.forms import read_number
from people.permissions import Permission, background, before_second_factor, require
from people.requests import Request
from sessions_app import actions
from sessions_app.drafts import Draft, DraftTaken, typed_in
from sessions_app.models import SessionDraft
from sessions_app.views.session import own_case, own_session


@before_second_factor
@background
@require_POST
@require(Permission.TREAT)
def draft_save(request: Request, pk: uuid.UUID) -> JsonResponse:
    """Keep a new session as typed so far."""
    return keep(request, actions.save_draft, client=own_case(request, pk))


@before_second_factor
@background
@require_POST
@require(Permission.TREAT)
def edit_draft_save(request: Request, pk: uuid.UUID) -> JsonResponse:
    """Keep an edit as typed so far."""
    session = own_session(request, pk)
    return keep(
        request,
        actions.save_draft,
        client=session.client,
        therapy_session=session,
        base_version=read_number(request.POST.get("version", "")),
    )


@require_POST
@require(Permission.TREAT)
def draft_discard(request: Request, pk: uuid.UUID) -> HttpResponse:
    """Throw the draft of a new session away."""
    client = own_case(request, pk)
    return discard(request, actions.find_draft(by=request.user, client=client), client.pk)


@require_POST
@require(Permission.TREAT)
def edit_draft_discard(request: Request, pk: uuid.UUID) -> HttpResponse:
    """Throw the draft of an edit away; the session stays as saved."""
    session = own_session(request, pk)
    draft = actions.find_draft(by=request.user, client=session.client, therapy_session=session)
    return discard(request, draft, session.client_id)


def keep(request: Request, save: Callable[..., Draft], **what: Any) -> JsonResponse:
    """Save the posted form as a draft; 409 when another device or the save was quicker."""
    version = read_number(request.POST.get("draft_version", ""))
    body = typed_in(request.POST)
    try:
        draft = save(by=request.user, body=body, draft_version=version, **what)
    except DraftTaken as reason:
        return JsonResponse({"status": str(reason)}, status=409)
    at = timezone.localtime(draft.saved_at)
    return JsonResponse({"status": "saved", "saved_at": f"{at:%H:%M}", "version": draft.version})


def discard(request: Request, draft: SessionDraft | None, client: uuid.UUID) -> HttpResponse:
    """Say that the draft is gone, also when it was gone already."""
    if draft is not None:
        actions.discard_draft(draft=draft, by=request.user)
    messages.success(request, "The draft is discarded.")
    return redirect("sessions:case", pk=client)
