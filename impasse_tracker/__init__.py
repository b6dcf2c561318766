"""How it is plugged together: settings, addresses, middleware, health, the local engines."""

from impasse_tracker.celery import app as celery_app

__all__ = ["celery_app"]
