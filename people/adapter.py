"""How allauth signs people in here: by invitation only, and every attempt on record."""

from typing import Any

import structlog
from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest, HttpResponse

from audit.record import record
from people import walls
from people.models import User

log = structlog.get_logger(__name__)


def _note(kind: str, user: User) -> None:
    with walls.inside(user.organisation_id):
        record(kind, by=user, target_kind="user", target_id=user.id, target_label=user.name)


class ClosedAdapter(DefaultAccountAdapter):
    """No sign-up; sign-in, sign-out and failures are audited."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def login(self, request: HttpRequest, user: Any) -> None:
        super().login(request, user)
        _note("signed in", user)

    def logout(self, request: HttpRequest) -> None:
        user = request.user
        super().logout(request)
        if isinstance(user, User):
            _note("signed out", user)

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        super().authentication_failed(request, **credentials)
        user = User.objects.filter(email__iexact=credentials.get("email", "")).first()
        if user:
            _note("sign-in refused", user)
        else:
            log.warning("sign_in_refused", account="unknown")

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """No "you have signed in" toasts: the page says it."""

    def respond_user_inactive(self, request: HttpRequest, user: Any) -> HttpResponse:
        _note("sign-in refused", user)
        return super().respond_user_inactive(request, user)
