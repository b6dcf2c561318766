"""What waits to be written: once, in order, whoever tries, whatever fails."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError
from django.utils import timezone

from people import walls
from people.actions import change_settings
from people.models import Client, Organisation, StalePeriod, User
from tests.conftest import log
from tests.trends.conftest import in_last_week, last_week, of, write
from trends import due as waiting
from trends.actions import summarise
from trends.models import MOST_TRIES, PeriodRun, TrendSummary, TrendVersion
from trends.periods import Kind, Period
from trends.tasks import write_summaries


@pytest.fixture
def logged(heron: Client) -> Client:
    """Heron, with a session in each of the last three weeks."""
    for weeks in range(3):
        log(heron, days=in_last_week() + 7 * weeks)
    return heron


def run(period: Period | None = None) -> PeriodRun:
    period = period or last_week()
    return PeriodRun.objects.get(kind=period.kind, starts_on=period.starts_on)


def test_the_earliest_comes_first_and_what_is_not_over_is_not_written(
    logged: Client, clinic: Organisation
) -> None:
    log(logged, days=0)
    found = waiting.due(clinic, now=timezone.now())
    assert found == sorted(found, key=lambda period: period.ends_before)
    assert [period for period in found if period.kind == Kind.WEEK][-1] == last_week()
    write(clinic)
    assert waiting.due(clinic, now=timezone.now()) == []


def test_what_does_not_fit_into_the_time_waits(logged: Client, clinic: Organisation) -> None:
    assert waiting.write_due(clinic, seconds=-1) == 0
    assert not PeriodRun.objects.exists()


def test_an_outage_is_caught_up(logged: Client, clinic: Organisation, time_machine: Any) -> None:
    write(clinic)
    before = TrendSummary.objects.count()
    time_machine.move_to(timezone.now() + dt.timedelta(days=14))
    lines = write(clinic)
    weeks = [line for line in lines if "organisation" in line and "-W" in line]
    assert len(weeks) == 2
    assert TrendSummary.objects.count() > before


def test_a_change_while_it_is_written_makes_it_due_again(
    logged: Client, clinic: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    def meanwhile(**given: Any) -> Any:
        lines = summarise(**given)
        if given["period"] == last_week() and not StalePeriod.objects.filter(version__gt=50):
            StalePeriod.objects.filter(week=last_week().starts_on).update(version=51)
        return lines

    monkeypatch.setattr(waiting, "summarise", meanwhile)
    write(clinic)
    assert waiting.due(clinic, now=timezone.now()) == [last_week()]
    write(clinic)
    assert waiting.due(clinic, now=timezone.now()) == []


def test_one_that_fails_holds_up_none_and_is_tried_less_and_less(
    logged: Client, clinic: Organisation, monkeypatch: pytest.MonkeyPatch, time_machine: Any
) -> None:
    broken = last_week().before

    def fail(**given: Any) -> Any:
        if given["period"] == broken:
            raise ZeroDivisionError("Heron, a note")
        return summarise(**given)

    monkeypatch.setattr(waiting, "summarise", fail)
    moment = timezone.now()
    waits = []
    for _ in range(MOST_TRIES):
        time_machine.move_to(moment)
        waiting.write_due(clinic)
        waits.append(round((run(broken).retry_at - timezone.now()).total_seconds() / 60))
        moment = run(broken).retry_at + dt.timedelta(seconds=1)
    assert run().done_at, "the week after it is written"
    failed = run(broken)
    assert (failed.tries, failed.error, failed.done_at) == (MOST_TRIES, "ZeroDivisionError", None)
    assert failed.has_failed
    assert waits == sorted(waits)
    assert waits[:3] == [6, 12, 24]
    assert waits[-1] == 360

    monkeypatch.undo()
    time_machine.move_to(moment)
    waiting.write_due(clinic)
    assert run(broken).has_failed, "after so many tries somebody looks first"
    write(clinic)
    assert run(broken).done_at
    assert (run(broken).tries, run(broken).error) == (0, "")


def test_a_failure_in_the_middle_leaves_nothing_half(
    logged: Client, clinic: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*args: Any, **given: Any) -> None:
        raise OperationalError("server closed the connection unexpectedly")

    write(clinic)
    log(logged, "M1a", days=in_last_week())
    with monkeypatch.context() as patch:
        patch.setattr("trends.actions.TrendSummary.objects.bulk_update", gone)
        waiting.write_due(clinic)
    assert not TrendVersion.objects.exists()
    assert run().error == "OperationalError"
    assert waiting.due(clinic, now=timezone.now()) == [last_week()]


def test_many_at_once_write_each_once(
    transactional_db: None, logged: Client, clinic: Organisation, at_once: Callable[..., list[Any]]
) -> None:
    def sweep(_: int) -> int:
        with walls.inside(clinic.pk):
            return waiting.write_due(clinic)

    total = len(waiting.due(clinic, now=timezone.now()))
    written = at_once(sweep, 5)
    with walls.inside(clinic.pk):
        waiting.write_due(clinic, forced=True)
        assert not TrendVersion.objects.exists()
        assert set(TrendSummary.objects.values_list("version", flat=True)) == {1}
        assert sum(written) <= total
        assert waiting.due(clinic, now=timezone.now()) == []


def test_another_time_zone_or_profile_reads_everything_anew(
    logged: Client, ada: User, clinic: Organisation
) -> None:
    write(clinic)
    change_settings(by=ada, time_zone="Pacific/Auckland")
    clinic.refresh_from_db()
    now = dt.datetime.combine(last_week().ends_before + dt.timedelta(days=2), dt.time(12), dt.UTC)
    assert last_week() in waiting.due(clinic, now=now)
    write(clinic)
    change_settings(by=ada, score_profile="Conservative")
    assert last_week() in waiting.due(clinic, now=now)


def test_a_session_near_midnight_belongs_to_the_local_week(
    heron: Client, thea: User, ada: User, clinic: Organisation
) -> None:
    """Sunday, 23:30 in St John's, is Monday in UTC."""
    change_settings(by=ada, time_zone="America/St_Johns")
    clinic.refresh_from_db()
    sunday = last_week().last_day - dt.timedelta(days=7)
    moment = dt.datetime.combine(sunday + dt.timedelta(days=1), dt.time(2, 45), dt.UTC)
    log(heron, held_at=moment)
    write(clinic)
    week = last_week().before
    held = TrendSummary.objects.get(scope="therapist", kind="week", starts_on=week.starts_on)
    assert held.own["counts"]["held"] == [1, 1]
    assert "held" not in of(thea)


