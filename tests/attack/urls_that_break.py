"""Every address of the house, and one that breaks."""

from typing import NoReturn

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest
from django.urls import path

from impasse_tracker.urls import (
    handler400,
    handler403,
    handler404,
    handler429,
    handler500,
)
from impasse_tracker.urls import (
    urlpatterns as ours,
)

__all__ = ["handler400", "handler403", "handler404", "handler429", "handler500", "urlpatterns"]


@login_not_required
def broken(request: HttpRequest) -> NoReturn:
    """Breaks."""
    raise RuntimeError("as asked")


urlpatterns = [*ours, path("broken/", broken, name="broken")]
