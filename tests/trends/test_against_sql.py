"""Every figure of seven weeks and their months beside an independent computation in plain SQL."""

from collections.abc import Mapping
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from people.models import Client, Organisation, User
from sessions_app.models import TherapySession
from tests.conftest import TODAY
from tests.trends import plain_sql
from tests.trends.conftest import amend, write
from tests.trends.months import Months
from trends.models import TrendSummary

pytestmark = [pytest.mark.usefixtures("inside"), pytest.mark.timeout(300)]
EVERY_KIND = {
    "cases", "held", "missed", "attendance.no_show", "sign.M1", "intensity.M5", "strain",
    "repair.repaired", "repair.partly", "repair.unsaid", "opened", "loosened", "resolved", "ended",
    "open", "stage.named", "stage.worked", "stage.loosening", "type.Y1", "stuck", "wait.moved",
    "wait.open", "offered", "planned", "dismissed", "snoozed", "unanswered", "outcome.helped",
    "outcome.no", "score.better", "score.worse", "score.unclear", "drafts", "missing.log",
    "missing.score",
}  # fmt: skip


def ask(sql: str, given: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        return list(cursor.fetchall())


@pytest.fixture
def months(
    thea: User, tom: User, sunil: User, ada: User, clinic: Organisation, time_machine: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr("impasses.actions.RULES_SECONDS", 60)  # a slow machine changes no figure
    Months((thea, tom, sunil), ada, time_machine).live()
    session = TherapySession.objects.exclude(number=None).order_by("held_at")[12]
    amend(session, movement=True, repair="")
    write(clinic)


def test_every_figure_of_every_scope(
    months: None, sunil: User, capsys: pytest.CaptureFixture[str]
) -> None:
    assert plain_sql.differences(ask, TODAY()) == []

    facts = plain_sql.facts(ask, TODAY())
    assert {fact.key for fact in facts} >= EVERY_KIND, "or the weeks were too quiet to tell"
    private = {fact.key for fact in facts if fact.own and not fact.shared}
    assert private >= {"offered", "opened", "open"}
    assert Client.objects.exclude(handovers=None).count() == 1
    assert TrendSummary.objects.filter(scope="team", subject=sunil.pk).count() >= 4

    call_command("summaries", "--rebuild")
    assert "0 new, 0 rewritten" in capsys.readouterr().out.splitlines()[-1]
