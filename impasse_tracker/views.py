"""The front door and the pages for when something is not as it should be."""

import sys
import uuid
from typing import Any

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from audit.record import NotRecorded
from impasse_tracker.records import handover_packet
from people.encryption import SealBroken
from people.permissions import Permission, require
from people.requests import Request
from people.views.clients import own_client


@require_safe
@require(Permission.SIGNED_IN)
def home(request: Request) -> HttpResponse:
    """Whoever treats goes to today; who supervises to supervision; the others to people."""
    if request.user.treats:
        return redirect("sessions:today")
    if request.user.supervises:
        return redirect("supervision:dashboard")
    return redirect("people:person_list")


@require_safe
@require(Permission.TREAT)
def handover(request: Request, pk: uuid.UUID) -> HttpResponse:
    """The packet for whoever takes a case over; its therapist reads and prints it."""
    packet = handover_packet(own_client(request, pk))
    return render(request, "handover.html", {"packet": packet, "client": packet.client})


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form of a page that was open too long: nothing is done, what was typed comes back.

    A view with `resubmit` shows its own form again; the person presses the button once more.
    """
    match = request.resolver_match
    view = getattr(match, "func", None)
    again = getattr(view, "resubmit", None)
    if match and again and request.user.is_authenticated and request.method == "POST":
        return again(request, **match.kwargs)
    return render(request, "csrf.html", status=403)


def bad_request(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """400: the request could not be read; 413: there was too much of it."""
    too_much = isinstance(exception, RequestDataTooBig | TooManyFieldsSent)
    status = 413 if too_much else 400
    return render(request, f"{status}.html", status=status)


def too_often(request: HttpRequest, kind: str = "", seconds: int = 300) -> HttpResponse:
    """429: too many tries, or more of a kind than one person asks for in a minute.

    What was typed comes back with it; a page's own request is told so instead.
    """
    response: HttpResponse = JsonResponse({"status": "too often"}, status=429)
    if request.headers.get("X-Requested-With") != "fetch":
        context = {"kind": kind, "seconds": seconds, "typed": typed_words(request)}
        response = render(request, "429.html", context, status=429)
    response["Retry-After"] = str(seconds)
    return response


def not_yours(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """403: visible, but not yours to change."""
    return render(request, "403.html", {"typed": typed_words(request)}, status=403)


def not_there(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """404: not there, or not visible to this person; the two look the same."""
    return render(request, "404.html", {"typed": typed_words(request)}, status=404)


def typed_words(request: HttpRequest) -> list[str]:
    """What somebody wrote in a form whose place is gone by now, so that they can take it along."""
    view = getattr(request.resolver_match, "func", None)
    if not hasattr(view, "resubmit"):
        return []
    values = [text.strip() for _, texts in request.POST.lists() for text in texts]
    return [text for text in values if len(text.split()) > 1]


UNAVAILABLE: dict[type[BaseException], str] = {
    NotRecorded: "503_not_recorded.html",
    SealBroken: "503_sealed.html",
    OperationalError: "503.html",
    InterfaceError: "503.html",
}


def went_wrong(request: HttpRequest) -> HttpResponse:
    """500, or 503 with the reason in a sentence: no database, no record, no key.

    Needs neither database nor sign-in.
    """
    error = sys.exc_info()[0] or Exception
    reason = next((page for kind, page in UNAVAILABLE.items() if issubclass(error, kind)), None)
    if reason is None:
        return render(None, "500.html", status=500)
    return render(None, reason, {"typed": typed_words(request)}, status=503)
