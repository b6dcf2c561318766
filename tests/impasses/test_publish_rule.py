"""A changed rule: a new version, told to every therapist, read by every case."""

import pytest

from impasses.models import RuleSetting
from impasses.rule_actions import publish_rule
from impasses.rule_settings import OutOfBounds
from impasses.rulebook import rulebook
from impasses.rules_in_force import rules_in_force
from people.actions import NotAllowed
from people.models import Client, Notice, Organisation, User
from sessions_app.models import CaseSnapshot
from sessions_app.tasks import assess_waiting
from tests.conftest import log

pytestmark = pytest.mark.usefixtures("inside")


def publish(by: User, rule: str = "R1", *, is_on: bool = True, version: int = 1, **raised: int):  # type: ignore[no-untyped-def]
    thresholds = {name.replace("_", ".", 1): value for name, value in raised.items()}
    return publish_rule(
        by=by, rule=rule, is_on=is_on, thresholds=thresholds, reason="Tried.", version=version
    )


def rule_of(organisation: Organisation, name: str) -> object:
    return next((rule for rule in rules_in_force(organisation.pk) if rule.id == name), None)


def test_the_rule_works_so_from_then_on_and_elsewhere_as_published(
    sunil: User, clinic: Organisation, other_clinic: Organisation
) -> None:
    row = RuleSetting.objects.get(pk=publish(sunil, **{"1_at_least": 3}).pk)
    assert (row.version, row.base_version, row.published_by) == (2, 1, sunil)
    changed = rule_of(clinic, "R1")
    assert changed.version == 2  # type: ignore[attr-defined]
    assert rules_in_force(other_clinic.pk) == rulebook().rules
    publish(sunil, version=2, is_on=False)
    assert rule_of(clinic, "R1") is None
    publish(sunil, version=3)
    assert rule_of(clinic, "R1").version == 4  # type: ignore[attr-defined, union-attr]


def test_every_therapist_is_told_and_nobody_elsewhere(
    sunil: User, tom: User, ada: User, otto: User
) -> None:
    publish(sunil, is_on=False)
    told = set(Notice.objects.values_list("person__name", flat=True))
    assert told == {"Thea", "Tom", "Sunil"}
    assert "switched off rule R1" in Notice.objects.all()[0].text


def test_cases_are_read_anew_and_old_suggestions_keep_their_version(
    sunil: User, stuck_heron: Client
) -> None:
    assert [row.rule for row in stuck_heron.suggestions.live()] == ["R1"]
    publish(sunil, **{"1_at_least": 3, "1_last": 5})
    assess_waiting()
    rows = {row.rule_version: row for row in stuck_heron.suggestions.filter(rule="R1")}
    assert rows[1].state == "superseded"
    assert rows[2].ended_at is None
    assert rows[1].trace["version"] == 1
    publish(sunil, version=2, is_on=False)
    assess_waiting()
    assert not stuck_heron.suggestions.live().exists()
    snapshot = CaseSnapshot.objects.get(client=stuck_heron)
    assert (
        snapshot.rules_version == Organisation.objects.get(pk=sunil.organisation_id).rules_version
    )


def test_a_change_begun_from_another_version_is_refused(sunil: User) -> None:
    publish(sunil, is_on=False)
    with pytest.raises(NotAllowed, match="was changed since"):
        publish(sunil)
    with pytest.raises(NotAllowed, match="nothing was changed"):
        publish(sunil, version=2, is_on=False)


@pytest.mark.parametrize("raised", [{"1_at_least": 0}, {"1_at_least": 13}, {"9_last": 4}])
def test_out_of_bounds_changes_nothing(sunil: User, raised: dict[str, int]) -> None:
    with pytest.raises(OutOfBounds):
        publish(sunil, **raised)
    assert not RuleSetting.objects.exists()


def test_a_setting_made_for_an_older_rule_ends_with_it(
    sunil: User, clinic: Organisation, stuck_heron: Client
) -> None:
    publish(sunil, **{"1_at_least": 4})
    RuleSetting.objects.update(base_version=99)
    assert rule_of(clinic, "R1").when == rulebook()["R1"].when  # type: ignore[attr-defined, union-attr]
    RuleSetting.objects.update(base_version=1, thresholds={"7.gone": 1})
    assert rule_of(clinic, "R1") == rulebook()["R1"]
    log(stuck_heron, days=1, assess=True)
