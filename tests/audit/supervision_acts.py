"""The actions of supervision, as `acts` has the others."""

import datetime as dt
from typing import Any

from django.utils import timezone

from impasses import actions as impasses
from people import account_actions as accounts
from people import actions as people
from people.models import Client, User
from supervision import draft_actions as drafts
from supervision import meeting_actions as meetings
from supervision import review_actions as reviews
from supervision import vignette_actions as sketches
from supervision.models import AgendaItem, Agreement, Meeting, MeetingDraft
from tests.audit.acts import CANARY, Act, Prepare, colleague, nothing
from tests.audit.people_acts import supervision
from tests.conftest import TODAY


def supervised(heron: Client) -> User:
    return supervision(heron, -30).supervisor


def meeting(heron: Client) -> Meeting:
    return meetings.plan_meeting(
        by=supervised(heron), therapists=[heron.therapist], at=timezone.now(), minutes=60,
        today=TODAY(),
    )  # fmt: skip


def item(heron: Client) -> AgendaItem:
    held = meeting(heron)
    return brought(heron, held.supervisor)


def brought(heron: Client, supervisor: User) -> AgendaItem:
    return meetings.bring_case(
        client=heron, by=heron.therapist, supervisor=supervisor, question=CANARY, today=TODAY()
    )


def agreed(heron: Client) -> Agreement:
    return meetings.agree(
        item=item(heron), by=heron.therapist, strategy="T1", words=CANARY, today=TODAY()
    )


def closed(heron: Client) -> Meeting:
    held = meeting(heron)
    return meetings.close_meeting(meeting=held, by=held.supervisor)


def draft(heron: Client) -> MeetingDraft:
    return drafts.save_meeting_draft(
        meeting=meeting(heron), by=heron.therapist, body={"notes": [CANARY]}
    )


def sketch(heron: Client) -> Any:
    return sketches.answer_vignette(by=heron.therapist, vignette="V1", manifestations=["M1"])


def training(heron: Client) -> Any:
    """The queue is on and Thea in training; all but her newest session are submitted."""
    people.change_settings(by=heron.therapist, review_queue=True)
    accounts.change_person(
        person=heron.therapist, by=heron.therapist, roles=["therapist"], in_training=True
    )
    newest, *before = heron.therapy_sessions.newest_first()
    for session in before:
        reviews.submit_session(session=session, by=heron.therapist)
    return newest


def submitted(heron: Client) -> Any:
    return reviews.submit_session(session=training(heron), by=heron.therapist)


def approved(heron: Client) -> Any:
    return reviews.approve_session(
        review=submitted(heron), by=colleague(heron), version=1, comment=CANARY
    )


SUPERVISION_ACTS: dict[str, tuple[Prepare, Act, str]] = {
    "supervision.vignette_actions.answer_vignette": (
        nothing, lambda heron, _: sketch(heron), "sketch answered",
    ),
    "supervision.vignette_actions.restart_vignettes": (
        sketch,
        lambda heron, _: sketches.restart_vignettes(by=heron.therapist),
        "sketches started again",
    ),
    "supervision.review_actions.submit_session": (
        training,
        lambda heron, row: reviews.submit_session(session=row, by=heron.therapist),
        "session submitted",
    ),
    "supervision.review_actions.submit_sessions": (
        training,
        lambda heron, _: reviews.submit_sessions(by=heron.therapist, now=timezone.now()),
        "session submitted",
    ),
    "supervision.review_actions.approve_session": (
        submitted,
        lambda heron, row: reviews.approve_session(
            review=row, by=colleague(heron), version=1, comment=CANARY
        ),
        "session approved",
    ),
    "supervision.review_actions.send_back_session": (
        submitted,
        lambda heron, row: reviews.send_back_session(
            review=row, by=colleague(heron), version=1, comment=CANARY
        ),
        "session sent back",
    ),
    "supervision.review_actions.take_back_approval": (
        approved,
        lambda heron, row: reviews.take_back_approval(review=row, by=row.decided_by),
        "approval taken back",
    ),
    "impasses.actions.agree_step": (
        supervised,
        lambda heron, _: impasses.agree_step(
            client=heron, by=heron.therapist, today=TODAY(), strategy="T1", words=CANARY
        ),
        "agreed in supervision",
    ),
    "supervision.meeting_actions.plan_meeting": (
        supervised,
        lambda heron, by: meetings.plan_meeting(
            by=by, therapists=[heron.therapist], at=timezone.now(), minutes=60, today=TODAY()
        ),
        "meeting planned",
    ),
    "supervision.meeting_actions.move_meeting": (
        meeting,
        lambda heron, row: meetings.move_meeting(
            meeting=row, by=heron.therapist, at=timezone.now() + dt.timedelta(days=1), minutes=45
        ),
        "meeting moved",
    ),
    "supervision.meeting_actions.call_off_meeting": (
        meeting,
        lambda heron, row: meetings.call_off_meeting(meeting=row, by=heron.therapist),
        "meeting called off",
    ),
    "supervision.meeting_actions.bring_case": (
        supervised, brought, "case brought to supervision",
    ),
    "supervision.meeting_actions.propose_case": (
        supervised,
        lambda heron, by: meetings.propose_case(
            client=heron, by=by, reason=CANARY, today=TODAY()
        ),
        "case proposed for supervision",
    ),
    "supervision.meeting_actions.take_off": (
        item,
        lambda heron, row: meetings.take_off(item=row, by=heron.therapist),
        "case taken off the agenda",
    ),
    "supervision.meeting_actions.take_back": (
        agreed,
        lambda heron, row: meetings.take_back(agreement=row, by=heron.therapist),
        "agreement taken back",
    ),
    "supervision.meeting_actions.note_meeting": (
        item,
        lambda heron, row: meetings.note_meeting(
            meeting=row.meeting, by=heron.therapist, version=1, notes=CANARY,
            answers={row.pk: CANARY},
        ),
        "meeting noted",
    ),
    "supervision.draft_actions.discard_meeting_draft": (
        draft,
        lambda heron, row: drafts.discard_meeting_draft(draft=row, by=heron.therapist),
        "draft discarded",
    ),
    "supervision.meeting_actions.close_meeting": (
        meeting,
        lambda heron, row: meetings.close_meeting(meeting=row, by=heron.therapist),
        "meeting closed",
    ),
    "supervision.meeting_actions.reopen_meeting": (
        closed,
        lambda heron, row: meetings.reopen_meeting(
            meeting=row, by=heron.therapist, today=TODAY()
        ),
        "meeting opened again",
    ),
}  # fmt: skip
