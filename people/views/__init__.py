"""Pages about people and clients, one subject a file."""

from people.views.account import me, sign_out
from people.views.clients import (
    client_edit,
    client_end,
    client_new,
    client_pause,
    client_reopen,
    client_resume,
)
from people.views.notices import notice_seen
from people.views.persons import person_list
from people.views.settings import organisation_settings

__all__ = [
    "client_edit",
    "client_end",
    "client_new",
    "client_pause",
    "client_reopen",
    "client_resume",
    "me",
    "notice_seen",
    "organisation_settings",
    "person_list",
    "sign_out",
]
