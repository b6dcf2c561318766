"""Two pages that are broken on purpose. An attack that does not find them has proved nothing.

Only tests can have them: the image holds no tests, and outside LOCAL this file refuses to load.
"""

from functools import partial

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection, transaction
from django.http import HttpRequest, HttpResponse
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

if not settings.LOCAL:
    raise ImproperlyConfigured("The canary is for attacks on a laptop, never for people.")


def said(request: HttpRequest) -> HttpResponse:
    """Says back what it is told, unescaped."""
    return HttpResponse(f"<p>You said {request.GET.get('said', '')}</p>")


def found(request: HttpRequest) -> HttpResponse:
    """Asks the database with the words as they come."""
    birds = "(VALUES ('heron'), ('wren')) AS birds (word)"
    sql = f"SELECT word FROM {birds} WHERE word = '{request.GET.get('word', '')}'"
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
            return HttpResponse(f"<p>Found {cursor.fetchall()}</p>")
    except DatabaseError as error:
        return HttpResponse(f"<p>{error}</p>")


urlpatterns = [
    *ours,
    path("canary/open/said/", login_not_required(said), name="canary-open-said"),
    path("canary/open/found/", login_not_required(found), name="canary-open-found"),
    path("canary/inside/said/", partial(said), name="canary-inside-said"),
    path("canary/inside/found/", partial(found), name="canary-inside-found"),
]
