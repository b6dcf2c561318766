"""Every address of the house, tried as everybody. An address that is not in the table fails.

The world is built once, through actions, and each try is rolled back.
"""

import datetime as dt
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import connection
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from impasses import actions as impasses
from impasses.models import Suggestion, SuggestionQuerySet
from people import account_actions as accounts
from people import actions as people
from people import supervision_actions as supervisions
from people import walls
from people.emergency_actions import open_in_emergency
from people.models import Client, ClientQuerySet, User
from sessions_app import actions as sessions
from sessions_app.entries import ScoreEntry
from sessions_app.episode_actions import open_impasse
from sessions_app.models import TherapySession, TherapySessionQuerySet
from sessions_app.replay_actions import advance_replay, start_replay
from sessions_app.score_actions import record_scores
from supervision.meeting_actions import agree, bring_case, plan_meeting
from supervision.models import Review, ReviewQuerySet
from supervision.review_actions import submit_session
from tests.conftest import PASSWORD, TODAY, ago, empty_tables, log, person, typed
from tests.house.access_table import PEOPLE, TABLE
from tests.house.tree import arguments, patterns
from trends.due import write_due
from trends.models import PeriodRun, TrendSummaryQuerySet

NO_POST = "302  405  405  405  405  405  405  405  302"
NO_POST_PUBLIC = " ".join(["405"] * len(PEOPLE))
PUBLIC = {
    "livez",
    "readyz",
    "account_inactive",
    "account_reset_password_done",
    "account_reset_password_from_key_done",
}
PASSKEY = {"name": "Laptop", "credential": {}}

CODE_NAME = "Quillfeather"
NAMES_CASES = {  # to an administrator, who knows a case by its code name and therapist alone
    "people:audit_list", "people:audit_export", "people:person", "sessions:transfer",
    "people:emergency_log",
}  # fmt: skip
SHARED = "kingfisher-shared"
SEALED = "kingfisher-own"  # private notes, drafts, goals, what is planned: the therapist's alone
MAY_READ = {"therapist": {CODE_NAME, SHARED, SEALED}, "supervisor": {CODE_NAME, SHARED}}


@dataclass(frozen=True)
class World:
    """Everybody's browser by name, and the ids of one case that is somebody's own."""

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

    def browser(self, who: str) -> Browser:
        browser = Browser()
        if who != "stranger":
            browser.cookies[settings.SESSION_COOKIE_NAME] = self.cookies[who]
        return browser

    def address(self, name: str) -> str:
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
        }.get(kind)
        area = path.split("/")[0]
        number = {"accounts": self.passkey, "profile": self.sign_in, "trends": self.run}.get(
            area, self.score
        )
        word = "V1" if "<str:vignette>" in path else "R1"
        known = {"uuid": pk, "int": number, "str": word, "item": self.item}
        known["agreement"] = self.agreement
        return reverse(name, args=arguments(path, **known))


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """Committed once for this file; taken away by the owner at its end."""
    with django_db_blocker.unblock():
        made = build()
        connection.close()
    yield made
    with django_db_blocker.unblock():
        connection.close()
        empty_tables()


