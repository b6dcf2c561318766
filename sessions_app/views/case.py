"""The case: where it stands, its timeline, what the pattern suggests, what is being tried."""

import uuid

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from impasses.catalogue import catalogue
from people.actions import note_reading
from people.models import Client
from people.permissions import Permission, background, require
from people.requests import Request
from sessions_app.case_overview import overview
from sessions_app.case_page import case_page, pattern_of


@require_safe
@require(Permission.READ_CASES)
def case(request: Request, pk: uuid.UUID) -> HttpResponse:
    """One client's case. Somebody else's reading of it is put on record."""
    client = visible_case(request, pk)
    today = timezone.localdate()
    page = case_page(
        client,
        user=request.user,
        today=today,
        before=session_key(request.GET.get("before", "")),
    )
    if not page.own:
        note_reading(client=client, by=request.user)
    signs = catalogue().manifestations
    context = {"page": page, "client": client, "signs": signs, "today": today}
    return render(request, "sessions_app/case.html", context)


@require_safe
@require(Permission.READ_CASES)
def case_overview(request: Request, pk: uuid.UUID) -> HttpResponse:
    """The whole timeline at a glance. Somebody else's reading of it is put on record."""
    client = visible_case(request, pk)
    own = client.therapist_id == request.user.pk
    if not own:
        note_reading(client=client, by=request.user)
    context = {"client": client, "stretches": overview(client, own=own)}
    return render(request, "sessions_app/case_overview.html", context)


@background
@require_safe
@require(Permission.READ_CASES)
def case_suggestions(request: Request, pk: uuid.UUID) -> HttpResponse:
    """The suggestions alone: the case page asks for them while they are being prepared."""
    client = visible_case(request, pk)
    own = client.therapist_id == request.user.pk
    if not own:
        note_reading(client=client, by=request.user)
    pattern = pattern_of(client, own=own, today=timezone.localdate())
    return render(request, "sessions_app/_suggestions.html", {"pattern": pattern})


def visible_case(request: Request, pk: uuid.UUID) -> Client:
    """A client the reader may see, 404 otherwise."""
    clients = Client.objects.visible_to(request.user).select_related(
        "therapist", "snapshot", "organisation"
    )
    return get_object_or_404(clients, pk=pk)


def session_key(text: str) -> uuid.UUID | None:
    """The session named in an address; None when it is no id."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
