"""Structured logs: one line an event, with the request's id; JSON, or plain on a laptop."""

import re
from typing import Any

import structlog

# Links that open something: what stands behind these never gets into a log.
TOKENS = re.compile(r"(/(?:invitation|address/\w+|password/reset/key)/)[^/\s]+")


def hide_tokens(logger: Any, name: str, line: dict[str, Any]) -> dict[str, Any]:
    """A log line without the tokens of links in its texts."""
    return {
        key: TOKENS.sub(r"\1...", value) if isinstance(value, str) else value
        for key, value in line.items()
    }


def configure_logs(*, plain: bool) -> dict[str, Any]:
    """The LOGGING setting; also points structlog at it. `plain` writes key=value, not JSON."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        hide_tokens,
    ]
    structlog.configure(
        processors=[
            *shared,
            structlog.stdlib.filter_by_level,
            structlog.processors.format_exc_info,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    renderer: Any = (
        structlog.processors.KeyValueRenderer(key_order=["timestamp", "level", "event"])
        if plain
        else structlog.processors.JSONRenderer()
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "lines": {
                "()": structlog.stdlib.ProcessorFormatter,
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    renderer,
                ],
                "foreign_pre_chain": shared,
            }
        },
        "handlers": {"stream": {"class": "logging.StreamHandler", "formatter": "lines"}},
        "root": {"handlers": ["stream"], "level": "INFO"},
        "loggers": {
            "django.server": {"handlers": ["stream"], "level": "WARNING", "propagate": False},
            "django.request": {"handlers": ["stream"], "level": "ERROR", "propagate": False},
        },
    }
