"""A form of a page that was open too long: nothing is done, and what was typed comes back."""

from collections.abc import Callable
from typing import Any, TypeVar

from django import forms
from django.http import HttpResponse, QueryDict

from people.requests import Request

TOO_LONG_OPEN = (
    "This page had been open too long to be sure it was you. Nothing was saved yet, and "
    "everything you typed is here: press the button again."
)


View = TypeVar("View", bound=Callable[..., HttpResponse])


def keeps_typed(view: View) -> View:
    """Let the view show its form again when the request's token is refused."""
    view.resubmit = again  # type: ignore[attr-defined]
    return view


def again(request: Request, **kwargs: Any) -> HttpResponse:
    """The same view, told that the token was refused."""
    request.token_refused = True  # type: ignore[attr-defined]
    view = request.resolver_match.func  # type: ignore[union-attr]
    return view(request, **kwargs)


def posted(request: Request) -> QueryDict | None:
    """What was sent; None when a form is only asked for."""
    return request.POST if request.method == "POST" else None


def is_usable(request: Request, form: forms.Form) -> bool:
    """Whether the form may act: it is filled, valid, and its token was not refused."""
    is_valid = form.is_valid()
    if getattr(request, "token_refused", False):
        form.add_error(None, TOO_LONG_OPEN)
        return False
    return is_valid


def status_of(request: Request, form: forms.Form) -> int:
    """200 for a form only asked for, 422 for one to be mended, 403 for a refused token."""
    if getattr(request, "token_refused", False):
        return 403
    return 422 if form.is_bound else 200
