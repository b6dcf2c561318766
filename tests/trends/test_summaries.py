"""What is written about a week: for whom, from what, and again when something changes."""

import datetime as dt
from typing import Any

import pytest

from impasses.actions import plan_suggestion
from impasses.models import Suggestion
from impasses.models.episode import Stage
from people.account_actions import change_person
from people.actions import create_client
from people.models import Client, Organisation, StalePeriod, User, Visibility
from sessions_app.actions import assess_case
from sessions_app.entries import TagEntry, TrialEntry
from sessions_app.episode_actions import move_impasse, open_impasse
from sessions_app.models import TherapySession
from sessions_app.transfer_actions import transfer_cases
from tests.conftest import TODAY, log
from tests.trends.conftest import (
    Scope,
    amend,
    at,
    counts,
    in_last_week,
    last_week,
    of,
    summary,
    write,
)
from trends.actions import summarise
from trends.models import PeriodRun, TrendSummary, TrendVersion

pytestmark = pytest.mark.usefixtures("inside")


def private(code: str) -> TagEntry:
    return TagEntry(code=code, visibility=Visibility.PRIVATE)


def test_a_week_in_figures(thea: User, heron: Client, clinic: Organisation) -> None:
    log(heron, TagEntry(code="M5", intensity=3), "M1a", days=in_last_week(0), repair="partly")
    log(heron, "M5b", days=in_last_week(3))
    log(heron, days=in_last_week(5), attendance="no_show")
    write(clinic)
    found = of(thea)
    assert (found["held"], found["missed"], found["attendance.no_show"]) == (2, 1, 1)
    assert (found["sign.M5"], found["intensity.M5"], found["sign.M1"]) == (2, 5, 1)
    assert (found["strain"], found["repair.partly"], found["repair.unsaid"]) == (2, 1, 1)
    assert (found["cases"], found["missing.score"]) == (1, 1)
    assert "missing.log" not in found
    assert of(thea) == of(thea, own=False)


def test_what_is_private_stands_in_the_own_figures_alone(
    thea: User, heron: Client, sunil: User, clinic: Organisation
) -> None:
    log(heron, private("M3"), "M1a", days=in_last_week())
    write(clinic)
    assert of(thea)["sign.M3"] == 1
    for about, scope in ((thea, Scope.THERAPIST), (heron, Scope.CLIENT), (sunil, Scope.TEAM)):
        others = counts(about, scope, own=False)
        assert others["sign.M1"] == 1
        assert "sign.M3" not in others
        assert "intensity.M3" not in others
    assert counts(heron, Scope.CLIENT)["sign.M3"] == 1
    assert summary(sunil, Scope.TEAM).own is None


def test_what_rests_on_a_private_finding_is_counted_for_nobody_else(
    thea: User, heron: Client, sunil: User, clinic: Organisation
) -> None:
    for weeks in (3, 2, 1):
        log(heron, private("M5"), days=in_last_week(0) + 7 * weeks)
    assess_case(client=heron, today=last_week().starts_on)
    Suggestion.objects.update(created_at=at(last_week().starts_on))
    finding = Suggestion.objects.live().filter(shared_trace__isnull=True).earliest("rank")
    day = last_week().starts_on
    open_impasse(client=heron, by=thea, today=day, stage=Stage.NAMED, suggestion=finding)
    step, *_ = plan_suggestion(
        suggestion=finding, by=thea, today=day, therapist_words="Slower.", client_words="Say."
    )
    log(heron, days=in_last_week(2), trials=(TrialEntry(step=step.pk, outcome="no"),))
    write(clinic)
    told = {"offered", "opened", "open", "stage.named", "wait.open", "outcome.no"}
    assert told <= of(thea).keys()
    for about, scope in ((thea, Scope.THERAPIST), (heron, Scope.CLIENT), (sunil, Scope.TEAM)):
        others = summary(about, scope).shared
        assert not told & others["counts"].keys()
        assert not [key for key in others["counts"] if key.startswith(("type.", "wait."))]
        assert others["waits"] == []


def test_of_an_organisation_nothing_is_told_about_fewer_than_five(
    thea: User, clinic: Organisation
) -> None:
    for number in range(5):
        client = create_client(by=thea, code_name=f"Client {number}")
        log(client, "M1a", *(["M2a"] if number else []), days=in_last_week())
    write(clinic)
    found = summary(clinic, Scope.ORGANISATION)
    assert found.shared["counts"]["sign.M1"] == [5, 5]
    assert found.shared["counts"]["sign.M2"] == [None, None]
    assert found.own is None


def test_a_team_is_who_was_supervised_when_the_week_ended(
    thea: User, tom: User, heron: Client, sunil: User, clinic: Organisation
) -> None:
    toms = create_client(by=tom, code_name="Owl")
    log(heron, days=in_last_week())
    log(toms, days=in_last_week())
    write(clinic)
    assert counts(sunil, Scope.TEAM, own=False)["held"] == 1


def test_an_impasse_from_opening_to_closing(
    thea: User, heron: Client, clinic: Organisation, time_machine: Any
) -> None:
    monday = last_week().starts_on
    for weeks in (5, 4):
        log(heron, days=in_last_week(0) + 7 * weeks)
    episode = open_impasse(
        client=heron, by=thea, today=monday - dt.timedelta(days=21), stage=Stage.NAMED
    )
    for weeks in (3, 2, 1):
        log(heron, days=in_last_week(0) + 7 * weeks)
    log(heron, days=in_last_week(1))
    write(clinic)
    found = of(thea)
    assert (found["open"], found["stage.named"], found["stuck"]) == (1, 1, 1)
    assert summary(thea, Scope.THERAPIST).own["waits"] == [[4, False]]

    move_impasse(episode=episode, by=thea, to=Stage.LOOSENING, today=monday + dt.timedelta(days=2))
    write(clinic)
    found = of(thea)
    assert (found["loosened"], found["stage.loosening"]) == (1, 1)
    assert "stuck" not in found
    assert summary(thea, Scope.THERAPIST).own["waits"] == [[4, True]]


