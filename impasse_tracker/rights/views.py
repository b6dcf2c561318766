"""A client's record, the erasure of a client, and the schedule of what is kept."""

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from impasse_tracker.rights import erasure_actions as actions
from impasse_tracker.rights.forms import AskErasureForm, EraseForm, RecordForm, ScheduleForm
from impasse_tracker.rights.record_actions import take_record
from impasse_tracker.rights.record_page import readings, sections
from impasse_tracker.rights.retention import ended_before, retention_page, would_go
from people.actions import NotAllowed, note_listing
from people.limits import EXPORT, limited
from people.models import Erasure
from people.permissions import Permission, require
from people.requests import Request
from people.resubmit import is_usable, keeps_typed, posted, status_of
from people.views.clients import own_client


@limited(EXPORT)
@keeps_typed
@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.TREAT)
def client_record(request: Request, pk: uuid.UUID) -> HttpResponse:
    """Everything about one's own client, to read and print or as JSON."""
    client = own_client(request, pk)
    form = RecordForm(posted(request), request=request, initial={"format": "page"})
    if not is_usable(request, form):
        context, status = {"form": form, "client": client}, status_of(request, form)
        return render(request, "rights/client_record.html", context, status=status)
    given = form.given
    is_file = given.pop("format") == "json"
    taken = take_record(client=client, by=request.user, now=timezone.now(), **given)
    if is_file:
        name = f"record-{timezone.localdate():%Y-%m-%d}.json"
        disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
        return HttpResponse(taken.text, content_type="application/json", headers=disposition)
    said = taken.said
    rows = {"sections": sections(said), "readings": readings(said)}
    context = {"client": client, "said": said, **rows, **given}
    return render(request, "rights/record.html", context)


@keeps_typed
@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.TREAT)
def client_erase(request: Request, pk: uuid.UUID) -> HttpResponse:
    """Ask for the erasure of one's own client; what would go is said first."""
    client = own_client(request, pk)
    form = AskErasureForm(posted(request), request=request)
    if is_usable(request, form):
        try:
            row = actions.ask_erasure(
                client=client, by=request.user, now=timezone.now(), **form.given
            )
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "Asked for. An administrator carries it out.")
            return redirect("erasure", pk=row.pk)
    under_way = Erasure.objects.visible_to(request.user).filter(client=client).first()
    context = {"client": client, "form": form, "counts": would_go(client), "under_way": under_way}
    return render(request, "rights/client_erase.html", context, status=status_of(request, form))


@keeps_typed
@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.SEE_PEOPLE)
def retention(request: Request) -> HttpResponse:
    """What is due, what is under way, what went; and announcing what is due."""
    organisation, today = request.user.organisation, timezone.localdate()
    page = retention_page(organisation, today=today, now=timezone.now())
    due = ended_before(organisation, today).filter(pk__in=[each.client.pk for each in page.due])
    form = ScheduleForm(
        posted(request),
        request=request,
        cases=due,
        initial={"cases": [each.client.pk for each in page.due], "reason": "End of retention."},
    )
    if is_usable(request, form):
        given = form.given
        try:
            for client in given["cases"]:
                actions.schedule_erasure(
                    client=client, by=request.user, reason=given["reason"], now=timezone.now()
                )
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "Announced. In a week it can be carried out here.")
            return redirect("retention")
    named = len(page.due) + len(page.under_way)
    note_listing(count=named, page="retention", by=request.user)
    context = {"page": page, "form": form}
    return render(request, "rights/retention.html", context, status=status_of(request, form))


def visible_erasure(request: Request, pk: uuid.UUID) -> Erasure:
    """An erasure the person may see, 404 otherwise."""
    rows = Erasure.objects.visible_to(request.user)
    return get_object_or_404(
        rows.select_related("client__therapist", "asked_by", "erased_by"), pk=pk
    )


@keeps_typed
@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.SIGNED_IN)
def erasure(request: Request, pk: uuid.UUID) -> HttpResponse:
    """What would go, for an administrator to carry out; afterwards what went: the certificate."""
    row, now = visible_erasure(request, pk), timezone.now()
    if request.method == "POST":
        return erase(request, row)
    return show(request, row, EraseForm(request=request), is_ripe=row.is_ripe(now))


@require(Permission.SEE_PEOPLE)
def erase(request: Request, row: Erasure) -> HttpResponse:
    """Carry it out."""
    form = EraseForm(request.POST, request=request)
    if is_usable(request, form):
        try:
            actions.erase_client(erasure=row, by=request.user, now=timezone.now())
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "Erased. This is what can still be said about it.")
            return redirect("erasure", pk=row.pk)
    return show(request, row, form, is_ripe=True, status=status_of(request, form))


def show(
    request: Request, row: Erasure, form: EraseForm, *, is_ripe: bool, status: int = 200
) -> HttpResponse:
    """An erasure under way, or its certificate."""
    if row.is_done:
        context = {"row": row, "is_whole": row.digest == row.computed_digest()}
        return render(request, "rights/certificate.html", context, status=status)
    if row.client and row.client.therapist_id != request.user.pk:
        note_listing(count=1, page="erasure", by=request.user)
    context = {
        "row": row,
        "form": form,
        "counts": would_go(row.client) if row.client else [],
        "may_erase": is_ripe and request.user.administers,
    }
    return render(request, "rights/erasure.html", context, status=status)


@require_POST
@require(Permission.SIGNED_IN)
def erasure_withdraw(request: Request, pk: uuid.UUID) -> HttpResponse:
    """The case stays: by an administrator, or whoever asked."""
    try:
        actions.withdraw_erasure(erasure=visible_erasure(request, pk), by=request.user)
    except NotAllowed as refusal:
        messages.warning(request, str(refusal))
        return redirect("erasure", pk=pk)
    messages.success(request, "Taken back: the case stays.")
    return redirect("retention" if request.user.administers else "sessions:case_list")
