"""The door for gunicorn."""

import gc
import os
from importlib import import_module

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "impasse_tracker.settings")
application = get_wsgi_application()
import_module(settings.ROOT_URLCONF)  # every page's code is read now, not at the first request
gc.collect()
gc.freeze()  # what the start made stays: no request pays for looking through it
