"""Pages of the library and of suggestions, one subject a file."""

from impasses.views.library import library, library_find
from impasses.views.rules import rules
from impasses.views.steps import step_end
from impasses.views.suggestions import (
    suggestion,
    suggestion_dismiss,
    suggestion_plan,
    suggestion_snooze,
)

__all__ = [
    "library",
    "library_find",
    "rules",
    "step_end",
    "suggestion",
    "suggestion_dismiss",
    "suggestion_plan",
    "suggestion_snooze",
]
