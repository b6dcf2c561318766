"""What holds for the whole organisation."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from people import actions
from people.permissions import Permission, require
from people.requests import Request
from people.resubmit import is_usable, keeps_typed, posted, status_of
from people.settings_form import SETTINGS, SettingsForm
from people.settings_history import settings_history


@keeps_typed
@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.SET_ORGANISATION)
def organisation_settings(request: Request) -> HttpResponse:
    """The settings, each with what it changes, and who changed them."""
    organisation = request.user.organisation
    known = {name: getattr(organisation, name) for name in SETTINGS}
    form = SettingsForm(posted(request), request=request, initial=known)
    if is_usable(request, form):
        actions.change_settings(by=request.user, **form.given)
        messages.success(request, "Saved.")
        return redirect("people:organisation_settings")
    context = {"form": form, "history": settings_history(request.user)}
    status = status_of(request, form)
    return render(request, "people/organisation_settings.html", context, status=status)
