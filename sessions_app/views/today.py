"""Today: what to log, what presses, what was agreed."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from people.permissions import Permission, require
from people.requests import Request
from sessions_app.today_page import today_page


@require_safe
@require(Permission.TREAT)
def today(request: Request) -> HttpResponse:
    """The therapist's day in the organisation's time zone."""
    now = timezone.now()
    page = today_page(request.user, now=now)
    return render(request, "sessions_app/today.html", {"page": page, "now": now})
