"""The organisation's accounts, and what an administrator decides about each."""

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from people import account_actions as actions
from people.account_forms import CloseForm, ResetFactorsForm, RolesForm
from people.actions import NotAllowed, note_listing
from people.limits import SEARCH, limited
from people.models import User
from people.permissions import Permission, require
from people.queries import unseen_notices
from people.requests import Request
from people.resubmit import is_usable, keeps_typed, posted, status_of
from people.roster import person_page, roster


@require_safe
@require(Permission.SEE_PEOPLE)
def person_list(request: Request) -> HttpResponse:
    """Everybody with an account here, and who is invited."""
    page = roster(request.user, today=timezone.localdate())
    context = {"page": page, "notices": unseen_notices(request.user)}
    return render(request, "people/person_list.html", context)


@limited(SEARCH)
@require_POST
@require(Permission.SEE_PEOPLE)
def person_find(request: Request) -> HttpResponse:
    """People by name or address: posted, so that no name stands in an address."""
    looked_for = request.POST.get("name", "").strip()[:120]
    page = roster(request.user, today=timezone.localdate(), looked_for=looked_for or None)
    return render(request, "people/person_list.html", {"page": page})


def colleague(request: Request, pk: uuid.UUID) -> User:
    """Somebody of the administrator's own organisation, or 404."""
    return get_object_or_404(User, organisation=request.user.organisation_id, pk=pk)


@keeps_typed
@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.SEE_PEOPLE)
def person(request: Request, pk: uuid.UUID) -> HttpResponse:
    """One person: roles, supervision, cases by code name, and how they sign in."""
    row = colleague(request, pk)
    known = {"roles": row.roles, "in_training": row.in_training}
    form = RolesForm(posted(request), request=request, initial=known)
    if is_usable(request, form):
        try:
            actions.change_person(person=row, by=request.user, **form.given)
        except NotAllowed as refusal:
            form.add_error("roles", str(refusal))
        else:
            messages.success(request, f"Saved. It holds at {row.name}’s next click.")
            return redirect("people:person", pk=pk)
    page = person_page(row)
    note_listing(count=len(page.cases), page="person", by=request.user)
    context = {"page": page, "form": form}
    return render(request, "people/person.html", context, status=status_of(request, form))


@keeps_typed
@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.SEE_PEOPLE)
def person_close(request: Request, pk: uuid.UUID) -> HttpResponse:
    """Close an account."""
    row = colleague(request, pk)
    form = CloseForm(posted(request), request=request)
    if is_usable(request, form):
        try:
            actions.deactivate_person(person=row, by=request.user)
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"The account of {row.name} is closed.")
            return redirect("people:person", pk=pk)
    context = {"page": person_page(row), "form": form}
    return render(request, "people/person_close.html", context, status=status_of(request, form))


@require_POST
@require(Permission.SEE_PEOPLE)
def person_open(request: Request, pk: uuid.UUID) -> HttpResponse:
    """Open a closed account again."""
    row = actions.reactivate_person(person=colleague(request, pk), by=request.user)
    messages.success(request, f"{row.name} can sign in again.")
    return redirect("people:person", pk=pk)


@keeps_typed
@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.SEE_PEOPLE)
def person_factors(request: Request, pk: uuid.UUID) -> HttpResponse:
    """Take away second factors that were lost."""
    row = colleague(request, pk)
    form = ResetFactorsForm(posted(request), request=request)
    if is_usable(request, form):
        actions.reset_second_factors(person=row, by=request.user, **form.given)
        messages.success(request, f"{row.name} signs in with the password, and sets up a new one.")
        return redirect("people:person", pk=pk)
    context = {"page": person_page(row), "form": form}
    return render(request, "people/person_factors.html", context, status=status_of(request, form))


@require_POST
@require(Permission.SEE_PEOPLE)
def person_sign_out(request: Request, pk: uuid.UUID) -> HttpResponse:
    """End all sign-ins of somebody."""
    row = actions.end_all_sign_ins(person=colleague(request, pk), by=request.user)
    messages.success(request, f"{row.name} is signed out everywhere.")
    return redirect("people:person", pk=pk)
