"""Somebody supervises in place of another until a day: the meetings stay those of the other."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.test import Client as Browser
from django.utils import timezone

from people import supervision_actions as supervisions
from people.models import Client, Organisation, Supervision, User
from supervision import meeting_actions as actions
from supervision.dashboard import dashboard
from supervision.filters import Filters
from supervision.models import Meeting
from tests.conftest import TODAY, person
from tests.supervision.conftest import body, bring, planned

SignIn = Callable[[User], Browser]
TOMORROW = dt.timedelta(days=1)


@pytest.fixture
def stand_in(petra: User, sunil: User, thea: User, inside: None) -> User:
    """Petra, for Sunil, for a week."""
    supervisions.start_supervision(
        supervisor=petra, therapist=thea, by=sunil, since=TODAY(),
        until=TODAY() + dt.timedelta(days=7), stands_in_for=sunil,
    )  # fmt: skip
    return petra


def test_what_is_brought_or_proposed_goes_to_the_meeting_that_is_planned(
    stand_in: User, sunil: User, thea: User, stuck_heron: Client
) -> None:
    held = planned(sunil, thea, at=timezone.now() + TOMORROW)
    assert bring(stuck_heron, stand_in).meeting == held
    assert Meeting.objects.count() == 1
    held.items.all().delete()
    item = actions.propose_case(client=stuck_heron, by=stand_in, reason="A look?", today=TODAY())
    assert item.meeting == held


def test_the_dashboard_knows_the_meetings_of_whom_one_stands_in_for(
    stand_in: User, sunil: User, thea: User, stuck_heron: Client
) -> None:
    held = planned(sunil, thea, at=timezone.now() + TOMORROW)
    bring(stuck_heron, stand_in)
    page = dashboard(stand_in, filters=Filters(), today=TODAY())
    assert page.roster[0].next == held.at
    assert page.rows[0].agenda is not None
    assert page.next is not None
    assert page.next.meeting.meeting == held.pk
    assert page.roster[0].last_met is None
    met = planned(sunil, thea, at=timezone.now() - TOMORROW / 24)
    actions.close_meeting(meeting=met, by=sunil)
    assert dashboard(stand_in, filters=Filters(), today=TODAY()).roster[0].last_met == met.at


def test_the_question_says_who_stands_in_until_when(
    stand_in: User, thea: User, stuck_heron: Client, client_for: SignIn
) -> None:
    said = body(client_for(thea).get(f"/supervision/cases/{stuck_heron.pk}/bring/"))
    assert "Petra stands in for Sunil until" in said


def test_who_comes_back_reads_what_the_stand_in_closed(
    stand_in: User, sunil: User, thea: User, tom: User, client_for: SignIn
) -> None:
    held = planned(stand_in, thea)
    actions.close_meeting(meeting=held, by=stand_in)
    where = f"/supervision/meetings/{held.pk}/"
    assert client_for(sunil).get(where).status_code == 200
    supervisions.start_supervision(supervisor=sunil, therapist=tom, since=TODAY(), by=sunil)
    own = Supervision.objects.get(supervisor=sunil, therapist=thea)
    supervisions.end_supervision(supervision=own, until=TODAY() - TOMORROW, by=sunil)
    assert client_for(sunil).get(where).status_code == 404, "who does not come back does not"
    assert client_for(tom).get(where).status_code == 404


def test_who_comes_back_reads_no_other_meeting(
    stand_in: User, clinic: Organisation, sunil: User, thea: User, tom: User
) -> None:
    """Not another supervisor's, nor what the stand-in held with somebody of their own."""
    olga = person(clinic, "Olga", "supervisor")
    for supervisor, therapist in ((olga, thea), (stand_in, tom), (sunil, tom)):
        supervisions.start_supervision(
            supervisor=supervisor, therapist=therapist, since=TODAY(), by=sunil
        )
    now = timezone.now()
    for hours, (supervisor, therapist) in enumerate(((olga, thea), (stand_in, tom))):
        held = planned(supervisor, therapist, at=now - dt.timedelta(hours=hours))
        actions.close_meeting(meeting=held, by=supervisor)
    held = planned(stand_in, thea)
    actions.close_meeting(meeting=held, by=stand_in)
    assert list(Meeting.objects.visible_to(sunil)) == [held]


def test_who_comes_back_reads_nothing_of_another_time(
    sunil: User, petra: User, thea: User, inside: None
) -> None:
    """What the stand-in closed with the therapist when it was their own supervision."""
    supervisions.start_supervision(
        supervisor=petra, therapist=thea, by=sunil, since=TODAY() - 9 * TOMORROW,
        until=TODAY() - 2 * TOMORROW, stands_in_for=sunil,
    )  # fmt: skip
    supervisions.start_supervision(supervisor=petra, therapist=thea, by=petra, since=TODAY())
    actions.close_meeting(meeting=planned(petra, thea), by=petra)
    assert Meeting.objects.visible_to(petra).count() == 1
    assert not Meeting.objects.visible_to(sunil).exists()
    Meeting.objects.update(closed_at=timezone.now() - 3 * TOMORROW)
    assert Meeting.objects.visible_to(sunil).count() == 1
