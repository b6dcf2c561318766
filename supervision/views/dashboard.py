"""The supervisor's dashboard, and one therapist's page."""

import uuid

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from people.actions import note_listing
from people.models import Supervision
from people.permissions import Permission, require
from people.requests import Request
from supervision.dashboard import dashboard as read_dashboard
from supervision.filters import SORTS, read_filters
from supervision.therapist_page import therapist_page


@require_safe
@require(Permission.SUPERVISE)
def dashboard(request: Request) -> HttpResponse:
    """Which cases need a second look, and how the supervisees' work stands."""
    filters = read_filters(request.GET)
    page = read_dashboard(
        request.user,
        filters=filters,
        today=timezone.localdate(),
        everything=request.GET.get("all") == "1",
    )
    asked = len(page.next.items) if page.next else 0
    note_listing(count=len(page.rows) + asked, page="supervision", by=request.user)
    sorts = [(key, sort.word, filters.as_query(sort=key)) for key, sort in SORTS.items()]
    context = {"page": page, "sorts": sorts}
    return render(request, "supervision/dashboard.html", context)


@require_safe
@require(Permission.SUPERVISE)
def therapist(request: Request, pk: uuid.UUID) -> HttpResponse:
    """One supervisee's caseload, and how it moves."""
    today = timezone.localdate()
    running = Supervision.objects.running(today).filter(
        organisation=request.user.organisation_id, supervisor=request.user, therapist=pk
    )
    row = get_object_or_404(running.select_related("therapist").order_by("since")[:1])
    page = therapist_page(row, user=request.user, today=today)
    note_listing(count=len(page.rows), page="supervisee", by=request.user)
    return render(request, "supervision/therapist.html", {"page": page})