def build() -> World:
    clinic = people.create_organisation(name="Northside", time_zone="Europe/London")
    other = people.create_organisation(name="Elsewhere", time_zone="Europe/London")
    users = {
        "therapist": person(clinic, "Thea", "therapist"),
        "colleague": person(clinic, "Tom", "therapist"),
        "supervisor": person(clinic, "Sunil", "supervisor", "therapist"),
        "former": person(clinic, "Petra", "supervisor"),
        "unassigned": person(clinic, "Ugo", "supervisor"),
        "administrator": person(clinic, "Ada", "administrator"),
        "elsewhere": person(other, "Otto", "therapist", "supervisor", "administrator"),
        "deactivated": person(clinic, "Dana", "therapist"),
    }
    with walls.inside(clinic.pk):
        client, session = a_case(users)
        review = in_training(users, session)
        write_due(clinic, forced=True)
        run = PeriodRun.objects.filter(kind="week").latest("starts_on")
        first = client.suggestions.live().get(rule="R1")
        step = client.plan_steps.all()[0]
        score = client.measurements.get(therapy_session=None)
        people.tell(people=[users["therapist"]], text="Something changed.", path="/today/")
        notice = users["therapist"].notices.get()
        replay = start_replay(by=users["supervisor"], rule="R1", is_on=False, thresholds={})
        advance_replay(replay=replay.pk)
        episode = open_impasse(
            client=client, by=users["therapist"], today=TODAY(), stage="named", words=SEALED
        )
        meeting = plan_meeting(
            by=users["supervisor"], therapists=[users["therapist"]], at=timezone.now(), minutes=50,
            today=TODAY(),
        )  # fmt: skip
        item = bring_case(
            client=client, by=users["therapist"], supervisor=users["supervisor"], question=SHARED,
            today=TODAY(),
        )  # fmt: skip
        agreement = agree(
            item=item, by=users["supervisor"], strategy="T1", words=SHARED, today=TODAY()
        )
        planned = supervisions.start_supervision(
            supervisor=users["unassigned"], therapist=users["colleague"], by=users["colleague"],
            since=TODAY() + dt.timedelta(days=7),
        )  # fmt: skip
        opened = open_in_emergency(
            client=client, by=users["unassigned"], occasion="safety", reason=SEALED,
            now=timezone.now() - dt.timedelta(hours=4),
        )  # fmt: skip
        invited, _ = accounts.invite_person(
            organisation=clinic, by=users["administrator"], email="nora@example.test",
            roles=["therapist"],
        )  # fmt: skip
    cookies = {who: sign_in(user) for who, user in users.items()}
    Browser().post("/accounts/login/", {"login": users["therapist"].email, "password": PASSWORD})
    signed_in = users["therapist"].usersession_set.get()
    passkey = Authenticator.objects.create(user=users["therapist"], type="webauthn", data=PASSKEY)
    User.objects.filter(pk=users["deactivated"].pk).update(is_active=False)
    rows = (client, session, first, step, score, notice, replay, episode, planned, invited)
    rows = (*rows, passkey, signed_in, meeting, item, review, run, agreement, opened)
    return World(users, cookies, *(row.pk for row in rows))


def sign_in(user: User) -> str:
    browser = Browser()
    browser.force_login(user)
    return str(browser.cookies[settings.SESSION_COOKIE_NAME].value)


def a_case(users: dict[str, User]) -> tuple[Client, TherapySession]:
    """Thea's client, who is stuck, with the canaries in every text."""
    thea, today = users["therapist"], TODAY()
    month_ago = today - dt.timedelta(days=30)
    for name in ("supervisor", "former"):
        running = supervisions.start_supervision(
            supervisor=users[name], therapist=thea, since=month_ago, by=thea
        )
    supervisions.end_supervision(supervision=running, until=today - dt.timedelta(days=1), by=thea)
    client = people.create_client(
        by=thea, code_name=CODE_NAME, started_on=month_ago, focus=SEALED, goals=SEALED
    )
    for days in (28, 21, 14):
        log(client, "M5a", "M2a", "M1a", days=days, note=SEALED, note_visibility="private",
            process_note=SEALED)  # fmt: skip
    session = log(client, "M5a", "M2a", days=7, note=SHARED, process_note=SEALED)
    entry = ScoreEntry(instrument="PHQ-9", total=Decimal(9), items=(1,) * 9)
    record_scores(client=client, by=thea, entries=[entry], today=today)
    sessions.assess_case(client=client, today=today)
    *_, second, last = client.suggestions.live().order_by("rank")
    impasses.plan_suggestion(
        suggestion=second, by=thea, today=today, therapist_words=SEALED, client_words=SEALED
    )
    impasses.dismiss_suggestion(suggestion=last, by=thea, reason=SEALED)
    sessions.save_draft(by=thea, client=client, body={"note": [SEALED]})
    return client, session


def in_training(users: dict[str, User], session: TherapySession) -> Review:
    """Thea's session, submitted for review."""
    people.change_settings(by=users["administrator"], review_queue=True)
    accounts.change_person(
        person=users["therapist"], by=users["administrator"], roles=["therapist"], in_training=True
    )
    return submit_session(session=session, by=users["therapist"])


