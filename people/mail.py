"""Letters: counts and links, never a word about a client."""

import smtplib
from contextlib import suppress
from typing import Any

import structlog
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template import Context, Engine, TemplateDoesNotExist
from django.template.loader import get_template

log = structlog.get_logger(__name__)


def link(path: str) -> str:
    """The whole address of one of our pages."""
    return f"{settings.SITE_URL}{path}"


def send(letter: str, to: str, **context: Any) -> bool:
    """Send `mail/<letter>.txt`, whose first line is the subject; whether it was taken.

    With `mail/<letter>.html`, where there is one, beside it.

    A mail server that does not answer within EMAIL_TIMEOUT, or an address that no letter can carry,
    is in the log, and nothing else fails.
    """
    text = (
        Engine.get_default()
        .get_template(f"mail/{letter}.txt")
        .render(
            Context(context, autoescape=False)  # a letter is no page
        )
    )
    subject, _, body = text.partition("\n")
    message = EmailMultiAlternatives(subject=subject.strip(), body=body.strip() + "\n", to=[to])
    with suppress(TemplateDoesNotExist):
        message.attach_alternative(get_template(f"mail/{letter}.html").render(context), "text/html")
    try:
        message.send()
    except (OSError, smtplib.SMTPException, ValueError) as error:
        log.error("mail_not_sent", letter=letter, because=type(error).__name__)
        return False
    return True
