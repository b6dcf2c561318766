"""Taking the audit log away, which is itself on record."""

from django.db import transaction

from audit.record import record
from people.audit_page import Wanted, audit_csv
from people.models import User


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
