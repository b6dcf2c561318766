"""The door for gunicorn."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "impasse_tracker.settings")
application = get_wsgi_application()
gc.collect()
gc.freeze()  # what the start made stays: no request pays for looking through it
