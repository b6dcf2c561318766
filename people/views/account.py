"""Signing out, and who is signed in: what a page asks after signing in again inside it."""

from allauth.account.views import logout
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.middleware.csrf import get_token
from django.views.decorators.http import require_safe

from people.permissions import Permission, background, require
from people.requests import Request


@background
@require_safe
@require(Permission.SIGNED_IN)
def me(request: Request) -> JsonResponse:
    """The person's id and a fresh CSRF token; 401 for a page whose sign-in is over."""
    return JsonResponse({"id": str(request.user.pk), "csrf": get_token(request)})


def sign_out(request: HttpRequest) -> HttpResponseBase:
    """allauth's sign-out; the browser is asked to forget what it kept of us."""
    response = logout(request)
    if request.method == "POST":
        response["Clear-Site-Data"] = '"cache", "storage"'
    return response


sign_out.permission = Permission.SIGNED_IN  # type: ignore[attr-defined]
