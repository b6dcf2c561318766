"""What the program tells a person, until they have seen it."""

import uuid

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from people.actions import see_notice
from people.models import Notice
from people.permissions import Permission, require
from people.requests import Request


@require_POST
@require(Permission.SIGNED_IN)
def notice_seen(request: Request, pk: uuid.UUID) -> HttpResponse:
    """Do not show it again."""
    notices = Notice.objects.filter(organisation=request.user.organisation_id, person=request.user)
    see_notice(notice=get_object_or_404(notices, pk=pk))
    return redirect("home")