def test_a_second_writing_changes_nothing(heron: Client, clinic: Organisation) -> None:
    log(heron, days=in_last_week())
    first = write(clinic)
    assert {line.split()[-1] for line in first} == {"new"}
    assert write(clinic) == []
    again = [str(line) for line in summarise(organisation=clinic, period=last_week())]
    assert {line.split()[-1] for line in again} == {"unchanged"}
    assert not TrendVersion.objects.exists()


def test_a_late_change_rewrites_and_keeps_what_it_said_before(
    thea: User, heron: Client, clinic: Organisation
) -> None:
    session = log(heron, "M1a", days=in_last_week())
    write(clinic)
    before = summary(thea, Scope.THERAPIST)
    amend(session, tags=(TagEntry(code="M2"),))
    lines = write(clinic)
    assert f"therapist {thea.pk} {last_week().code} rewritten" in lines
    after = summary(thea, Scope.THERAPIST)
    assert (after.pk, after.version) == (before.pk, 2)
    assert after.inputs != before.inputs
    kept = TrendVersion.objects.get(summary=after)
    assert (kept.version, kept.own, kept.inputs) == (1, before.own, before.inputs)
    assert "sign.M1" not in of(thea)


def test_a_session_moved_to_another_week_leaves_its_old_one_empty(
    thea: User, heron: Client, clinic: Organisation
) -> None:
    session = log(heron, days=in_last_week())
    write(clinic)
    amend(session, held_at=session.held_at - dt.timedelta(days=7))
    write(clinic)
    assert of(thea).get("held", 0) == 0
    assert of(thea)["missing.log"] == 1
    assert counts(heron, Scope.CLIENT).get("held", 0) == 0


def test_what_was_long_ago_shows_in_every_week_since(
    thea: User, heron: Client, clinic: Organisation
) -> None:
    for weeks in (4, 3, 2, 1, 0):
        log(heron, days=in_last_week() + 7 * weeks)
    open_impasse(
        client=heron,
        by=thea,
        today=last_week().starts_on - dt.timedelta(days=1),
        stage=Stage.NAMED,
    )
    write(clinic)
    assert of(thea)["stuck"] == 1
    late = TherapySession.objects.order_by("held_at")[2]
    amend(late, movement=True)
    write(clinic)
    assert "stuck" not in of(thea), "it moved two weeks before, and that was said only now"


def test_a_case_handed_over_since_stays_with_who_had_it(
    thea: User, tom: User, ada: User, heron: Client, clinic: Organisation
) -> None:
    log(heron, private("M3"), days=in_last_week())
    write(clinic)
    transfer_cases(clients=[heron], to=tom, by=ada, reason="leave", today=TODAY())
    StalePeriod.objects.update(version=99)
    write(clinic)
    assert (of(thea)["held"], of(thea)["cases"], of(thea)["sign.M3"]) == (1, 1, 1)
    assert not TrendSummary.objects.filter(subject=tom.pk).exists()


def test_what_a_private_step_did_stays_with_who_had_the_case_then(
    thea: User, tom: User, ada: User, heron: Client, clinic: Organisation
) -> None:
    """Thea's weeks count her own movements also after the handover; nobody else's do."""
    monday = last_week().starts_on
    log(heron, days=in_last_week(0) + 28)
    for weeks in (3, 2, 1):
        log(heron, private("M5"), days=in_last_week(0) + 7 * weeks)
    assess_case(client=heron, today=TODAY())
    finding = Suggestion.objects.live().filter(shared_trace__isnull=True).earliest("rank")
    step, *_ = plan_suggestion(
        suggestion=finding, by=thea, today=monday, therapist_words="Slower.", client_words="Say."
    )
    open_impasse(client=heron, by=thea, today=monday - dt.timedelta(days=28), stage=Stage.NAMED)
    log(heron, days=in_last_week(0), trials=(TrialEntry(step=step.pk, outcome="helped"),))
    write(clinic)
    before = of(thea)
    assert "stuck" not in before
    waits = summary(thea, Scope.THERAPIST).own["waits"]
    transfer_cases(clients=[heron], to=tom, by=ada, reason="leave", today=TODAY())
    StalePeriod.objects.update(version=99)
    write(clinic)
    assert of(thea) == before
    assert summary(thea, Scope.THERAPIST).own["waits"] == waits
    assert of(thea, own=False)["stuck"] == 1


def test_each_week_that_is_over_is_written_also_a_quiet_one(
    thea: User, heron: Client, clinic: Organisation
) -> None:
    log(heron, days=in_last_week() + 21)
    write(clinic)
    weeks = PeriodRun.objects.filter(kind="week")
    assert weeks.count() == 4
    assert all(run.done_at for run in PeriodRun.objects.all())
    assert of(thea)["missing.log"] == 1


def test_a_person_who_left_keeps_their_weeks(
    thea: User, ada: User, heron: Client, clinic: Organisation
) -> None:
    log(heron, days=in_last_week())
    write(clinic)
    change_person(person=thea, by=ada, roles=["supervisor"], in_training=False)
    thea.refresh_from_db()
    assert not TrendSummary.objects.visible_to(thea).filter(scope=Scope.THERAPIST).exists()
    assert summary(thea, Scope.THERAPIST).own["counts"]["held"] == [1, 1]
