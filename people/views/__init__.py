"""Pages about people and clients, one subject a file."""

from people.views.account import (
    me,
    remove_passkey,
    sign_out,
)
from people.views.audit import audit_export, audit_find, audit_list, client_readings
from people.views.clients import (
    client_edit,
    client_end,
    client_new,
    client_pause,
    client_reopen,
    client_resume,
)
from people.views.email import (
    email_change,
    email_confirm,
    email_stop,
)
from people.views.emergencies import emergency, emergency_end, emergency_log, emergency_open
from people.views.invitations import (
    invitation,
    invitation_new,
    invitation_resend,
    invitation_revoke,
    people_import,
)
from people.views.notices import (
    notice_seen,
)
from people.views.persons import (
    person,
    person_close,
    person_factors,
    person_find,
    person_list,
    person_open,
    person_sign_out,
)
from people.views.profile import (
    profile,
    sign_in_end,
    sign_ins_end,
)
from people.views.settings import (
    organisation_settings,
)
from people.views.supervision import (
    supervision_end,
    supervision_list,
    supervision_withdraw,
)

__all__ = [
    "audit_export",
    "audit_find",
    "audit_list",
    "client_edit",
    "client_end",
    "client_new",
    "client_pause",
    "client_readings",
    "client_reopen",
    "client_resume",
    "email_change",
    "email_confirm",
    "email_stop",
    "emergency",
    "emergency_end",
    "emergency_log",
    "emergency_open",
    "invitation",
    "invitation_new",
    "invitation_resend",
    "invitation_revoke",
    "me",
    "notice_seen",
    "organisation_settings",
    "people_import",
    "person",
    "person_close",
    "person_factors",
    "person_find",
    "person_list",
    "person_open",
    "person_sign_out",
    "profile",
    "remove_passkey",
    "sign_in_end",
    "sign_ins_end",
    "sign_out",
    "supervision_end",
    "supervision_list",
    "supervision_withdraw",
]
