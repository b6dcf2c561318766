"""One clinic with one case that is somebody's own, and another organisation beside it.

Built through actions, committed once for a file of tests; each try is rolled back.
"""

import datetime as dt
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from unittest.mock import patch

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import transaction
from django.test import Client as Browser
from django.test.client import ClientHandler
from django.urls import reverse
from django.utils import timezone

from impasse_tracker.rights.erasure_actions import ask_erasure
from impasses import actions as impasses
from people import account_actions as accounts
from people import actions as people
from people import supervision_actions as supervisions
from people import walls
from people.emergency_actions import open_in_emergency
from people.models import Client, Erasure, Organisation, User
from sessions_app import actions as sessions
from sessions_app.entries import ScoreEntry
from sessions_app.episode_actions import open_impasse
from sessions_app.models import TherapySession
from sessions_app.replay_actions import advance_replay, start_replay
from sessions_app.score_actions import record_scores
from supervision.meeting_actions import agree, bring_case, plan_meeting
from supervision.models import AgendaItem, Agreement, Meeting, Review
from supervision.review_actions import submit_session
from tests.conftest import PASSWORD, TODAY, log, person
from tests.house.tree import arguments, patterns
from trends.due import write_due
from trends.models import PeriodRun

HANDLER = ClientHandler(enforce_csrf_checks=False)
PASSKEY = {"name": "Laptop", "credential": {}}

CODE_NAME = "Quillfeather"
SHARED = "kingfisher-shared"  # what is asked and agreed in supervision
NOTE = "kingfisher-note"  # of a session, shared
OWN = "kingfisher-own"  # focus, goals, what is planned: the therapist's, whoever that is
PRIVATE = "kingfisher-private"  # private notes, drafts: their author's, never anybody else's
HOUSE = "halcyon"  # in every name and address of the clinic
WORDS = (CODE_NAME, SHARED, NOTE, OWN, PRIVATE)


@dataclass(frozen=True)
class World:
    """Everybody by name with a sign-in of theirs, and the ids of one case."""

    users: dict[str, User]
    cookies: dict[str, str]
    client: uuid.UUID
    session: uuid.UUID
    suggestion: uuid.UUID
    step: uuid.UUID
    score: int
    notice: uuid.UUID
    replay: uuid.UUID
    episode: uuid.UUID
    supervision: uuid.UUID
    invitation: uuid.UUID
    passkey: int
    sign_in: int
    meeting: uuid.UUID
    item: uuid.UUID
    review: uuid.UUID
    run: int
    agreement: int
    emergency: uuid.UUID
    erasure: uuid.UUID

    def browser(self, who: str) -> Browser:
        browser = Browser()
        browser.handler = HANDLER  # its middleware is loaded once
        if who != "stranger":
            browser.cookies[settings.SESSION_COOKIE_NAME] = self.cookies[who]
        return browser

    def address(self, name: str) -> str:
        """Of the row that the world has for it."""
        path = patterns()[name][1]
        kind = path.split("<")[0].split("/")[-2] if "<" in path else ""
        pk = {
            "clients": self.client,
            "sessions": self.session,
            "suggestions": self.suggestion,
            "steps": self.step,
            "notices": self.notice,
            "replays": self.replay,
            "episodes": self.episode,
            "people": self.users["therapist"].pk,
            "supervisions": self.supervision,
            "invitations": self.invitation,
            "therapists": self.users["therapist"].pk,
            "meetings": self.meeting,
            "agenda": self.item,
            "cases": self.client,
            "reviews": self.review,
            "emergency": self.emergency,
            "erasures": self.erasure,
        }.get(kind)
        area = path.split("/")[0]
        number = {"accounts": self.passkey, "profile": self.sign_in, "trends": self.run}.get(
            area, self.score
        )
        word = "V1" if "<str:vignette>" in path else "R1"
        known = {"uuid": pk, "int": number, "str": word, "item": self.item}
        known["agreement"] = self.agreement
        return reverse(name, args=arguments(path, **known))


