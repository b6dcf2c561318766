"""The rules an organisation works with: the published ones, and what it has set otherwise."""

import uuid
from collections.abc import Mapping
from functools import lru_cache

import structlog

from impasses.models import RuleSetting
from impasses.rule_settings import Adjustment, OutOfBounds, adjusted
from impasses.rulebook import rulebook
from impasses.rules import Rule

log = structlog.get_logger(__name__)


def settings_in_force(organisation_id: uuid.UUID) -> Mapping[str, RuleSetting]:
    """The latest setting of each rule that was ever set, by rule. One query."""
    return {row.rule: row for row in RuleSetting.objects.newest(organisation_id)}


def rules_in_force(organisation_id: uuid.UUID) -> tuple[Rule, ...]:
    """The rules in published order, as the organisation wants them. One query.

    A setting that no longer fits its rule is left out, and said in the log.
    """
    rules = rulebook().rules
    for row in settings_in_force(organisation_id).values():
        try:
            rules = adjusted(rules, [adjustment_of(row)])
        except OutOfBounds:
            log.exception("rule_setting_does_not_fit", rule=row.rule)
    return rules


@lru_cache(maxsize=1024)
def rules_at(organisation_id: uuid.UUID, rules_version: int) -> tuple[Rule, ...]:
    """The same, remembered: whatever changes them raises the organisation's `rules_version`."""
    return rules_in_force(organisation_id)


def adjustment_of(row: RuleSetting) -> Adjustment:
    """What a setting changes; its thresholds end with the version they were made for."""
    published = rulebook()[row.rule].version
    is_current = row.base_version == published
    return Adjustment(
        rule=row.rule,
        version=max(row.version, published),
        is_on=row.is_on,
        thresholds=row.thresholds if is_current else {},
    )


def version_in_force(rule: str, setting: RuleSetting | None) -> int:
    """The version of a rule as the organisation works with it."""
    published = rulebook()[rule].version
    return max(setting.version, published) if setting else published


def standing(rule: str, setting: RuleSetting | None) -> tuple[bool, dict[str, int]]:
    """Whether a rule is on, and the thresholds that differ from the published ones."""
    if setting is None:
        return True, {}
    is_current = setting.base_version == rulebook()[rule].version
    return setting.is_on, dict(setting.thresholds) if is_current else {}
