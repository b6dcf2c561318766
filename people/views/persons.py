"""The organisation's accounts."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from people.permissions import Permission, require
from people.queries import roster
from people.requests import Request


@require_safe
@require(Permission.SEE_PEOPLE)
def person_list(request: Request) -> HttpResponse:
    """Everybody with an account here: roles, caseload, supervision, last sign-in."""
    rows = roster(request.user, today=timezone.localdate())
    return render(request, "people/person_list.html", {"rows": rows})