def posted(name: str, world: World) -> dict[str, Any]:
    """What a person would send there, valid."""
    verb = name.rsplit(":", maxsplit=1)[-1]
    in_a_week = TODAY() + dt.timedelta(days=7)
    return {
        "organisation_settings": {
            "name": "Northside", "time_zone": "Europe/London", "idle_minutes": "15",
            "visibility_default": "shared", "retention_years": "8", "review_queue": "False",
            "score_profile": "NHS-TT", "alert_budget": "4", "password": PASSWORD,
        },
        "account_login": {},
        "account_change_password": {"oldpassword": PASSWORD, "password1": "quite another phrase"},
        "account_reauthenticate": {"password": PASSWORD},
        "account_reset_password": {"email": "somebody@example.test"},
        "profile": {
            "name": "Otherwise", "appearance": "dark", "date_style": "day", "spelling": "en-GB",
            "digest": "never",
        },
        "email_change": {"email": "another@example.test", "password": PASSWORD},
        "invitation_new": {
            "email": "new@example.test", "roles": ["therapist"], "password": PASSWORD,
        },
        "people_import": {
            "text": "email\nlist@example.test\n", "sure": "1", "password": PASSWORD,
        },
        "supervision_list": {
            "supervisor": str(world.users["unassigned"].pk), "since": f"{TODAY()}",
            "therapist": str(world.users["therapist"].pk), "password": PASSWORD,
        },
        "person": {"roles": ["therapist"], "password": PASSWORD},
        "person_close": {"password": PASSWORD},
        "person_factors": {"reason": "Lost the phone.", "password": PASSWORD},
        "transfer": {
            "cases": [str(world.client)], "to": str(world.users["colleague"].pk),
            "reason": "On leave.", "password": PASSWORD,
        },
        "emergency_open": {
            "occasion": "safety", "reason": "It cannot wait.", "password": PASSWORD,
            "case": str(world.client),
        },
        "client_new": {"code_name": "Somebody"},
        "client_edit": {"code_name": "Somebody", "started_on": f"{TODAY()}", "version": "1"},
        "client_end": {"reason": "moved", "on": f"{TODAY()}"},
        "session_edit": {"held_at": f"{ago(7):%Y-%m-%dT%H:%M}", "version": "1"},
        "session_log": typed(),
        "rule_change": {"1.at_least": "3", "1.last": "4", "2.intensity": "3", "2.at_least": "1",
                        "2.last": "4", "3.at_least": "2", "3.last": "4", "2.at_most": "0",
                        "1.intensity": "1", "3.intensity": "1", "is_on": "on"},
        "rule_replay": {"reason": "Too many.", "password": PASSWORD},
        "episode_move": {"to": "worked"},
        "episode_close": {"to": "resolved"},
        "episode_describe": {"words": "Otherwise.", "version": "1"},
        "plan_new": {
            "therapist_strategy": "T1", "client_strategy": "K2", "therapist_words": "I try.",
            "client_words": "We try.",
        },
        "supervision_end": {"until": f"{in_a_week}", "password": PASSWORD},
        "meeting_new": {
            "therapists": [str(world.users["therapist"].pk)], "at": f"{in_a_week}T10:00",
            "minutes": "60",
        },
        "meeting_move": {"at": f"{in_a_week}T11:00", "minutes": "60"},
        "meeting": {"version": "1", "notes": "Seen."},
        "item_agree": {"version": "1", "notes": "", f"strategy-{world.item}": "T1"},
        "bring": {"question": "What do I not see?"},
        "propose": {"reason": "It has not moved."},
        "score_new": {"score-GAD-7": "8"},
        "score_edit": {"score-PHQ-9": "8"},
        "draft_save": typed(draft_version="1"),
        "suggestion_plan": {
            "therapist_strategy": "T1", "client_strategy": "K2", "therapist_words": "I try.",
            "client_words": "We try.",
        },
        "suggestion_snooze": {"reason": "Not yet.", "until": f"{in_a_week}"},
        "suggestion_dismiss": {"reason": "It does not fit."},
        "vignette": {"marks": ["M2"]},
        "letter": {"digest": "monthly"},
        "review_approve": {"version": "1"},
        "review_back": {"version": "1", "comment": "Say more."},
    }.get(verb, {})  # fmt: skip


