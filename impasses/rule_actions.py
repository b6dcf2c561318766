"""Publishing what an organisation wants of a rule; with its audit event."""

from collections.abc import Mapping

from django.db import transaction
from django.urls import reverse

from audit.record import record
from impasses.models import RuleSetting
from impasses.rule_settings import Adjustment, adjusted
from impasses.rulebook import rulebook
from impasses.rules_in_force import settings_in_force, standing, version_in_force
from people.actions import NotAllowed, tell
from people.models import Organisation, User
from people.permissions import Role


@transaction.atomic
def publish_rule(
    *,
    by: User,
    rule: str,
    is_on: bool,
    thresholds: Mapping[str, int],
    reason: str,
    version: int,
) -> RuleSetting:
    """Let a rule work otherwise from now on, and tell every therapist.

    `version` is the one the change began from. Raises NotAllowed when the rule was changed since
    or when nothing would change, OutOfBounds for a threshold that may not be.
    """
    organisation = Organisation.objects.select_for_update().get(pk=by.organisation_id)
    published = rulebook()[rule]
    before = settings_in_force(organisation.pk).get(rule)
    current = version_in_force(rule, before)
    if current != version:
        raise NotAllowed("This rule was changed since you began: look at it again first.")
    if (is_on, dict(thresholds)) == standing(rule, before):
        raise NotAllowed("This is how the rule works already: nothing was changed.")
    adjusted([published], [Adjustment(rule, version + 1, is_on, thresholds)])
    row = RuleSetting.objects.create(
        organisation=organisation,
        rule=rule,
        version=version + 1,
        base_version=published.version,
        is_on=is_on,
        thresholds=dict(thresholds),
        reason=reason,
        published_by=by,
    )
    organisation.rules_version += 1
    organisation.save(update_fields=["rules_version"])
    therapists = User.objects.filter(
        organisation=organisation, is_active=True, roles__contains=[Role.THERAPIST]
    )
    verb = "changed" if is_on else "switched off"
    tell(
        people=therapists,
        text=f"{by.name} {verb} rule {rule}, {published.offer.title}. Cases are being read anew.",
        path=f"{reverse('impasses:rules')}#{rule}",
    )
    record(
        "rule changed",
        by=by,
        target_kind="rule",
        target_id=row.id,
        target_label=f"{rule}, version {row.version}",
        detail={"is_on": is_on, "thresholds": dict(thresholds)},
    )
    return row