def test_the_task_sweeps_every_organisation(
    logged: Client, wren: Client, otto: User, clinic: Organisation
) -> None:
    with walls.inside(otto.organisation_id):
        log(wren, days=in_last_week())
    write_summaries()
    assert of(logged.therapist)["held"] == 1
    with walls.inside(otto.organisation_id):
        assert of(otto)["held"] == 1
    assert not TrendSummary.objects.filter(subject=otto.pk).exists()


# --- the command ---------------------------------------------------------------------------------


def test_the_command_says_what_it_wrote(
    logged: Client, clinic: Organisation, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("summaries", "--due")
    lines = capsys.readouterr().out.splitlines()
    assert f"therapist {logged.therapist_id} {last_week().code} new" in lines
    assert "Heron" not in "".join(lines)
    call_command("summaries", "--due")
    assert capsys.readouterr().out == ""


def test_a_rebuild_proves_the_summaries_equal_to_the_raw_rows(
    logged: Client, clinic: Organisation, capsys: pytest.CaptureFixture[str]
) -> None:
    write(clinic)
    call_command("summaries", "--rebuild", "--for", str(clinic.pk))
    assert "0 new, 0 rewritten" in capsys.readouterr().out.splitlines()[-1]
    TrendSummary.objects.filter(scope="therapist").update(inputs="0" * 64)
    call_command("summaries", "--rebuild")
    assert ", 3 rewritten" in capsys.readouterr().out.splitlines()[-1]


def test_a_rebuild_that_breaks_off_is_gone_on_with(
    logged: Client, clinic: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(clinic)
    periods = []

    def stop(**given: Any) -> Any:
        periods.append(given["period"])
        if len(periods) == 2:
            raise KeyboardInterrupt
        return summarise(**given)

    monkeypatch.setattr(waiting, "summarise", stop)
    with pytest.raises(KeyboardInterrupt):
        call_command("summaries", "--rebuild")
    first = periods.copy()
    periods.clear()
    periods.extend([None, None])
    call_command("summaries", "--due")
    assert periods[2] == first[1], "the first was written, and is not again"


@pytest.mark.parametrize("named", ["north", "0197c2f4-0000-7000-8000-000000000000"])
def test_an_organisation_nobody_knows(db: None, named: str) -> None:
    with pytest.raises(CommandError, match="There is no organisation"):
        call_command("summaries", "--for", named)


def test_what_could_not_be_written_is_an_error(
    logged: Client, clinic: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(**given: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(waiting, "summarise", fail)
    with pytest.raises(CommandError, match="periods are not written"):
        call_command("summaries", "--due")
