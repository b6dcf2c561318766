"""Every page a person can open: no axe finding and no breach of the content policy, light and
dark, on a phone and on a desk, and nothing wider than the screen."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page

from impasses.actions import plan_freely
from impasses.episode_actions import weigh_types
from impasses.models import Suggestion
from people import account_actions as accounts
from people import actions as people
from people import profile_actions as profiles
from people import supervision_actions as supervisions
from people import walls
from people.models import Client, Organisation, Supervision, User
from sessions_app import actions as sessions
from sessions_app.entries import ScoreEntry, SessionEntry, TrialEntry
from sessions_app.episode_actions import move_impasse, open_impasse
from sessions_app.replay_actions import advance_replay, start_replay
from sessions_app.score_actions import record_scores
from supervision import meeting_actions as meetings
from supervision import review_actions as reviews
from supervision.vignette_actions import answer_vignette
from supervision.vignettes import vignettes
from tests.conftest import PASSWORD, TODAY, log, person
from tests.journeys.looks import EVERY_LOOK, LOOKS, axe, look_at
from trends.due import write_due

SignIn = Callable[[User], Page]


def therapist_pages(client: Client) -> list[str]:
    """The addresses of everything Thea can open about a case in full swing."""
    session = client.therapy_sessions.newest_first()[0]
    suggestion = Suggestion.objects.live().filter(client=client)[0]
    return [
        reverse("sessions:case", args=[client.pk]),
        reverse("sessions:today"),
        reverse("sessions:case_list"),
        reverse("sessions:session_log", args=[client.pk]),
        reverse("sessions:session_read", args=[session.pk]),
        reverse("sessions:session_edit", args=[session.pk]),
        reverse("sessions:session_history", args=[session.pk]),
        reverse("sessions:session_visibility", args=[session.pk]),
        reverse("sessions:case_visibility", args=[client.pk]),
        reverse("sessions:baseline", args=[client.pk]),
        reverse("people:client_new"),
        reverse("people:client_edit", args=[client.pk]),
        reverse("people:client_end", args=[client.pk]),
        reverse("sessions:case_overview", args=[client.pk]),
        reverse("sessions:plan_new", args=[client.pk]),
        reverse("sessions:plan_print", args=[client.pk]),
        *(
            reverse(f"sessions:episode{verb}", args=[client.episodes.get().pk])
            for verb in ("", "_close", "_describe", "_weigh")
        ),
        *supervision_pages(client),
        reverse("sessions:what_helps"),
        *trend_pages(client.organisation),
        reverse("supervision:vignette_list"),
        reverse("supervision:vignette", args=["V1"]),
        reverse("sessions:score_list", args=[client.pk]),
        reverse("sessions:score_new", args=[client.pk]),
        reverse("handover", args=[client.pk]),
        reverse("people:client_readings", args=[client.pk]),
        reverse("impasses:library"),
        reverse("impasses:rules"),
        reverse("impasses:suggestion", args=[suggestion.pk]),
        reverse("impasses:suggestion_plan", args=[suggestion.pk]),
        reverse("impasses:suggestion_snooze", args=[suggestion.pk]),
        reverse("impasses:suggestion_dismiss", args=[suggestion.pk]),
        "/nowhere/",
    ]


def supervision_pages(client: Client) -> list[str]:
    """The addresses of a meeting of the client's therapist and her supervisor."""
    by = Supervision.objects.get(therapist=client.therapist).supervisor
    meeting = meetings.plan_meeting(
        by=by, therapists=[client.therapist], at=timezone.now(), minutes=60, today=TODAY()
    )
    item = meetings.bring_case(
        client=client, by=client.therapist, supervisor=by, question="What now?", today=TODAY()
    )
    meetings.agree(item=item, by=by, strategy="T1", words="We look again.", today=TODAY())
    return [
        reverse("supervision:meeting_list"),
        *(
            reverse(f"supervision:meeting{verb}", args=[meeting.pk])
            for verb in ("", "_move", "_print")
        ),
        reverse("supervision:brief", args=[item.pk]),
        reverse("supervision:bring", args=[client.pk]),
    ]


def administrator_pages(ada: User, client: Client) -> list[str]:
    """The addresses of everything Ada can open, with somebody invited and something planned."""
    thea = client.therapist
    with walls.inside(ada.organisation_id):
        accounts.invite_person(
            organisation=ada.organisation, by=ada, email="nora@example.test", name="Nora Berg",
            roles=["therapist"],
        )  # fmt: skip
        accounts.change_person(person=thea, by=ada, roles=thea.roles, in_training=True)
        running = Supervision.objects.get(therapist=thea)
        supervisions.start_supervision(
            supervisor=running.supervisor, therapist=person(ada.organisation, "Tom", "therapist"),
            since=TODAY() + timedelta(days=9), by=ada,
        )  # fmt: skip
    return [
        "/people/",
        "/people/invitations/new/",
        "/people/import/",
        "/people/supervision/",
        reverse("people:supervision_end", args=[running.pk]),
        *(
            reverse(f"people:{name}", args=[thea.pk])
            for name in ("person", "person_close", "person_factors")
        ),
        reverse("sessions:transfer", args=[thea.pk]),
        "/audit/",
        "/audit/?since=yesterday",
        "/settings/",
        "/trends/runs/",
        "/profile/",
        reverse("sessions:case", args=[client.pk]),
    ]


