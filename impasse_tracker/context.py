"""What every page's shell shows: where one can go, and where one is."""

from dataclasses import dataclass
from functools import partial
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from impasse_tracker.standstill import standstill
from people.permissions import Permission, may
from people.queries import running_emergencies


@dataclass(frozen=True)
class Place:
    """An entry of the main navigation."""

    name: str
    url: str
    icon: str
    current: bool


PLACES = [
    (Permission.TREAT, "Today", "sessions:today", "today", {"sessions:today"}),
    (
        Permission.READ_CASES,
        "Caseload",
        "sessions:case_list",
        "caseload",
        {
            "sessions:case",
            "sessions:session",
            "sessions:score",
            "sessions:baseline",
            "sessions:episode",
            "sessions:plan",
            "people:client",
            "impasses:suggestion",
            "handover",
            "client_",
        },
    ),
    (
        Permission.SUPERVISE,
        "Supervision",
        "supervision:dashboard",
        "supervision",
        {"supervision:", "people:emergency"},
    ),
    (
        Permission.SEE_PEOPLE,
        "People",
        "people:person_list",
        "people",
        {"people:person", "people:people", "people:invitation", "people:supervision"}
        | {"sessions:transfer"},
    ),
    (Permission.SEE_TRENDS, "Trends", "trends:trends", "trends", {"trends:"}),
    (
        Permission.READ_LIBRARY,
        "Library",
        "impasses:library",
        "library",
        {"impasses:library", "impasses:rules", "sessions:rule", "sessions:what"},
    ),
    (Permission.SEE_AUDIT, "Audit", "people:audit_list", "eye", {"people:audit"}),
    (
        Permission.SET_ORGANISATION,
        "Settings",
        "people:organisation_settings",
        "settings",
        {"people:organisation", "retention", "erasure"},
    ),
]


OF_THE_SUPERVISED = (
    Permission.TREAT,
    "Supervision",
    "supervision:meeting_list",
    "supervision",
    {"supervision:"},
)
"""Where whoever treats and does not supervise finds meetings."""
PROFILE = ("people:profile", "people:email_change", "account_change_password", "mfa_")


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context for `base.html`."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated or getattr(request, "lacks_factor", False):
        return {"nav": []}
    here = request.resolver_match.view_name if request.resolver_match else ""
    context = {
        "nav": [_place(here, *place[1:]) for place in _places(user)],
        "is_profile": here.startswith(PROFILE),
        "emergencies": partial(running_emergencies, user),  # asked for by a whole page alone
    }
    if may(user, Permission.SET_ORGANISATION):
        context["standstill"] = lambda: standstill(user.organisation)  # asked by whole pages alone
    return context


def _places(user: Any) -> list[Any]:
    """Those the person may enter; supervision has another door for whoever supervises nobody."""
    mine = (
        PLACES if may(user, Permission.SUPERVISE) else [*PLACES[:2], OF_THE_SUPERVISED, *PLACES[2:]]
    )
    return [place for place in mine if may(user, place[0])]


def _place(here: str, name: str, url_name: str, icon: str, inside: set[str]) -> Place:
    return Place(
        name=name, url=reverse(url_name), icon=icon, current=here.startswith(tuple(inside))
    )
