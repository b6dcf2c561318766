"""The library: the whole catalogue on one page, an anchor for each id."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from impasses.catalogue import catalogue
from impasses.library import find
from impasses.measures import profiles
from people.limits import SEARCH, limited
from people.permissions import Permission, require

LONGEST = 80


@limited(SEARCH)
@require_POST
@require(Permission.READ_LIBRARY)
def library_find(request: HttpRequest) -> HttpResponse:
    """Entries by their words. What is looked for may tell of a client: it is in no address."""
    looked_for = request.POST.get("q", "").strip()[:LONGEST]
    context = {"looked_for": looked_for, "found": find(looked_for)}
    return render(request, "impasses/library_find.html", context)


@require_safe
@require(Permission.READ_LIBRARY)
def library(request: HttpRequest) -> HttpResponse:
    """Everything the program knows about impasses, the same for everybody."""
    return render(
        request,
        "impasses/library.html",
        {"catalogue": catalogue(), "profiles": profiles().values()},
    )
