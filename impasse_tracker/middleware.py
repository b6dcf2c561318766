"""What happens around every page: headers, limits, idle sign-out, the wall, the closed door."""

import time
import zoneinfo
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils import timezone
from django_htmx.http import HttpResponseClientRedirect

from impasse_tracker.views import too_often
from people import walls
from people.dates import dates_as
from people.limits import kind_of, seconds_to_wait
from people.models import User
from people.permissions import may_wait
from people.refusals import note_refusal
from people.second_factor import lacks_one

GetResponse = Callable[[HttpRequest], HttpResponse]


class HeadersMiddleware:
    """On every answer, files and errors too: nobody else's page may use it, and no page is kept."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response["Cross-Origin-Resource-Policy"] = "same-origin"
        response.setdefault("Cache-Control", "no-store")
        return response


class BodyMiddleware:
    """Refuses, before anything reads it, a body that is too large or in another writing than UTF-8.

    Django's own limit passes over the files in a form.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or ""
        if length.isdecimal() and int(length) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            return render(request, "413.html", status=413)
        charset = (request.content_params or {}).get("charset", "utf-8")
        if charset.lower() not in ("utf-8", "utf8") or (length and not length.isdecimal()):
            request.encoding = "utf-8"
            return render(request, "400.html", status=400)
        return self.get_response(request)


class IdleMiddleware:
    """Signs a person out who did nothing for a while, and everybody once a day.

    Requests that a page makes by itself (autosave, polling) do not count as doing something.
    """

    EVERY_SECONDS = 30  # how often a busy person's row of sign-in is written

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if user.is_authenticated and self.is_over(request.session, user, time.time()):
            request.session.flush()
            request.user = AnonymousUser()
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> None:
        if SESSION_KEY not in request.session:
            return
        now = int(time.time())
        request.session.setdefault("signed_in_at", now)
        request.session.setdefault("seen_at", now)
        is_stale = now - request.session.get("seen_at", 0) >= self.EVERY_SECONDS
        if is_stale and not getattr(view, "background", False):
            request.session["seen_at"] = now

    @staticmethod
    def is_over(kept: Any, user: User, now: float) -> bool:
        idle = now - kept.get("seen_at", now)
        whole = now - kept.get("signed_in_at", now)
        return idle > user.organisation.idle_minutes * 60 or whole > settings.SIGN_IN_HOURS * 3600


class PersonMiddleware:
    """For a signed-in person: behind the organisation's wall, in its time zone.

    What is refused to them is put on record.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if not user.is_authenticated:
            return self.get_response(request)
        zone = zoneinfo.ZoneInfo(user.organisation.time_zone)
        dates = dates_as(user.date_style)
        with walls.inside(user.organisation_id), timezone.override(zone), dates:
            response = self.get_response(request)
            note_refusal(request, response)  # type: ignore[arg-type]
            return response


class SignInMiddleware(LoginRequiredMiddleware):
    """Closes every page to strangers; a page's own requests are told so instead of redirected."""

    def handle_no_permission(  # type: ignore[override]
        self, request: HttpRequest, view_func: Any
    ) -> HttpResponseBase:
        if request.headers.get("X-Requested-With") == "fetch":
            return JsonResponse({"status": "signed-out"}, status=401)
        if request.htmx:  # type: ignore[attr-defined]
            return HttpResponseClientRedirect(resolve_url(settings.LOGIN_URL))
        return super().handle_no_permission(request, view_func)


class SecondFactorMiddleware:
    """Who must have a second factor and has none sets one up before anything else."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponse | None:
        lacks = lacks_one(request)
        request.lacks_factor = lacks  # type: ignore[attr-defined]
        return redirect("mfa_index") if lacks and not may_wait(view) else None


class LimitMiddleware:
    """Answers 429 to whoever asks for the same thing too often (`people/limits.py`)."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponse | None:
        user = request.user
        kind = kind_of(view, request.method)
        wait = seconds_to_wait(user.pk, kind) if kind and user.is_authenticated else 0
        return too_often(request, kind, wait) if wait else None
