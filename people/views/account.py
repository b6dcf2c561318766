"""Signing out, removing a passkey, and who is signed in: what a page asks by itself."""

from allauth.account.views import logout
from allauth.mfa.webauthn.views import remove_webauthn
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_safe

from people.permissions import Permission, background, before_second_factor, require
from people.requests import Request
from people.second_factor import KEPT, SealedAdapter, factors_of


@before_second_factor
@background
@require_safe
@require(Permission.SIGNED_IN)
def me(request: Request) -> JsonResponse:
    """The person's id and a fresh CSRF token; 401 for a page whose sign-in is over."""
    return JsonResponse({"id": str(request.user.pk), "csrf": get_token(request)})


@require_http_methods(["GET", "HEAD", "POST"])
def sign_out(request: HttpRequest) -> HttpResponseBase:
    """allauth's sign-out; the browser is asked to forget what it kept of us."""
    response = logout(request)
    if request.method == "POST":
        response["Clear-Site-Data"] = '"cache", "storage"'
    return response


sign_out.permission = Permission.SIGNED_IN  # type: ignore[attr-defined]
sign_out.before_second_factor = True  # type: ignore[attr-defined]


@require(Permission.SIGNED_IN)
def remove_passkey(request: Request, pk: int) -> HttpResponse:
    """allauth's, except that the last factor a role asks for stays."""
    passkey = get_object_or_404(factors_of(request.user), pk=pk)
    if not SealedAdapter().can_delete_authenticator(passkey):
        messages.warning(request, KEPT)
        return redirect("mfa_index")
    response: HttpResponse = remove_webauthn(request, pk=pk)
    return response
