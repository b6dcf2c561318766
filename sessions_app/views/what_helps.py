"""What helps here: counts over one's own impasses, and over everybody's."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from people.permissions import Permission, require
from people.requests import Request
from sessions_app.what_helps import LEAST, SESSIONS
from sessions_app.what_helps import what_helps as read


@require_safe
@require(Permission.READ_CASES)
def what_helps(request: Request) -> HttpResponse:
    """How often an impasse loosened soon after a strategy was tried, type by type."""
    page = read(request.user, today=timezone.localdate())
    context = {"page": page, "least": LEAST, "sessions": SESSIONS}
    return render(request, "sessions_app/what_helps.html", context)
