"""Pages of today, cases and sessions, one subject a file."""

from sessions_app.views.baseline import baseline
from sessions_app.views.case import case, case_overview, case_suggestions
from sessions_app.views.case_list import case_find, case_list
from sessions_app.views.drafts import draft_discard, draft_save, edit_draft_discard, edit_draft_save
from sessions_app.views.episodes import (
    episode,
    episode_close,
    episode_describe,
    episode_move,
    episode_undo,
    episode_weigh,
    impasse_accept,
    impasse_open,
)
from sessions_app.views.plans import plan_new, plan_print
from sessions_app.views.rules import (
    rule_change,
    rule_replay,
    rule_replay_cancel,
    rule_replay_progress,
)
from sessions_app.views.scores import (
    score_check,
    score_edit,
    score_list,
    score_new,
    score_remove,
)
from sessions_app.views.session import session_edit, session_log
from sessions_app.views.session_pages import session_history, session_read
from sessions_app.views.today import today
from sessions_app.views.transfers import transfer
from sessions_app.views.visibility import (
    case_visibility,
    item_counts,
    item_private,
    item_shared,
    session_visibility,
)
from sessions_app.views.what_helps import what_helps

__all__ = [
    "baseline",
    "case",
    "case_find",
    "case_list",
    "case_overview",
    "case_suggestions",
    "case_visibility",
    "draft_discard",
    "draft_save",
    "edit_draft_discard",
    "edit_draft_save",
    "episode",
    "episode_close",
    "episode_describe",
    "episode_move",
    "episode_undo",
    "episode_weigh",
    "impasse_accept",
    "impasse_open",
    "item_counts",
    "item_private",
    "item_shared",
    "plan_new",
    "plan_print",
    "rule_change",
    "rule_replay",
    "rule_replay_cancel",
    "rule_replay_progress",
    "score_check",
    "score_edit",
    "score_list",
    "score_new",
    "score_remove",
    "session_edit",
    "session_history",
    "session_log",
    "session_read",
    "session_visibility",
    "today",
    "transfer",
    "what_helps",
]
