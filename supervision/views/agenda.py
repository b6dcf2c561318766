"""A case on its way to a meeting: brought by its therapist, proposed by the supervisor."""

import uuid

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from impasses.catalogue import catalogue
from people.actions import NotAllowed, note_reading
from people.models import Client
from people.permissions import Permission, background, require
from people.requests import Request
from people.resubmit import is_usable, keeps_typed, posted, status_of
from sessions_app.case_page import case_page
from sessions_app.views.case import visible_case
from sessions_app.views.session import own_case
from supervision import meeting_actions as actions
from supervision.agenda_state import agenda_state, case_marks, coming_groups
from supervision.meeting_forms import NOBODY, BringForm, ProposeForm
from supervision.models import AgendaItem
from supervision.supervisees import stand_ins, supervisors


@keeps_typed
@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.TREAT)
def bring(request: Request, pk: uuid.UUID) -> HttpResponse:
    """One question about one's own case for the next meeting."""
    client, today = own_case(request, pk), timezone.localdate()
    among = supervisors(request.user, today=today)
    if not among and request.method != "POST":
        messages.warning(request, NOBODY)
        return redirect("sessions:case", pk=pk)
    known = agenda_state(client, user=request.user, today=today).asked
    groups = coming_groups(request.user, today=today)
    before = before_change(known) if known else None
    form = BringForm(posted(request), supervisors=among, groups=groups, initial=before)
    if is_usable(request, form):
        try:
            item = actions.bring_case(
                client=client, by=request.user, today=today, **form.cleaned_data
            )
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"On the agenda with {item.meeting.supervisor.name}.")
            return redirect("sessions:case", pk=pk)
    context = {
        "form": form,
        "client": client,
        "known": known,
        "stand_ins": stand_ins(request.user, today=today),
    }
    return render(request, "supervision/bring.html", context, status=status_of(request, form))


@keeps_typed
@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.SUPERVISE)
def propose(request: Request, pk: uuid.UUID) -> HttpResponse:
    """A supervisor would like to look at a case together."""
    client = visible_case(request, pk)
    if client.therapist_id == request.user.pk:
        raise PermissionDenied
    form = ProposeForm(posted(request))
    if is_usable(request, form):
        try:
            actions.propose_case(
                client=client, by=request.user, today=timezone.localdate(), **form.cleaned_data
            )
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"Proposed. {client.therapist.name} is told.")
            return redirect("supervision:dashboard")
    note_reading(client=client, by=request.user)
    context, status = {"form": form, "client": client}, status_of(request, form)
    return render(request, "supervision/propose.html", context, status=status)


@background
@require_safe
@require(Permission.TREAT)
def case_agenda(request: Request, pk: uuid.UUID) -> HttpResponse:
    """Whether the case is on an agenda, and what can be said with a question: for the case page."""
    client: Client = own_case(request, pk)
    today = timezone.localdate()
    state = agenda_state(client, user=request.user, today=today)
    form = BringForm(
        supervisors=supervisors(request.user, today=today),
        groups=coming_groups(request.user, today=today),
    )
    context = {"state": state, "form": form, "client": client}
    return render(request, "supervision/_case_agenda.html", context)


@background
@require_safe
@require(Permission.READ_CASES)
def case_meetings(request: Request, pk: uuid.UUID) -> HttpResponse:
    """When supervision spoke of a case, and what was agreed: for its timeline."""
    client = visible_case(request, pk)
    if client.therapist_id != request.user.pk:
        note_reading(client=client, by=request.user)
    marks, earlier = case_marks(client, user=request.user)
    context = {"marks": marks, "earlier": earlier}
    return render(request, "supervision/_case_meetings.html", context)


@require_POST
@require(Permission.READ_CASES)
def item_off(request: Request, pk: uuid.UUID) -> HttpResponse:
    """Take a case off the agenda: its therapist may, and who proposed it."""
    item = visible_item(request, pk)
    if request.user.pk not in (item.therapist_id, item.proposed_by_id):
        raise PermissionDenied
    try:
        actions.take_off(item=item, by=request.user)
    except NotAllowed as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, f"{item.client.code_name} is off the agenda.")
    return redirect("supervision:meeting", pk=item.meeting_id)


@require_safe
@require(Permission.READ_CASES)
def brief(request: Request, pk: uuid.UUID) -> HttpResponse:
    """The brief of one case: what its therapist shares of it, the same for both."""
    item = visible_item(request, pk)
    if item.therapist_id != request.user.pk:
        note_reading(client=item.client, by=request.user)
    page = case_page(item.client, user=item.meeting.supervisor, today=timezone.localdate())
    context = {
        "item": item,
        "page": page,
        "client": item.client,
        "signs": catalogue().manifestations,
    }
    return render(request, "supervision/brief.html", context)


def before_change(item: AgendaItem) -> dict[str, str]:
    """What the form shows of a question that is asked already, and where."""
    return {
        "question": item.question,
        "wish": item.wish,
        "group": str(item.meeting_id),
        "supervisor": str(item.meeting.supervisor_id),
    }


def visible_item(request: Request, pk: uuid.UUID) -> AgendaItem:
    """A case of an agenda the reader may open, 404 otherwise."""
    items = AgendaItem.objects.visible_to(request.user).select_related(
        "client__therapist", "client__snapshot", "client__organisation", "meeting__supervisor"
    )
    return get_object_or_404(items, pk=pk)
