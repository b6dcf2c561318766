"""Keeping what is typed in a meeting: its page calls these by itself, as the log page does."""

import uuid

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from people.permissions import Permission, background, before_second_factor, require
from people.requests import Request
from sessions_app.views.drafts import keep
from supervision.draft_actions import discard_meeting_draft, save_meeting_draft
from supervision.models import MeetingDraft
from supervision.views.meetings import visible_meeting


@before_second_factor
@background
@require_POST
@require(Permission.READ_CASES)
def meeting_draft_save(request: Request, pk: uuid.UUID) -> JsonResponse:
    """Keep notes, answers and words of agreements as typed so far, for their author alone."""
    return keep(request, save_meeting_draft, meeting=visible_meeting(request, pk))


@require_POST
@require(Permission.READ_CASES)
def meeting_draft_discard(request: Request, pk: uuid.UUID) -> HttpResponse:
    """Throw one's draft away; the meeting stays as it was saved."""
    draft = MeetingDraft.objects.of(request.user, visible_meeting(request, pk))
    if draft is not None:
        discard_meeting_draft(draft=draft, by=request.user)
    messages.success(request, "The draft is discarded.")
    return redirect("supervision:meeting", pk=pk)
