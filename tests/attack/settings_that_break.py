"""The settings as they are, and one page more: it breaks, so that the page of a fault is seen."""

from impasse_tracker.settings import *  # noqa: F403

ROOT_URLCONF = "tests.attack.urls_that_break"
