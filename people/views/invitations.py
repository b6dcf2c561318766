"""Inviting people, one by one or from a list, and accepting an invitation."""

import uuid

from allauth.account.internal.flows.login import perform_login
from allauth.account.internal.flows.reauthentication import reauthenticate_by_password
from allauth.account.models import Login
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from people import account_actions as actions
from people import mail
from people.account_forms import AcceptForm, InviteForm
from people.actions import NotAllowed
from people.models import Invitation
from people.people_file import ImportForm, Row, read_people
from people.permissions import Permission, require
from people.requests import Request
from people.resubmit import is_usable, keeps_typed, posted, status_of
from people.sign_in_forms import HOW_LONG
from people.tokens import digest
from people.views.email import over

UNSENT = "The letter to {} could not be sent. Check the mail server, then send it again."


@keeps_typed
@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.SEE_PEOPLE)
def invitation_new(request: Request) -> HttpResponse:
    """Ask somebody to make an account."""
    form = InviteForm(posted(request), request=request, initial={"roles": ["therapist"]})
    if is_usable(request, form):
        try:
            made = actions.invite_person(
                organisation=request.user.organisation, by=request.user, **form.given
            )
        except NotAllowed as refusal:
            form.add_error("email", str(refusal))
        else:
            write(request, *made)
            return redirect("people:person_list")
    context = {"form": form}
    return render(request, "people/invitation_new.html", context, status=status_of(request, form))


def send(invitation: Invitation, token: str) -> bool:
    """The letter with the link; whether the mail server took it."""
    by = invitation.invited_by
    return mail.send(
        "invitation",
        invitation.email,
        name=invitation.name,
        by=by.name if by else "",
        organisation=invitation.organisation.name,
        link=mail.link(reverse("people:invitation", args=[token])),
    )


def write(request: Request, invitation: Invitation, token: str) -> None:
    """Send the letter, and say whether it went."""
    if send(invitation, token):
        messages.success(request, f"An invitation is on its way to {invitation.email}.")
    else:
        messages.warning(request, UNSENT.format(invitation.email))


def own_invitation(request: Request, pk: uuid.UUID) -> Invitation:
    """An invitation of the administrator's own organisation, or 404."""
    return get_object_or_404(Invitation, organisation=request.user.organisation_id, pk=pk)


@require_POST
@require(Permission.SEE_PEOPLE)
def invitation_resend(request: Request, pk: uuid.UUID) -> HttpResponse:
    """A new link; the old one stops working."""
    try:
        made = actions.resend_invitation(invitation=own_invitation(request, pk), by=request.user)
    except NotAllowed as refusal:
        messages.warning(request, str(refusal))
    else:
        write(request, *made)
    return redirect("people:person_list")


@require_POST
@require(Permission.SEE_PEOPLE)
def invitation_revoke(request: Request, pk: uuid.UUID) -> HttpResponse:
    """The link stops working."""
    try:
        row = actions.revoke_invitation(invitation=own_invitation(request, pk), by=request.user)
    except NotAllowed as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, f"The invitation of {row.email} is revoked.")
    return redirect("people:person_list")


@keeps_typed
@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.SEE_PEOPLE)
def people_import(request: Request) -> HttpResponse:
    """A list of people: first what would happen, row by row, then the invitations."""
    form = ImportForm(posted(request), request.FILES or None, request=request)
    rows = []
    if is_usable(request, form):
        text = form.cleaned_data["text"]
        rows = read_people(text, organisation=request.user.organisation)
        is_sure = form.cleaned_data["sure"] and not any(row.fault for row in rows)
        if is_sure and invited(request, rows):
            return redirect("people:person_list")
        form = ImportForm(request=request, initial={"text": text})
    context = {"form": form, "rows": rows, "faults": sum(bool(row.fault) for row in rows)}
    status = 422 if context["faults"] else status_of(request, form)
    return render(request, "people/people_import.html", context, status=status)


def invited(request: Request, rows: list[Row]) -> bool:
    """Invite everybody of a list; not when somebody else did so meanwhile."""
    try:
        made = actions.invite_people(
            organisation=request.user.organisation,
            by=request.user,
            people=[row.as_invited for row in rows],
        )
    except NotAllowed as refusal:
        messages.warning(request, f"{refusal} Nobody was invited.")
        return False
    sent = sum(send(*each) for each in made)
    messages.success(request, f"{sent} of {len(made)} invitations are on their way.")
    return True


@never_cache
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Make the account that one was invited to make, and go on to the second factor."""
    row = Invitation.objects.filter(token_hash=digest(token)).first()
    if row is None or not row.is_usable:
        return over(request, "It was used already, was revoked, or has run out.")
    if request.user.is_authenticated:
        elsewhere = "people/invitation_elsewhere.html"
        return render(request, elsewhere, {"invitation": row}, status=409)
    sent = request.POST if request.method == "POST" else None
    form = AcceptForm(sent, email=row.email, initial={"name": row.name})
    if form.is_valid():
        try:
            user = actions.accept_invitation(
                invitation=row,
                name=form.cleaned_data["name"],
                password=form.cleaned_data["password1"],
            )
        except NotAllowed as refusal:
            return over(request, str(refusal))
        perform_login(request, Login(user=user, redirect_url=reverse("mfa_index")))
        reauthenticate_by_password(request)
        return redirect("mfa_index")
    form.fields["password1"].help_text = HOW_LONG
    context: dict[str, object] = {"form": form, "invitation": row}
    status = 422 if form.is_bound else 200
    return render(request, "people/invitation.html", context, status=status)
