"""Who may do what: one vocabulary, one table, one decorator. Object checks are `visible_to`."""

from collections.abc import Callable
from enum import StrEnum
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse


class Role(StrEnum):
    """What a person is here. Roles are a set: one person can treat and supervise."""

    THERAPIST = "therapist"
    SUPERVISOR = "supervisor"
    ADMINISTRATOR = "administrator"


class Permission(StrEnum):
    """Everything a page can ask for."""

    SIGNED_IN = "be signed in"
    READ_LIBRARY = "read the library"
    TREAT = "treat: own clients, sessions, suggestions"
    READ_CASES = "read cases: one's own, and those one supervises"
    SUPERVISE = "look over the caseloads of those one supervises"
    SET_RULES = "change the rules of the organisation"
    SEE_TRENDS = "see how the work moves: one's own, the team's, or the organisation's in counts"
    SEE_PEOPLE = "see the accounts of the organisation"
    SEE_AUDIT = "read the audit log"
    SET_ORGANISATION = "change the settings of the organisation"


EVERYBODY = frozenset({Permission.SIGNED_IN, Permission.READ_LIBRARY, Permission.SEE_TRENDS})
ROLES: dict[Role, frozenset[Permission]] = {
    Role.THERAPIST: EVERYBODY | {Permission.TREAT, Permission.READ_CASES},
    Role.SUPERVISOR: EVERYBODY
    | {Permission.READ_CASES, Permission.SUPERVISE, Permission.SET_RULES},
    Role.ADMINISTRATOR: EVERYBODY
    | {Permission.SEE_PEOPLE, Permission.SEE_AUDIT, Permission.SET_ORGANISATION},
}

View = Callable[..., HttpResponse]


def may(user: Any, permission: Permission) -> bool:
    """Whether one of the person's roles carries the permission."""
    return any(permission in ROLES[Role(role)] for role in user.roles)


def require(permission: Permission) -> Callable[[View], View]:
    """Open a view to those who hold `permission`; others get 403, strangers the sign-in page."""

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not may(request.user, permission):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        guarded.permission = permission  # type: ignore[attr-defined]
        return guarded

    return guard


def before_second_factor(view: View) -> View:
    """Open a view also to those who still have to set up the factor that their roles ask for."""
    view.before_second_factor = True  # type: ignore[attr-defined]
    return view


def may_wait(view: Any) -> bool:
    """Whether the second factor may wait: for strangers' pages, and those marked so."""
    is_public = not getattr(view, "login_required", True)
    return is_public or getattr(view, "before_second_factor", False)


def background(view: View) -> View:
    """Mark a view that a page calls by itself: it keeps no idle sign-in alive."""
    view.background = True  # type: ignore[attr-defined]
    return view