def build() -> World:
    clinic = people.create_organisation(name=f"The {HOUSE} clinic", time_zone="Europe/London")
    other = people.create_organisation(name="Elsewhere", time_zone="Europe/London")
    users = staff(clinic) | {
        "elsewhere": person(other, "Otto", "therapist", "supervisor", "administrator"),
        "other administrator": person(other, "Olga", "administrator"),
    }
    thea, sunil, ada = users["therapist"], users["supervisor"], users["administrator"]
    with walls.inside(clinic.pk), patient():
        client, session = a_case(users)
        review = in_training(users, session)
        write_due(clinic, forced=True)
        run = PeriodRun.objects.filter(kind="week").latest("starts_on")
        first = client.suggestions.live().get(rule="R1")
        step = client.plan_steps.all()[0]
        score = client.measurements.get(therapy_session=None)
        people.tell(people=[thea], text="Something changed.", path="/today/")
        notice = thea.notices.get()
        replay = start_replay(by=sunil, rule="R1", is_on=False, thresholds={})
        advance_replay(replay=replay.pk)
        episode = open_impasse(client=client, by=thea, today=TODAY(), stage="named", words=OWN)
        meeting, item, agreement = a_meeting(client, users)
        planned = supervisions.start_supervision(
            supervisor=users["unassigned"], therapist=users["colleague"], by=users["colleague"],
            since=TODAY() + dt.timedelta(days=7),
        )  # fmt: skip
        opened = open_in_emergency(
            client=client, by=users["unassigned"], occasion="safety", reason=OWN,
            now=timezone.now() - dt.timedelta(hours=4),
        )  # fmt: skip
        asked = an_erasure(users)
        invited, _ = accounts.invite_person(
            organisation=clinic, by=ada, email=f"nora@{HOUSE}.test", roles=["therapist"]
        )
    now = int(time.time())
    busy = {"seen_at": now, "signed_in_at": now}  # else each request writes that down anew
    cookies = {who: sign_in(user, **busy) for who, user in users.items()}
    cookies["idle"] = sign_in(thea, seen_at=now - 3600, signed_in_at=now - 7200)
    cookies["overdue"] = sign_in(thea, seen_at=now, signed_in_at=now - 13 * 3600)
    Browser().post("/accounts/login/", {"login": thea.email, "password": PASSWORD})
    signed_in = thea.usersession_set.get()
    passkey = Authenticator.objects.create(user=thea, type="webauthn", data=PASSKEY)
    User.objects.filter(pk=users["deactivated"].pk).update(is_active=False)
    User.objects.filter(pk=users["unproven"].pk).update(email=f"uma@{HOUSE}.example")
    rows = (client, session, first, step, score, notice, replay, episode, planned, invited)
    rows = (*rows, passkey, signed_in, meeting, item, review, run, agreement, opened, asked)
    return World(users, cookies, *(row.pk for row in rows))


def an_erasure(users: dict[str, User]) -> Erasure:
    """Of another case, which has ended."""
    thea = users["therapist"]
    gone = people.create_client(by=thea, code_name="Sparrow")
    gone = people.end_client(client=gone, by=thea, reason="moved", on=TODAY())
    return ask_erasure(client=gone, by=thea, reason="It was asked for.", now=timezone.now())


def staff(clinic: Organisation) -> dict[str, User]:
    """Everybody of the clinic; "unproven" lacks the second factor that is asked of them."""
    roles = {
        "therapist": ("Thea", "therapist"),
        "colleague": ("Tom", "therapist"),
        "supervisor": ("Sunil", "supervisor", "therapist"),
        "former": ("Petra", "supervisor"),
        "from tomorrow": ("Tara", "supervisor"),
        "unassigned": ("Ugo", "supervisor"),
        "administrator": ("Ada", "administrator"),
        "deactivated": ("Dana", "therapist"),
        "unproven": ("Uma", "therapist", "supervisor", "administrator"),
    }
    return {
        who: people.create_user(
            organisation=clinic, email=f"{name.lower()}@{HOUSE}.test", name=f"{name} {HOUSE}",
            roles=set(held), password=PASSWORD,
        )
        for who, (name, *held) in roles.items()
    }  # fmt: skip


