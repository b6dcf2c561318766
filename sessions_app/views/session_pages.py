"""One session read, and its versions."""

import uuid

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from people.actions import note_reading
from people.permissions import Permission, require
from people.requests import Request
from sessions_app.models import TherapySession
from sessions_app.session_page import session_page, versions


@require_safe
@require(Permission.READ_CASES)
def session_read(request: Request, pk: uuid.UUID) -> HttpResponse:
    """What was logged, in words. Somebody else's reading of it is put on record."""
    session = visible_session(request, pk)
    page = session_page(session, user=request.user)
    if not page.own:
        note_reading(client=session.client, by=request.user)
    context = {"page": page, "session": session, "client": session.client}
    return render(request, "sessions_app/session_read.html", context)


@require_safe
@require(Permission.READ_CASES)
def session_history(request: Request, pk: uuid.UUID) -> HttpResponse:
    """What changed between the versions: private texts too, so its author alone reads it."""
    session = visible_session(request, pk)
    if {session.client.therapist_id, session.author_id} != {request.user.pk}:
        raise PermissionDenied
    context = {"versions": versions(session), "session": session, "client": session.client}
    return render(request, "sessions_app/session_history.html", context)


def visible_session(request: Request, pk: uuid.UUID) -> TherapySession:
    """A session of a client the reader may see, 404 otherwise."""
    sessions = TherapySession.objects.visible_to(request.user)
    return get_object_or_404(
        sessions.select_related("client__therapist", "author", "theme", "changed_by"), pk=pk
    )
