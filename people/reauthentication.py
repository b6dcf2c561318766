"""Being sure that it is the person: before a change that concerns everybody."""

from allauth.core import ratelimit

from people.requests import Request

WRONG = "That is not your password. Nothing was changed: try again."
TOO_OFTEN = "Too many tries. Wait a minute, then try again. Nothing was changed."


def doubt(request: Request, password: str) -> str:
    """Why it may not be the person whose sign-in this is, in a sentence; empty when it is."""
    if not ratelimit.consume(request, action="reauthenticate", user=request.user):
        return TOO_OFTEN
    return "" if request.user.check_password(password) else WRONG
