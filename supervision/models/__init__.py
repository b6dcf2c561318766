"""What two or more people look at together: meetings with their agenda, reviews, and sketches.

`privacy` labels every field as in `people.models`.
"""

from supervision.models.meeting import (
    AgendaItem,
    AgendaItemQuerySet,
    Agreement,
    Attendee,
    Meeting,
    MeetingDraft,
    MeetingDraftQuerySet,
    MeetingQuerySet,
)
from supervision.models.review import Review, ReviewQuerySet, never_submitted, why_no_review
from supervision.models.vignette import VignetteAnswer, VignetteAnswerQuerySet

__all__ = [
    "AgendaItem",
    "AgendaItemQuerySet",
    "Agreement",
    "Attendee",
    "Meeting",
    "MeetingDraft",
    "MeetingDraftQuerySet",
    "MeetingQuerySet",
    "Review",
    "ReviewQuerySet",
    "VignetteAnswer",
    "VignetteAnswerQuerySet",
    "never_submitted",
    "why_no_review",
]
