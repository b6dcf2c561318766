"""Practising with sketches: the twelve, one of them, and starting again."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from people.actions import NotAllowed
from people.permissions import Permission, require
from people.requests import Request
from people.resubmit import is_usable, keeps_typed, posted, status_of
from supervision.vignette_actions import answer_vignette, restart_vignettes
from supervision.vignette_form import VignetteForm
from supervision.vignettes import practice


@require_safe
@require(Permission.READ_CASES)
def vignette_list(request: Request) -> HttpResponse:
    """How far one has come and, once finished, how far the team agrees."""
    context = {"page": practice(request.user)}
    return render(request, "supervision/vignette_list.html", context)


@keeps_typed
@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.READ_CASES)
def vignette(request: Request, vignette: str) -> HttpResponse:
    """Read a sketch and mark what one sees; 409 once all are read and the answers stand."""
    page = practice(request.user)
    row = page.row_of(vignette)
    if row is None:
        raise Http404
    form = VignetteForm(posted(request), initial={"marks": [s.id for s in row.signs or ()]})
    refusal = ""
    if is_usable(request, form):
        try:
            answer_vignette(
                by=request.user, vignette=vignette, manifestations=form.cleaned_data["marks"]
            )
        except NotAllowed as reason:
            refusal, page = str(reason), practice(request.user)
        else:
            return go_on(request)
    context = {"page": page, "row": page.row_of(vignette), "form": form, "refusal": refusal}
    status = 409 if refusal else status_of(request, form)
    return render(request, "supervision/vignette.html", context, status=status)


@require_POST
@require(Permission.READ_CASES)
def vignette_restart(request: Request) -> HttpResponse:
    """Clear one's own answers."""
    try:
        restart_vignettes(by=request.user)
    except NotAllowed as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, "Your answers are cleared. You can read the sketches anew.")
    return redirect("supervision:vignette_list")


def go_on(request: Request) -> HttpResponse:
    """To the next open sketch, or to the list after the last."""
    following = practice(request.user).next
    if following is None:
        messages.success(request, "That was the last of the twelve. Thank you.")
        return redirect("supervision:vignette_list")
    return redirect("supervision:vignette", vignette=following.id)
