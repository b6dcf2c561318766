"""The audit log, and for a therapist: who has looked at a case."""

import uuid
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from people.audit_actions import export_audit, note_audit_reading
from people.audit_form import AuditForm
from people.audit_page import audit_page, case_named, cases_called, readings_of
from people.emergency_page import emergency_list
from people.forms import read_number
from people.limits import EXPORT, SEARCH, limited
from people.permissions import Permission, require
from people.requests import Request
from people.views.clients import own_client


@require_safe
@require(Permission.SEE_AUDIT)
def audit_list(request: Request) -> HttpResponse:
    """The latest events, filtered by the address."""
    form = AuditForm(request.GET, organisation=request.user.organisation)
    form.is_valid()
    before = read_number(request.GET.get("before", "")) or None
    page = audit_page(request.user.organisation, form.wanted, before=before)
    note_audit_reading(by=request.user)
    query = form.query(form.cleaned_data.get("case"))
    context = {
        "form": form,
        "page": page,
        "client": case_named(request.user, form.cleaned_data.get("case")),
        "query": urlencode(query),
        "is_filtered": bool(query),
        "is_latest": before is None,
    }
    return render(request, "people/audit_list.html", context, status=422 if form.errors else 200)


@limited(SEARCH)
@require_POST
@require(Permission.SEE_AUDIT)
def audit_find(request: Request) -> HttpResponse:
    """From what was posted to an address that names no case: its id stands there."""
    form = AuditForm(request.POST, organisation=request.user.organisation)
    if not form.is_valid():
        return _again(request, form, 422)
    code_name = form.cleaned_data["code_name"].strip()
    if not code_name:
        return redirect(_address(form, form.cleaned_data.get("case")))
    found = cases_called(request.user, code_name)
    if len(found) == 1:
        return redirect(_address(form, found[0].pk))
    if not found:
        form.add_error("code_name", "There is no case of that code name here.")
        return _again(request, form, 422)
    choices = [(client, _address(form, client.pk)) for client in found]
    note_audit_reading(by=request.user)
    context = {"choices": choices, "code_name": code_name}
    return render(request, "people/audit_choose.html", context)


def _address(form: AuditForm, case: uuid.UUID | None) -> str:
    return f"{reverse('people:audit_list')}?{urlencode(form.query(case))}"


def _again(request: Request, form: AuditForm, status: int) -> HttpResponse:
    page = audit_page(request.user.organisation, form.wanted, before=None)
    note_audit_reading(by=request.user)
    context = {"form": form, "page": page, "query": "", "is_filtered": True, "is_latest": True}
    return render(request, "people/audit_list.html", context, status=status)


@limited(EXPORT)
@require_POST
@require(Permission.SEE_AUDIT)
def audit_export(request: Request) -> HttpResponse:
    """What the filters show, as a file for a spreadsheet; taking it away is itself on record."""
    form = AuditForm(request.POST, organisation=request.user.organisation)
    if not form.is_valid():
        return _again(request, form, 422)
    text = export_audit(by=request.user, wanted=form.wanted)
    name = f"audit-{timezone.localdate():%Y-%m-%d}.csv"
    return HttpResponse(
        "\ufeff" + text,
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@require_safe
@require(Permission.TREAT)
def client_readings(request: Request, pk: uuid.UUID) -> HttpResponse:
    """Who else opened this case, and when."""
    client = own_client(request, pk)
    opened = emergency_list(request.user, now=timezone.now(), client=client)
    context = {"client": client, "readings": readings_of(client), "opened": opened}
    return render(request, "people/client_readings.html", context)
