"""Two supervision meetings of the demonstration: one that was, and one to come."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction

from impasse_tracker.demo.agenda import practice_day
from people import walls
from people.models import Client, Organisation, User
from supervision import meeting_actions as actions
from supervision.models import AgendaItem, Meeting

HOUR = time(15, 0)
BEFORE, AFTER = timedelta(days=7), timedelta(days=2)
NOTES = "We went through the last sessions one by one. What is unsaid gets louder."
QUESTIONS = (
    ("Juniper", "When is it kind to wait, and when is it me who avoids?", AgendaItem.Wish.IDEAS),
    ("Heron", "I keep apologising instead of asking. What am I afraid to hear?",
     AgendaItem.Wish.BLIND_SPOT),
)  # fmt: skip
ANSWER = "Perhaps that it was too much. Ask, and leave the silence to her."
AGREED = "I ask what the last session left behind, before anything new."


def hold_meetings(home: Organisation, began: date, *, supervisor: str, therapist: str) -> None:
    """Once, when the cases they are about are there; nothing where somebody planned already."""
    with walls.inside(home.pk), transaction.atomic():
        by, thea = (User.objects.get(email=email) for email in (supervisor, therapist))
        cases = {
            case.code_name: case
            for case in Client.objects.filter(
                therapist=thea, code_name__in=[name for name, *_ in QUESTIONS]
            )
        }
        if len(cases) < len(QUESTIONS) or Meeting.objects.filter(supervisor=by).exists():
            return
        zone = ZoneInfo(home.time_zone)
        last = practice_day(began - BEFORE)
        _past(by, thea, cases["Heron"], datetime.combine(last, HOUR, zone))
        coming = datetime.combine(began + AFTER, HOUR, zone)
        actions.plan_meeting(by=by, therapists=[thea], at=coming, minutes=60, today=began)
        for name, question, wish in QUESTIONS:
            actions.bring_case(
                client=cases[name], by=thea, supervisor=by, question=question, wish=wish,
                today=began,
            )  # fmt: skip


def _past(by: User, thea: User, heron: Client, at: datetime) -> None:
    """A closed meeting with one answer and one agreement."""
    on = at.date()
    meeting = actions.plan_meeting(by=by, therapists=[thea], at=at, minutes=60, today=on)
    item = actions.bring_case(
        client=heron, by=thea, supervisor=by, question="Why do I soften every sentence?", today=on
    )
    actions.agree(item=item, by=by, strategy="T3", words=AGREED, today=on)
    actions.note_meeting(
        meeting=meeting, by=by, version=meeting.version, notes=NOTES, answers={item.pk: ANSWER}
    )
    actions.close_meeting(meeting=meeting, by=by)
