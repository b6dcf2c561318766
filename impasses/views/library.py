"""The library: the whole catalogue on one page, an anchor for each id."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from impasses.catalogue import catalogue
from impasses.measures import profiles
from people.permissions import Permission, require


@require_safe
@require(Permission.READ_LIBRARY)
def library(request: HttpRequest) -> HttpResponse:
    """Everything the program knows about impasses, the same for everybody."""
    return render(
        request,
        "impasses/library.html",
        {"catalogue": catalogue(), "profiles": profiles().values()},
    )