@pytest.mark.timeout(300)
def test_the_pages_of_an_account(
    sign_in: SignIn, page: Page, server: str, thea: User, violations: list[str]
) -> None:
    strangers = ["/accounts/password/reset/", "/accounts/password/reset/sent/"]
    strangers += ["/accounts/password/reset/key/abc-def-ghi/", "/accounts/password/reset/done/"]
    with walls.inside(thea.organisation_id):
        _, token = accounts.invite_person(
            organisation=thea.organisation, by=thea, email="nora@example.test", roles=["therapist"]
        )
        _, confirm, stop = profiles.ask_email_change(by=thea, email="new@example.test")
    strangers += [f"/invitation/{token}/", "/invitation/nothing/"]
    strangers += [f"/address/confirm/{confirm}/", f"/address/stop/{stop}/"]
    wrong = [each for where in strangers for each in look_at(page, server + where, violations)]
    sign_in(thea)
    with walls.inside(thea.organisation_id):
        TOTP.activate(thea, "JBSWY3DPEHPK3PXP")
        RecoveryCodes.activate(thea)
        key = Authenticator.objects.create(
            user=thea, type="webauthn", data={"name": "Laptop", "credential": {}}
        )
    page.goto(f"{server}/accounts/factors/codes/new/")
    wrong += look_at(page, f"{server}/accounts/again/", violations)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    mine = ["/profile/", "/profile/email/", "/accounts/password/", "/accounts/factors/"]
    mine += [f"/accounts/factors/{each}/" for each in ("codes", "codes/new", "app/remove")]
    mine += [f"/accounts/factors/passkeys/{key.pk}/{verb}/" for verb in ("edit", "remove")]
    mine += [f"/invitation/{token}/"]
    wrong += [each for where in mine for each in look_at(page, server + where, violations)]
    Authenticator.objects.all().delete()
    for where in ("/accounts/factors/app/", "/accounts/factors/passkeys/new/"):
        wrong += look_at(page, server + where, violations)
    assert wrong == []


def add_scores(client: Client) -> None:
    """A line with a way, one of them with answers that ask for a safety check."""
    for days, items in ((30, ()), (9, ()), (2, (1,) * 9)):
        total, on = Decimal(sum(items) or days), TODAY() - timedelta(days=days)
        entry = ScoreEntry(instrument="PHQ-9", total=min(total, Decimal(27)), items=items, on=on)
        record_scores(client=client, by=client.therapist, entries=[entry], today=TODAY())


def add_impasse(client: Client) -> None:
    """One being worked, with a plan that was tried."""
    thea, day = client.therapist, TODAY() - timedelta(days=14)
    row = open_impasse(client=client, by=thea, today=day, stage="named", words="We go in circles.")
    move_impasse(episode=row, by=thea, to="worked", today=TODAY())
    weigh_types(episode=row, by=thea, weights={"Y1": (2, "It began with the letter.")})
    step, *_ = plan_freely(
        client=client, by=thea, today=day, therapist_strategy="T2", therapist_words="Ask gently.",
        client_strategy="K2", client_words="Say one thing.", technique="Y1t1",
    )  # fmt: skip
    log(client, "M5b", days=3, trials=(TrialEntry(step=step.pk, outcome="partly"),))


def a_replay(supervisor: User) -> str:
    """The address of a replay that is done."""
    with walls.inside(supervisor.organisation_id):
        replay = start_replay(by=supervisor, rule="R1", is_on=False, thresholds={})
        advance_replay(replay=replay.pk)
    return reverse("sessions:rule_replay", args=[replay.pk])


def trend_pages(organisation: Organisation) -> list[str]:
    """Once everything that is over is written."""
    with walls.inside(organisation.pk):
        write_due(organisation, forced=True)
    trends = reverse("trends:trends")
    return [trends, f"{trends}?kind=month", reverse("trends:cases"), reverse("trends:letter")]


def read_sketches(*people: User) -> None:
    """Each reads the twelve; one of them otherwise than the rest."""
    for number, each in enumerate(people):
        with walls.inside(each.organisation_id):
            for key in vignettes():
                signs = ["M1", "M4"] if number else ["M2"] * (key < "V3")
                answer_vignette(by=each, vignette=key, manifestations=signs)


