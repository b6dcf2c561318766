"""Who changed which setting of the organisation, from the audit."""

from dataclasses import dataclass
from datetime import datetime

from audit.models import AuditEvent
from people.models import User
from people.settings_form import SettingsForm

LATEST_CHANGES = 20


@dataclass(frozen=True)
class SettingsChange:
    """Who changed which setting, when, from what to what."""

    at: datetime
    by: str
    said: tuple[str, ...]


def settings_history(user: User) -> list[SettingsChange]:
    """The latest changes of the organisation's settings. One query."""
    events = AuditEvent.objects.filter(
        organisation_id=user.organisation_id,
        target_id=user.organisation_id,
        kind="settings changed",
    ).order_by("-sequence")[:LATEST_CHANGES]
    return [
        SettingsChange(
            at=event.at,
            by=event.actor_label,
            said=tuple(
                f"{SettingsForm.base_fields[name].label}: {_said(name, before)} to "
                f"{_said(name, after)}"
                for name, (before, after) in event.detail.items()
            ),
        )
        for event in events
    ]


def _said(name: str, value: object) -> str:
    """The answer in the words of the form."""
    choices = getattr(SettingsForm.base_fields[name], "choices", ())
    return str({str(key): label for key, label in choices}.get(str(value), value))
