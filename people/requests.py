"""The request of a signed-in person, as every view behind `@require` gets it."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from people.models import User


class Request(HttpRequest):
    """A request whose user is a person with an account."""

    user: User
    htmx: HtmxDetails
