"""What the world does not need for its pages: a row in each table that it leaves empty."""

import datetime as dt
import zoneinfo
from unittest.mock import patch

from impasses.episode_actions import weigh_types
from impasses.models import Episode
from impasses.rule_actions import publish_rule
from people import walls
from people.models import Client
from sessions_app.actions import amend_session
from sessions_app.entries import SessionEntry, TrialEntry
from sessions_app.models import TherapySession
from sessions_app.transfer_actions import transfer_cases
from supervision.draft_actions import save_meeting_draft
from supervision.models import Meeting
from supervision.vignette_actions import answer_vignette
from tests.conftest import TODAY, ago
from tests.house.world import OWN, World, patient
from trends import letters
from trends.due import write_due


def fill(world: World) -> None:
    """Change the session, answer, weigh, publish, write again, send, and hand the case over."""
    thea = world.users["therapist"]
    clinic = thea.organisation
    with walls.inside(clinic.pk), patient():
        client = Client.objects.get(pk=world.client)
        entry = SessionEntry(
            held_at=ago(7), theme=OWN, trials=(TrialEntry(step=world.step, outcome="helped"),)
        )
        session = TherapySession.objects.select_related("client").get(pk=world.session)
        amend_session(session=session, by=thea, entry=entry, version=session.version)
        episode = Episode.objects.get(pk=world.episode)
        weigh_types(episode=episode, by=thea, weights={"Y1": (2, OWN)})
        publish_rule(
            by=world.users["supervisor"], rule="R1", is_on=False, thresholds={}, reason=OWN,
            version=1,
        )  # fmt: skip
        answer_vignette(by=thea, vignette="V1", manifestations=["M2"])
        meeting = Meeting.objects.get(pk=world.meeting)
        save_meeting_draft(meeting=meeting, by=thea, body={"notes": [OWN]})
        write_due(clinic, forced=True)
        with patch.object(letters, "parts", return_value=(letters.Part("Work", "1 case", "/"),)):
            letters.send_letters(clinic, now=monday_noon())
        transfer_cases(
            clients=[client], to=world.users["colleague"], by=world.users["administrator"],
            reason="On leave.", today=TODAY(),
        )  # fmt: skip


def monday_noon() -> dt.datetime:
    """Of this week, after the hour from which letters go."""
    monday = TODAY() - dt.timedelta(days=TODAY().weekday())
    return dt.datetime.combine(monday, dt.time(12), zoneinfo.ZoneInfo("Europe/London"))