def expected(name: str, who: str, method: str) -> int:
    rows = [*TABLE[name], NO_POST_PUBLIC if name in PUBLIC else NO_POST]
    row = rows[0] if method == "get" else rows[1]
    return int(row.split()[PEOPLE.index(who)])


def test_every_address_stands_in_the_table() -> None:
    assert set(TABLE) == set(patterns())
    for rows in TABLE.values():
        assert all(len(row.split()) == len(PEOPLE) for row in rows)


@pytest.mark.django_db
@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize("name", sorted(TABLE))
def test_everybody_gets_what_is_theirs(world: World, name: str, who: str) -> None:
    for method in ("get", "post"):
        response = send(world, name, who, method)
        assert (method, response.status_code) == (method, expected(name, who, method))
        named = {CODE_NAME} if who == "administrator" and name in NAMES_CASES else set()
        assert words(response) <= MAY_READ.get(who, named)


def send(world: World, name: str, who: str, method: str) -> Any:
    browser = world.browser(who)
    data = posted(name, world) if method == "post" else {"q": CODE_NAME[:3]}
    return getattr(browser, method)(world.address(name), data)


def words(response: Any) -> set[str]:
    text = response.content.decode() + response.get("Location", "")
    return {word for word in (CODE_NAME, SHARED, SEALED) if word in text}


@pytest.mark.django_db
def test_the_canaries_can_be_found(world: World) -> None:
    """Otherwise their absence would prove nothing."""
    pages = ("sessions:case", "sessions:session_read", "sessions:session_log")
    found = {
        who: set().union(*(words(send(world, page, who, "get")) for page in pages))
        for who in MAY_READ
    }
    assert found == MAY_READ


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(n for n in TABLE if "404" in " ".join(TABLE[n])))
def test_somebody_elses_and_nobodys_look_the_same(world: World, name: str) -> None:
    """Whether a row is another person's or does not exist cannot be told apart."""
    browser = world.browser("elsewhere")
    theirs = world.address(name)
    nobodys = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", str(uuid.uuid4()), theirs, count=1)
    method = "post" if expected(name, "elsewhere", "get") == 405 else "get"
    first, second = (getattr(browser, method)(url) for url in (theirs, nobodys))
    assert (first.status_code, second.status_code) == (404, 404)
    assert first.content.replace(theirs.encode(), b"") == second.content.replace(
        nobodys.encode(), b""
    )


# --- the second wall -------------------------------------------------------------------------


@pytest.fixture
def without_the_first_wall(monkeypatch: Any) -> None:
    """As if somebody had forgotten who may see whom: `visible_to` gives everything."""
    for rows in (
        ClientQuerySet,
        TherapySessionQuerySet,
        SuggestionQuerySet,
        ReviewQuerySet,
        TrendSummaryQuerySet,
    ):
        monkeypatch.setattr(rows, "visible_to", lambda self, *args, **kwargs: self.all())
    for name in ("treated_by", "supervised_by"):
        monkeypatch.setattr(ClientQuerySet, name, lambda self, *args, **kwargs: self.all())


@pytest.mark.django_db
@pytest.mark.usefixtures("without_the_first_wall")
@pytest.mark.parametrize("name", sorted(TABLE))
def test_without_the_first_wall_the_second_holds(world: World, name: str) -> None:
    for method in ("get", "post"):
        response = send(world, name, "elsewhere", method)
        assert words(response) == set()
        if "404" in " ".join(TABLE[name]) and response.status_code != 405:
            assert (method, response.status_code) == (method, 404)


@pytest.mark.django_db
@pytest.mark.usefixtures("without_the_first_wall")
def test_the_first_wall_was_really_taken_down(world: World) -> None:
    """A colleague of the same organisation now sees the case: only the second wall was left."""
    assert CODE_NAME in words(send(world, "sessions:case", "colleague", "get"))


@pytest.mark.django_db
def test_nothing_of_the_case_is_there_for_another_organisation(world: World) -> None:
    with walls.inside(world.users["elsewhere"].organisation_id):
        for model, pk in (
            (Client, world.client), (TherapySession, world.session), (Suggestion, world.suggestion),
        ):  # fmt: skip
            assert not model.objects.filter(pk=pk).exists()
    with walls.inside(world.users["therapist"].organisation_id):
        assert Client.objects.filter(pk=world.client).exists()
