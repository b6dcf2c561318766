"""How suggestions are made: the very rules, in plain words, as the organisation uses them."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from impasses.rule_pages import history, rule_cards
from people.permissions import Permission, may, require
from people.requests import Request


@require_safe
@require(Permission.READ_LIBRARY)
def rules(request: Request) -> HttpResponse:
    """The twenty rules, the guards, and every change the organisation has published."""
    organisation = request.user.organisation_id
    context = {
        "cards": rule_cards(organisation),
        "history": history(organisation),
        "may_change": may(request.user, Permission.SET_RULES),
    }
    return render(request, "impasses/rules.html", context)
