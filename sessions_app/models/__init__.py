"""What happened in the room, and where each case stands now.

`privacy` labels every field as in `people.models`. `TherapySession` is never called "session" in
code that also touches Django's sessions.
"""

from sessions_app.models.case import CaseSnapshot, SessionDraft, SessionRevision
from sessions_app.models.replay import RuleReplay
from sessions_app.models.therapy_session import (
    HELD,
    Measurement,
    Tag,
    Theme,
    TherapySession,
    TherapySessionQuerySet,
)

__all__ = [
    "HELD",
    "CaseSnapshot",
    "Measurement",
    "RuleReplay",
    "SessionDraft",
    "SessionRevision",
    "Tag",
    "Theme",
    "TherapySession",
    "TherapySessionQuerySet",
]
