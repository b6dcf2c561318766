"""A colleague's case in an emergency: find it, open it, end it, and see who did so."""

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from people import emergency_actions as actions
from people import mail
from people.actions import NotAllowed, note_listing
from people.emergency_form import EmergencyForm
from people.emergency_page import (
    MOST_A_DAY,
    alerted_by,
    colleagues_who_treat,
    emergency_list,
    left_today,
)
from people.models import EmergencyAccess, User
from people.permissions import Permission, require
from people.requests import Request
from people.resubmit import is_usable, keeps_typed, posted, status_of
from people.roster import cases_of
from people.views.persons import colleague


@require_safe
@require(Permission.SUPERVISE)
def emergency(request: Request) -> HttpResponse:
    """Whose case is it? And how many more the person may open."""
    context = {
        "therapists": colleagues_who_treat(request.user),
        "left": left_today(request.user, now=timezone.now()),
        "most": MOST_A_DAY,
    }
    return render(request, "people/emergency.html", context)


@keeps_typed
@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.SUPERVISE)
def emergency_open(request: Request, pk: uuid.UUID) -> HttpResponse:
    """Say why; then the code names are shown, and one case is opened."""
    therapist = colleague(request, pk)
    form = EmergencyForm(posted(request), request=request, cases=cases_of(therapist))
    if not is_usable(request, form):
        if set(form.errors) == {"case"}:
            form.show_cases()
        return show(request, therapist, form, status=status_of(request, form))
    given = form.given
    client = given.pop("case")
    form.show_cases()
    if client is None:
        actions.look_up_cases(therapist=therapist, by=request.user, occasion=given["occasion"])
        return show(request, therapist, form)
    try:
        access = actions.open_in_emergency(
            client=client, by=request.user, now=timezone.now(), **given
        )
    except NotAllowed as refusal:
        form.add_error(None, str(refusal))
        return show(request, therapist, form, status=422)
    write(access)
    messages.success(request, f"{client.code_name} is open to you. Its therapist is told.")
    return redirect("sessions:case", pk=client.pk)


def show(request: Request, therapist: User, form: EmergencyForm, status: int = 200) -> HttpResponse:
    """The form as far as it has come."""
    context = {"therapist": therapist, "form": form}
    return render(request, "people/emergency_open.html", context, status=status)


def write(access: EmergencyAccess) -> None:
    """A letter to each who is told, that names no client; the notice stands whether it goes."""
    for person in alerted_by(access):
        own = person.pk == access.therapist_id
        mail.send(
            "emergency",
            person.email,
            name=person.name,
            by=access.supervisor.name,
            whose="yours" if own else access.therapist.name,
            link=mail.link(reverse("home")),
        )


@require_POST
@require(Permission.SIGNED_IN)
def emergency_end(request: Request, pk: uuid.UUID) -> HttpResponse:
    """Close a case again: by whoever opened it, its therapist, or an administrator."""
    rows = EmergencyAccess.objects.visible_to(request.user).select_related("client")
    actions.end_emergency(
        access=get_object_or_404(rows, pk=pk), by=request.user, now=timezone.now()
    )
    messages.success(request, "The emergency access has ended.")
    return redirect("home")


@require_safe
@require(Permission.SEE_PEOPLE)
def emergency_log(request: Request) -> HttpResponse:
    """Every case that was opened in an emergency: its code name and therapist, and no more."""
    page = emergency_list(request.user, now=timezone.now())
    note_listing(count=len(page.rows), page="emergencies", by=request.user)
    return render(request, "people/emergency_log.html", {"page": page})
