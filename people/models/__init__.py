"""Who is who, who may see whom, and the clients themselves.

`privacy` on each model labels every field: `clinical` (about a client's therapy), `personal`
(identifies somebody) or `operational`.
"""

from people.models.client import Client, ClientQuerySet, Handover
from people.models.emergency import EmergencyAccess
from people.models.erasure import Erasure
from people.models.invitation import EmailChange, Invitation
from people.models.notice import Notice, StalePeriod
from people.models.organisation import Organisation, ScoreProfile, Visibility
from people.models.supervision import Supervision
from people.models.user import User

__all__ = [
    "Client",
    "ClientQuerySet",
    "EmailChange",
    "EmergencyAccess",
    "Erasure",
    "Handover",
    "Invitation",
    "Notice",
    "Organisation",
    "ScoreProfile",
    "StalePeriod",
    "Supervision",
    "User",
    "Visibility",
]
