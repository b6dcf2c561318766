"""Handing over a caseload, or some cases of it."""

import uuid

from django.contrib import messages
from django.db.models import Exists, OuterRef
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from people.actions import NotAllowed, note_listing
from people.permissions import Permission, require
from people.requests import Request
from people.resubmit import is_usable, keeps_typed, posted, status_of
from people.roster import cases_of
from people.views.persons import colleague
from sessions_app.bells import assess_now
from sessions_app.models import SessionDraft
from sessions_app.transfer_actions import transfer_cases
from sessions_app.transfer_form import TransferForm


@keeps_typed
@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.SEE_PEOPLE)
def transfer(request: Request, pk: uuid.UUID) -> HttpResponse:
    """Choose the cases and who takes them over; ended ones are there, not chosen."""
    person, today = colleague(request, pk), timezone.localdate()
    drafts = SessionDraft.objects.filter(author=person, client=OuterRef("pk"))
    cases = cases_of(person).annotate(has_draft=Exists(drafts))
    chosen = [case.pk for case in cases if not case.is_ended]
    form = TransferForm(
        posted(request), request=request, cases=cases, person=person, initial={"cases": chosen}
    )
    if is_usable(request, form):
        given = form.given
        try:
            moved = transfer_cases(
                clients=given["cases"],
                to=given["to"],
                by=request.user,
                reason=given["reason"],
                today=today,
            )
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))
        else:
            for client in moved:
                assess_now(client, today=today)
            said = f"{len(moved)} case{'' if len(moved) == 1 else 's'}"
            messages.success(request, f"{said} handed over to {given['to'].name}.")
            return redirect("people:person", pk=pk)
    note_listing(count=len(cases), page="hand over", by=request.user)
    context = {"person": person, "form": form, "count": len(cases)}
    return render(request, "sessions_app/transfer.html", context, status=status_of(request, form))
