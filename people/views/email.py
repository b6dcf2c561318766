"""Another address to sign in with: asked for here, confirmed and stopped from letters."""

from allauth.core import ratelimit
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from people import mail
from people import profile_actions as actions
from people.actions import NotAllowed
from people.models import EmailChange
from people.permissions import Permission, require
from people.profile_forms import EmailForm
from people.requests import Request
from people.resubmit import is_usable, keeps_typed, posted, status_of
from people.tokens import digest

TOO_MANY = "You asked several times within an hour. Use the latest letter, or wait an hour."


@keeps_typed
@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.SIGNED_IN)
def email_change(request: Request) -> HttpResponse:
    """Ask for another address: a letter goes to both."""
    form = EmailForm(posted(request), request=request)
    if is_usable(request, form):
        if not ratelimit.consume(request, action="change_email", user=request.user):
            form.add_error("email", TOO_MANY)
            return render(request, "people/email_change.html", {"form": form}, status=429)
        try:
            change, confirm, stop = actions.ask_email_change(
                by=request.user, email=form.cleaned_data["email"]
            )
        except NotAllowed as refusal:
            form.add_error("email", str(refusal))
        else:
            write_both(change, confirm, stop)
            messages.success(request, "Two letters are on their way. Nothing is changed yet.")
            return redirect("people:profile")
    context = {"form": form}
    return render(request, "people/email_change.html", context, status=status_of(request, form))


def write_both(change: EmailChange, confirm: str, stop: str) -> None:
    """To the new address a link that makes the change, to the old one a link that stops it."""
    to = {"name": change.user.name, "old": change.old_email, "new": change.new_email}
    yes, no = (
        reverse("people:email_confirm", args=[confirm]),
        reverse("people:email_stop", args=[stop]),
    )
    mail.send("email_confirm", change.new_email, link=mail.link(yes), **to)
    mail.send("email_asked", change.old_email, link=mail.link(no), **to)


@never_cache
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def email_confirm(request: HttpRequest, token: str) -> HttpResponse:
    """From the new address: a button that makes the change."""
    change = EmailChange.objects.filter(confirm_hash=digest(token)).first()
    if change is None or not change.may_be_confirmed:
        return over(request)
    if request.method == "POST":
        try:
            user = actions.confirm_email_change(change=change)
        except NotAllowed as refusal:
            return over(request, str(refusal))
        to = {"name": user.name, "old": change.old_email, "new": user.email}
        for address in (change.old_email, user.email):
            mail.send("email_changed", address, **to)
        return render(request, "people/email_done.html", {"change": change})
    return render(request, "people/email_confirm.html", {"change": change})


@never_cache
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def email_stop(request: HttpRequest, token: str) -> HttpResponse:
    """From the old address: a button that stops the change, or takes it back."""
    change = EmailChange.objects.filter(stop_hash=digest(token)).first()
    if change is None or not change.may_be_stopped:
        return over(request)
    if request.method == "POST":
        try:
            user = actions.stop_email_change(change=change)
        except NotAllowed as refusal:
            return over(request, str(refusal))
        context = {"change": change, "is_closed": not user.is_active}
        return render(request, "people/email_stopped.html", context)
    return render(request, "people/email_stop.html", {"change": change})


def over(request: HttpRequest, because: str = actions.OVER) -> HttpResponse:
    """A link that opens nothing."""
    return render(request, "people/link_over.html", {"because": because}, status=410)
