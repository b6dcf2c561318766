"""The door for gunicorn."""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "impasse_tracker.settings")
application = get_wsgi_application()
get_resolver().url_patterns  # noqa: B018  every page's code is read now, not at the first request
gc.collect()
gc.freeze()  # what the start made stays: no request pays for looking through it
