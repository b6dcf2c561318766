"""The doors in front of allauth's views: who may enter, in one transaction, and on record."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.internal.stagekit import clear_login, unstash_login
from allauth.mfa.models import Authenticator
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from people.adapter import BOUND, note
from people.models import User
from people.permissions import Permission, before_second_factor, require

View = Callable[..., HttpResponse]
CODES = Authenticator.Type.RECOVERY_CODES
read_or_sent = require_http_methods(["GET", "HEAD", "POST"])  # allauth takes PUT for a POST


def public(view: View) -> View:
    """Open to strangers."""
    return login_not_required(whole(view))


def second_step(view: View) -> View:
    """For whoever gave the password just now, unless it was changed or they were signed out."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        login = unstash_login(request, peek=True)
        if login and request.session.get(BOUND) != login.user.get_session_auth_hash():
            clear_login(request)
            return redirect("account_login")
        return view(request, *args, **kwargs)

    return public(guarded)


def inside(view: View) -> View:
    """For whoever is signed in."""
    return require(Permission.SIGNED_IN)(whole(view))


def on_the_way_in(view: View) -> View:
    """Also for those who still have to set up the second factor that their roles ask for."""
    return before_second_factor(inside(view))


def whole(view: View) -> View:
    """What a view changes and its events in the audit are one transaction."""

    @read_or_sent
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        with transaction.atomic():
            before = _factors(request)
            response = view(request, *args, **kwargs)
            _note_changes(request, before)
            render = getattr(response, "render", None)
            return render() if render else response

    return guarded


def _factors(request: HttpRequest) -> dict[int, tuple[str, str]]:
    """The person's second factors by id: their kind, and the name of a passkey."""
    if request.method != "POST" or not isinstance(request.user, User):
        return {}
    rows = Authenticator.objects.filter(user=request.user)
    return {row.pk: (row.type, row.data.get("name", "")) for row in rows}


def _note_changes(request: HttpRequest, before: dict[int, tuple[str, str]]) -> None:
    """allauth tells of a change after the commit; the audit has to know before."""
    after = _factors(request)
    user: Any = request.user
    for pk, (kind, name) in after.items():
        if pk not in before:
            said = "recovery codes made" if kind == CODES else "second factor added"
            note(said, user, factor=name or kind)
        elif before[pk] != (kind, name):
            note("second factor renamed", user, factor=[before[pk][1], name])
    for kind, name in (before[pk] for pk in before.keys() - after.keys()):
        if kind != CODES:
            note("second factor removed", user, factor=name or kind)
