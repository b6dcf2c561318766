"""One module a subject."""

from supervision.views.agenda import (
    brief,
    bring,
    case_agenda,
    case_meetings,
    item_off,
    propose,
)
from supervision.views.dashboard import dashboard, therapist
from supervision.views.drafts import meeting_draft_discard, meeting_draft_save
from supervision.views.meetings import (
    item_agree,
    item_back,
    meeting,
    meeting_call_off,
    meeting_close,
    meeting_list,
    meeting_move,
    meeting_new,
    meeting_print,
    meeting_reopen,
    next_meeting,
)
from supervision.views.reviews import (
    review,
    review_approve,
    review_back,
    review_list,
    review_state,
    review_submit,
    review_submit_all,
    review_undo,
)
from supervision.views.vignettes import vignette, vignette_list, vignette_restart

__all__ = [
    "brief",
    "bring",
    "case_agenda",
    "case_meetings",
    "dashboard",
    "item_agree",
    "item_back",
    "item_off",
    "meeting",
    "meeting_call_off",
    "meeting_close",
    "meeting_draft_discard",
    "meeting_draft_save",
    "meeting_list",
    "meeting_move",
    "meeting_new",
    "meeting_print",
    "meeting_reopen",
    "next_meeting",
    "propose",
    "review",
    "review_approve",
    "review_back",
    "review_list",
    "review_state",
    "review_submit",
    "review_submit_all",
    "review_undo",
    "therapist",
    "vignette",
    "vignette_list",
    "vignette_restart",
]