def review_pages(sunil: User, ada: User, client: Client) -> list[str]:
    """What Sunil and Thea, now in training, open: one waits, one came back, one is changed."""
    thea = client.therapist
    with walls.inside(ada.organisation_id):
        people.change_settings(by=ada, review_queue=True)
        accounts.change_person(person=thea, by=ada, roles=thea.roles, in_training=True)
        _, *rows = client.therapy_sessions.newest_first()
        waits, back, good = (reviews.submit_session(session=row, by=thea) for row in rows)
        reviews.send_back_session(review=back, by=sunil, version=1, comment="Say more.")
        reviews.approve_session(review=good, by=sunil, version=1)
        entry = SessionEntry(held_at=good.therapy_session.held_at)
        sessions.amend_session(session=good.therapy_session, by=thea, entry=entry, version=1)
    return [
        reverse("supervision:review_list"),
        reverse("supervision:review", args=[waits.pk]),
        reverse("supervision:review", args=[back.pk]),
        reverse("sessions:session_read", args=[waits.therapy_session_id]),
    ]


@pytest.mark.timeout(120)
def test_the_pages_of_reviews(
    sign_in: SignIn,
    page: Page,
    server: str,
    sunil: User,
    ada: User,
    stuck_heron: Client,
    violations: list[str],
) -> None:
    addresses, wrong = review_pages(sunil, ada, stuck_heron), []
    for who in (sunil, stuck_heron.therapist):
        sign_in(who)
        for address in addresses:
            wrong += look_at(page, server + address, violations)
    assert wrong == []


@pytest.mark.timeout(500)
def test_a_therapists_pages(
    sign_in: SignIn,
    server: str,
    thea: User,
    sunil: User,
    stuck_heron: Client,
    violations: list[str],
) -> None:
    page = sign_in(thea)
    with walls.inside(thea.organisation_id):
        add_scores(stuck_heron)
        add_impasse(stuck_heron)
    wrong = [
        finding
        for number, address in enumerate(therapist_pages(stuck_heron))
        for finding in look_at(page, server + address, violations, LOOKS if number else EVERY_LOOK)
    ]
    assert wrong == []


@pytest.mark.timeout(120)
def test_empty_pages(sign_in: SignIn, server: str, tom: User, violations: list[str]) -> None:
    page = sign_in(tom)
    with walls.inside(tom.organisation_id):
        fresh = people.create_client(by=tom, code_name="Wren")
        bare = log(people.create_client(by=tom, code_name="Plover"), days=3)
    addresses = [
        reverse("sessions:case", args=[fresh.pk]),
        reverse("sessions:session_log", args=[fresh.pk]),
        reverse("sessions:session_read", args=[bare.pk]),
        reverse("sessions:today"),
    ]
    wrong = [
        finding for address in addresses for finding in look_at(page, server + address, violations)
    ]
    assert wrong == []


@pytest.mark.timeout(120)
def test_a_supervisors_and_an_administrators_pages(
    sign_in: SignIn,
    page: Page,
    server: str,
    sunil: User,
    ada: User,
    stuck_heron: Client,
    violations: list[str],
) -> None:
    session = stuck_heron.therapy_sessions.newest_first()[0]
    wrong = look_at(page, f"{server}/accounts/login/", violations)
    sign_in(sunil)
    petra = person(sunil.organisation, "Petra", "therapist")
    read_sketches(stuck_heron.therapist, sunil, petra)
    for address in (
        reverse("supervision:vignette_list"),
        reverse("supervision:vignette", args=["V1"]),
        reverse("trends:trends") + "?of=team",
        reverse("sessions:case_list") + "?show=supervised",
        reverse("sessions:case", args=[stuck_heron.pk]),
        reverse("sessions:session_read", args=[session.pk]),
        reverse("sessions:rule_change", args=["R2"]),
        a_replay(sunil),
    ):
        wrong += look_at(page, server + address, violations)
    sign_in(ada)
    for address in administrator_pages(ada, stuck_heron):
        wrong += look_at(page, server + address, violations)
    assert wrong == []


@pytest.mark.timeout(120)
def test_a_refused_form_and_a_draft(
    sign_in: SignIn, server: str, thea: User, heron: Client, violations: list[str]
) -> None:
    page = sign_in(thea)
    with walls.inside(thea.organisation_id):
        sessions.save_draft(by=thea, client=heron, body={"held_at": [""], "note": ["Half a line"]})
    address = server + reverse("sessions:session_log", args=[heron.pk])
    wrong = look_at(page, address, violations)
    page.get_by_role("button", name="Save session").click()
    page.wait_for_selector("[aria-invalid=true]")
    wrong += [f"refused form: {each}" for each in axe(page)]
    violations.clear()
    assert wrong == []


@pytest.mark.timeout(200)
def test_the_pages_of_supervision(
    sign_in: SignIn, server: str, sunil: User, stuck_heron: Client, violations: list[str]
) -> None:
    page = sign_in(sunil)
    wrong = look_at(page, f"{server}/supervision/meetings/", violations)
    with walls.inside(sunil.organisation_id):
        addresses = supervision_pages(stuck_heron)[:-1]
    for address in (
        "/supervision/",
        "/supervision/?show=unseen",
        reverse("supervision:therapist", args=[stuck_heron.therapist.pk]),
        reverse("supervision:meeting_new"),
        reverse("supervision:propose", args=[stuck_heron.pk]),
        *addresses,
    ):
        wrong += look_at(page, server + address, violations)
    assert wrong == []
