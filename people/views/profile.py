"""A person's own account: name, taste, address, and where they are signed in."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from people import profile_actions as actions
from people.permissions import Permission, require
from people.profile_forms import ProfileForm
from people.profile_page import sign_ins_of
from people.requests import Request
from people.resubmit import is_usable, keeps_typed, posted, status_of
from people.second_factor import factors_of


@keeps_typed
@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.SIGNED_IN)
def profile(request: Request) -> HttpResponse:
    """Name and taste; ways to everything else about the account."""
    user = request.user
    known = {name: getattr(user, name) for name in ProfileForm.base_fields}
    form = ProfileForm(posted(request), initial=known)
    if is_usable(request, form):
        actions.change_profile(by=user, **form.cleaned_data)
        messages.success(request, "Saved.")
        return redirect("people:profile")
    context = {
        "form": form,
        "sign_ins": sign_ins_of(user, here=request.session.session_key or ""),
        "factors": factors_of(user).count(),
    }
    return render(request, "people/profile.html", context, status=status_of(request, form))


@require_POST
@require(Permission.SIGNED_IN)
def sign_in_end(request: Request, pk: int) -> HttpResponse:
    """Sign out somewhere else."""
    sign_in = get_object_or_404(request.user.usersession_set, pk=pk)  # type: ignore[attr-defined]
    actions.end_sign_in(sign_in=sign_in, by=request.user)
    messages.success(request, "That sign-in is over.")
    return redirect("people:profile")


@require_POST
@require(Permission.SIGNED_IN)
def sign_ins_end(request: Request) -> HttpResponse:
    """Sign out everywhere else."""
    actions.end_other_sign_ins(by=request.user, here=request.session.session_key or "")
    messages.success(request, "You are signed in here alone.")
    return redirect("people:profile")