def sign_in(user: User, **kept: int) -> str:
    """The cookie of a sign-in; `kept` is what stands in it."""
    browser = Browser()
    browser.force_login(user)
    session = browser.session
    session.update(kept)
    session.save()
    return str(browser.cookies[settings.SESSION_COOKIE_NAME].value)


def a_case(users: dict[str, User]) -> tuple[Client, TherapySession]:
    """Thea's client, who is stuck, with the canaries in every text."""
    thea, today = users["therapist"], TODAY()
    month_ago = today - dt.timedelta(days=30)
    supervised(users)
    client = people.create_client(
        by=thea, code_name=CODE_NAME, started_on=month_ago, focus=OWN, goals=OWN
    )
    for days in (28, 21, 14):
        log(client, "M5a", "M2a", "M1a", days=days, note=PRIVATE, note_visibility="private",
            process_note=PRIVATE)  # fmt: skip
    session = log(client, "M5a", "M2a", days=7, note=NOTE, process_note=PRIVATE)
    entry = ScoreEntry(instrument="PHQ-9", total=Decimal(9), items=(1,) * 9)
    record_scores(client=client, by=thea, entries=[entry], today=today)
    sessions.assess_case(client=client, today=today)
    *_, second, last = client.suggestions.live().order_by("rank")
    impasses.plan_suggestion(
        suggestion=second, by=thea, today=today, therapist_words=OWN, client_words=OWN
    )
    impasses.dismiss_suggestion(suggestion=last, by=thea, reason=OWN)
    sessions.save_draft(by=thea, client=client, body={"note": [PRIVATE]})
    return client, session


def supervised(users: dict[str, User]) -> None:
    """Sunil supervises Thea; Petra did until yesterday, Tara will from tomorrow."""
    thea, today = users["therapist"], TODAY()
    month_ago, tomorrow = today - dt.timedelta(days=30), today + dt.timedelta(days=1)
    for name, since in (
        ("supervisor", month_ago), ("from tomorrow", tomorrow), ("former", month_ago),
    ):  # fmt: skip
        last = supervisions.start_supervision(
            supervisor=users[name], therapist=thea, since=since, by=thea
        )
    supervisions.end_supervision(supervision=last, until=today - dt.timedelta(days=1), by=thea)


def a_meeting(client: Client, users: dict[str, User]) -> tuple[Meeting, AgendaItem, Agreement]:
    """Thea and Sunil meet today about the case, and agreed on something."""
    thea, sunil, today = users["therapist"], users["supervisor"], TODAY()
    meeting = plan_meeting(by=sunil, therapists=[thea], at=timezone.now(), minutes=50, today=today)
    item = bring_case(client=client, by=thea, supervisor=sunil, question=SHARED, today=today)
    return meeting, item, agree(item=item, by=sunil, strategy="T1", words=SHARED, today=today)


def in_training(users: dict[str, User], session: TherapySession) -> Review:
    """Thea's session, submitted for review."""
    people.change_settings(by=users["administrator"], review_queue=True)
    accounts.change_person(
        person=users["therapist"], by=users["administrator"], roles=["therapist"], in_training=True
    )
    return submit_session(session=session, by=users["therapist"])


@contextmanager
def patient() -> Iterator[None]:
    """The rules take the time they need, also on a machine that is busy with other things."""
    with patch.object(impasses, "RULES_SECONDS", 60), patch.object(sessions, "ASSESS_SECONDS", 60):
        yield


@contextmanager
def undone() -> Iterator[None]:
    """Whatever happens inside is taken back."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
