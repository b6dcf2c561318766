"""Letters: plain text, counts and links, never a word about a client."""

import smtplib
from typing import Any

import structlog
from django.conf import settings
from django.core.mail import EmailMessage
from django.template import Context, Engine

log = structlog.get_logger(__name__)


def link(path: str) -> str:
    """The whole address of one of our pages."""
    return f"{settings.SITE_URL}{path}"


def send(letter: str, to: str, **context: Any) -> bool:
    """Send `mail/<letter>.txt`, whose first line is the subject; whether it was taken.

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
    message = EmailMessage(subject=subject.strip(), body=body.strip() + "\n", to=[to])
    try:
        message.send()
    except (OSError, smtplib.SMTPException, ValueError) as error:
        log.error("mail_not_sent", letter=letter, because=type(error).__name__)
        return False
    return True
