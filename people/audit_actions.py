"""Reading the audit log and taking it away, which is itself on record."""

from django.db import transaction

from audit.record import record
from people.audit_page import Wanted, audit_csv
from people.models import User


def note_audit_reading(*, by: User) -> None:
    """Put on record that somebody looked into the audit log."""
    record(
        "audit read",
        by=by,
        target_kind="organisation",
        target_id=by.organisation_id,
        target_label=by.organisation.name,
    )


@transaction.atomic
def export_audit(*, by: User, wanted: Wanted) -> str:
    """The events looked for, as CSV."""
    text, count = audit_csv(by.organisation, wanted)
    record(
        "audit exported",
        by=by,
        target_kind="organisation",
        target_id=by.organisation_id,
        target_label=by.organisation.name,
        detail={"rows": count},
    )
    return text
