"""A case that holds a row of every kind there is, all of it written through actions."""

import datetime as dt
from decimal import Decimal

import pytest
from django.utils import timezone

from impasses import actions as impasses
from impasses.episode_actions import describe_episode, weigh_types
from people import account_actions as accounts
from people import actions as people
from people.emergency_actions import open_in_emergency
from people.models import Client, User
from sessions_app import actions as sessions
from sessions_app.entries import ScoreEntry, SessionEntry, TrialEntry
from sessions_app.episode_actions import open_impasse
from sessions_app.replay_actions import advance_replay, start_replay
from sessions_app.transfer_actions import transfer_cases
from supervision.meeting_actions import agree, bring_case, plan_meeting, propose_case
from supervision.review_actions import submit_session
from tests.conftest import TODAY, log, person
from trends.due import write_due

TEXT = "kingfisher"
PROCESS = "kingfisher-process"


@pytest.fixture
def whole_heron(
    heron: Client, sunil: User, tom: User, ada: User, monkeypatch: pytest.MonkeyPatch
) -> Client:
    """Heron, who was Tom's for a while: sessions, impasse, plan, meeting, review, a draft."""
    monkeypatch.setattr(impasses, "RULES_SECONDS", 60)  # not what these tests are about
    thea, today = heron.therapist, TODAY()
    people.edit_client(
        client=heron, by=thea, code_name="Heron", rhythm="weekly", started_on=heron.started_on,
        focus=TEXT, goals=TEXT, version=1,
    )  # fmt: skip
    for days in (28, 21, 14):
        log(heron, "M5a", "M2a", days=days, note=TEXT, process_note=PROCESS, theme=TEXT)
    _planned(heron)
    _supervised(heron, sunil, ada)
    ugo = person(heron.organisation, "Ugo", "supervisor")
    open_in_emergency(client=heron, by=ugo, occasion="safety", reason=TEXT, now=timezone.now())
    replay = start_replay(by=thea, rule="R1", is_on=False, thresholds={})
    advance_replay(replay=replay.pk)
    for _ in range(2):  # the second time there is an earlier version of each summary
        write_due(heron.organisation, forced=True)
        log(heron, "M1a", days=20, note=TEXT)
    write_due(heron.organisation, forced=True)
    for to in (tom, thea):
        case = Client.objects.get(pk=heron.pk)
        transfer_cases(clients=[case], to=to, by=ada, reason="Leave.", today=today)
    sessions.save_draft(by=thea, client=heron, body={"note": [TEXT], "process_note": [PROCESS]})
    return Client.objects.select_related("therapist", "organisation").get(pk=heron.pk)


def _planned(heron: Client) -> None:
    thea, today = heron.therapist, TODAY()
    impasse = open_impasse(client=heron, by=thea, today=today, stage="named", words=TEXT)
    describe_episode(episode=impasse, by=thea, words=TEXT, causes=["C1"], version=1)
    weigh_types(episode=impasse, by=thea, weights={"Y1": (2, TEXT)})
    sessions.assess_case(client=heron, today=today)
    suggestion = heron.suggestions.live()[0]
    words = dict.fromkeys(("therapist_words", "client_words"), TEXT)
    steps = impasses.plan_suggestion(suggestion=suggestion, by=thea, today=today, **words)
    asked = TrialEntry(step=steps[0].pk, outcome="helped")
    score = ScoreEntry(instrument="PHQ-9", total=Decimal(9), items=(1,) * 9)
    last = log(heron, "M5a", days=7, note=TEXT, trials=(asked,), scores=(score,))
    entry = SessionEntry(held_at=last.held_at, note=f"{TEXT} changed", process_note=PROCESS)
    sessions.amend_session(session=last, by=thea, entry=entry, version=1)
    log(heron, "M5b", days=1, scores=(score,), trials=(asked,), process_note=PROCESS)


def _supervised(heron: Client, sunil: User, ada: User) -> None:
    thea, today = heron.therapist, TODAY()
    people.change_settings(by=ada, review_queue=True)
    accounts.change_person(person=thea, by=ada, roles=["therapist"], in_training=True)
    submit_session(session=heron.therapy_sessions.newest_first()[0], by=thea)
    at = timezone.now() + dt.timedelta(days=1)
    plan_meeting(by=sunil, therapists=[thea], at=at, minutes=50, today=today)
    plum = people.create_client(by=thea, code_name="Plum")
    propose_case(client=plum, by=sunil, reason=TEXT, today=today)
    item = bring_case(client=heron, by=thea, supervisor=sunil, question=TEXT, today=today)
    agree(item=item, by=sunil, strategy="T1", words=TEXT, today=today)
