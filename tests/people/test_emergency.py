"""A supervisor opens an absent colleague's case: with a reason, for three hours, and everybody
who should know is told."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.test import Client as Browser
from django.utils import timezone

from audit.models import AuditEvent
from people import emergency_actions as actions
from people.actions import NotAllowed, create_client
from people.models import Client, EmergencyAccess, Organisation, User
from sessions_app.entries import TagEntry
from sessions_app.models import TherapySession
from tests.conftest import PASSWORD, log, person

SignIn = Callable[[User], Browser]
pytestmark = pytest.mark.usefixtures("inside")
REASON = "Her sister rang: she has not been seen since Monday."
GIVEN = {"occasion": "safety", "reason": REASON, "password": PASSWORD}


@pytest.fixture
def ugo(clinic: Organisation) -> User:
    """A supervisor who supervises nobody."""
    return person(clinic, "Ugo", "supervisor")


@pytest.fixture
def session(heron: Client) -> TherapySession:
    """One with every kind of text, all of it kept from others."""
    own = TagEntry(code="M5", sub_forms=("M5c",), private_forms=("M5c",))
    hidden = TagEntry(code="M2", visibility="private", sub_forms=("M2b",))
    return log(
        heron, own, hidden, note="kept-note", note_visibility="private",
        process_note="kept-process", agreed_task="kept-task", theme="kept-theme",
    )  # fmt: skip


def opened(client: Client, by: User, **given: Any) -> EmergencyAccess:
    known = {"occasion": "safety", "reason": REASON, "now": timezone.now()}
    return actions.open_in_emergency(client=client, by=by, **(known | given))


def text(response: Any) -> str:
    return " ".join(response.content.decode().split())


def test_from_the_reason_to_the_case(
    ugo: User, ada: User, heron: Client, session: TherapySession, client_for: SignIn
) -> None:
    browser = client_for(ugo)
    assert "Thea" in text(browser.get("/emergency/"))
    address = f"/emergency/therapists/{heron.therapist_id}/"
    assert browser.get(f"/clients/{heron.pk}/").status_code == 404
    assert "Heron" not in text(browser.get(address))
    listed = browser.post(address, GIVEN)
    assert "Heron" in text(listed)
    assert AuditEvent.objects.last().kind == "cases looked up in an emergency"
    assert browser.get(f"/clients/{heron.pk}/").status_code == 404
    again = GIVEN | {"case": str(heron.pk), "password": ""}
    assert browser.post(address, again)["Location"] == f"/clients/{heron.pk}/"
    page = text(browser.get(f"/clients/{heron.pk}/"))
    assert "Heron</a> is open to you until" in page
    assert REASON in page
    assert "Propose for supervision" not in page
    access = EmergencyAccess.objects.get()
    assert access.ends_at - access.opened_at == dt.timedelta(hours=3)


def test_the_record_is_read_and_what_is_the_therapists_alone_is_not(
    ugo: User, heron: Client, session: TherapySession, client_for: SignIn
) -> None:
    opened(heron, ugo)
    page = text(client_for(ugo).get(f"/sessions/{session.pk}/"))
    for word in ("kept-note", "kept-task", "kept-theme"):
        assert word in page
    assert "kept-process" not in page
    for hidden in ("counter-transference", "Avoidance of"):
        assert hidden not in page.split("<main")[1].lower()
    assert "M2b" not in page


def test_nothing_can_be_changed_or_listed(
    ugo: User, heron: Client, session: TherapySession, client_for: SignIn
) -> None:
    opened(heron, ugo)
    browser = client_for(ugo)
    before = heron.therapy_sessions.get().version
    assert browser.get(f"/sessions/{session.pk}/edit/").status_code == 403
    assert browser.get(f"/sessions/{session.pk}/history/").status_code == 403
    assert browser.post(f"/clients/{heron.pk}/end/", {"reason": "moved"}).status_code == 403
    asked = browser.post(f"/supervision/cases/{heron.pk}/propose/", {"reason": "Now."})
    assert asked.status_code == 422
    assert heron.therapy_sessions.get().version == before
    for page in ("/clients/", "/trends/", "/supervision/"):
        listed = text(browser.get(page)).split("<h1")[1]
        assert "Heron" not in listed, page


def test_it_ends_by_itself(ugo: User, heron: Client, client_for: SignIn) -> None:
    access = opened(heron, ugo, now=timezone.now() - dt.timedelta(hours=2, minutes=59))
    browser = client_for(ugo)
    assert browser.get(f"/clients/{heron.pk}/").status_code == 200
    minute = dt.timedelta(minutes=1, seconds=1)
    EmergencyAccess.objects.update(
        opened_at=access.opened_at - minute, ends_at=access.ends_at - minute
    )
    assert browser.get(f"/clients/{heron.pk}/").status_code == 404
    assert "is open to you until" not in text(browser.get("/emergency/"))


def test_it_is_open_to_whoever_opened_it_and_from_then_on(
    ugo: User, clinic: Organisation, heron: Client
) -> None:
    petra = person(clinic, "Petra", "supervisor")
    opened(heron, ugo)
    assert list(Client.objects.visible_to(ugo)) == [heron]
    assert not Client.objects.visible_to(petra)
    opened(heron, petra, now=timezone.now() + dt.timedelta(hours=1))
    assert not Client.objects.visible_to(petra)


def test_when_it_is_over_it_can_be_opened_again(ugo: User, heron: Client) -> None:
    opened(heron, ugo, now=timezone.now() - dt.timedelta(hours=4))
    opened(heron, ugo)
    with pytest.raises(NotAllowed, match="open to you already"):
        opened(heron, ugo)


def test_whoever_no_longer_supervises_reads_no_more(
    ugo: User, heron: Client, client_for: SignIn
) -> None:
    opened(heron, ugo)
    User.objects.filter(pk=ugo.pk).update(roles=["therapist"])
    assert client_for(ugo).get(f"/clients/{heron.pk}/").status_code == 404


@pytest.mark.parametrize("who", ["ugo", "thea", "ada"])
def test_it_can_be_ended_early(
    ugo: User, ada: User, thea: User, heron: Client, client_for: SignIn, who: str
) -> None:
    access = opened(heron, ugo)
    ender = {"ugo": ugo, "thea": thea, "ada": ada}[who]
    assert client_for(ender).post(f"/emergency/{access.pk}/end/").status_code == 302
    event = AuditEvent.objects.last()
    assert client_for(ugo).get(f"/clients/{heron.pk}/").status_code == 404
    assert (event.kind, event.actor_label) == ("emergency access ended", ender.name)


def test_therapist_and_administrators_are_told_at_once_and_no_client_is_named(
    ugo: User, ada: User, tom: User, heron: Client, client_for: SignIn
) -> None:
    address = f"/emergency/therapists/{heron.therapist_id}/"
    client_for(ugo).post(address, GIVEN | {"case": str(heron.pk)})
    assert {letter.to[0] for letter in mail.outbox} == {"thea@example.test", "ada@example.test"}
    for letter in mail.outbox:
        assert "Ugo" in letter.body
        assert "Heron" not in letter.subject + letter.body
        assert "sister" not in letter.subject + letter.body
    assert "opened in an emergency by Ugo" in text(client_for(ada).get("/people/"))
    assert "A case of yours was opened in an emergency" in text(
        client_for(heron.therapist).get("/today/")
    )
    assert not tom.notices.exists()


def test_every_page_read_is_on_record_with_the_access(
    ugo: User, heron: Client, session: TherapySession, client_for: SignIn
) -> None:
    access = opened(heron, ugo)
    browser = client_for(ugo)
    for page in (f"/clients/{heron.pk}/", f"/sessions/{session.pk}/"):
        browser.get(page)
    read = AuditEvent.objects.filter(kind="case read")
    assert [event.detail for event in read] == [{"emergency": str(access.pk)}] * 2
    assert REASON not in str(list(AuditEvent.objects.values()))


def test_the_therapist_sees_who_and_why_and_how_much(
    ugo: User, ada: User, heron: Client, session: TherapySession, client_for: SignIn
) -> None:
    opened(heron, ugo)
    client_for(ugo).get(f"/sessions/{session.pk}/")
    readings = text(client_for(heron.therapist).get(f"/clients/{heron.pk}/readings/"))
    assert REASON in readings
    assert "in an emergency" in readings
    log_page = text(client_for(ada).get("/people/emergencies/"))
    assert "Heron" in log_page
    assert "Somebody may be in danger" in log_page
    assert REASON not in log_page
    assert '<td class="n" data-label="Pages read">1</td>' in log_page


def test_three_a_day_and_administrators_see_who_reached_it(
    ugo: User, ada: User, thea: User, heron: Client, client_for: SignIn
) -> None:
    for name in ("Plum", "Fern", "Moss"):
        opened(create_client(by=thea, code_name=name), ugo)
    with pytest.raises(NotAllowed, match="3 cases in the last 24 hours"):
        opened(heron, ugo)
    address = f"/emergency/therapists/{thea.pk}/"
    refused = client_for(ugo).post(address, GIVEN | {"case": str(heron.pk)})
    assert refused.status_code == 422
    assert "3 cases in the last 24 hours" in text(refused)
    assert "Ugo opened 3 cases" in text(client_for(ada).get("/people/emergencies/"))
    opened(heron, ugo, now=timezone.now() + dt.timedelta(hours=24, minutes=1))


def test_the_action_refuses_what_is_no_emergency(
    ugo: User, tom: User, otto: User, sunil: User, heron: Client
) -> None:
    plum = create_client(by=sunil, code_name="Plum")
    for client, by in ((heron, tom), (heron, otto), (plum, sunil)):
        with pytest.raises(NotAllowed):
            opened(client, by)
    opened(heron, ugo)
    with pytest.raises(NotAllowed, match="open to you already"):
        opened(heron, ugo)


def test_the_database_allows_no_longer_one(ugo: User, heron: Client) -> None:
    access = opened(heron, ugo)
    for wrong in (
        {"ends_at": access.ends_at + dt.timedelta(minutes=1)},
        {"supervisor": access.therapist},
        {"ended_at": timezone.now()},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            EmergencyAccess.objects.update(**wrong)


def test_who_may_enter(
    ugo: User, tom: User, ada: User, otto: User, heron: Client, client_for: SignIn
) -> None:
    address = f"/emergency/therapists/{heron.therapist_id}/"
    assert Browser().get(address).status_code == 302
    assert client_for(tom).get(address).status_code == 403
    assert client_for(ada).get(address).status_code == 403
    assert client_for(otto).get(address).status_code == 404
    access = opened(heron, ugo)
    for stranger in (tom, otto):
        assert client_for(stranger).post(f"/emergency/{access.pk}/end/").status_code == 404


def test_bad_input(ugo: User, heron: Client, otto: User, wren: Client, client_for: SignIn) -> None:
    browser = client_for(ugo)
    address = f"/emergency/therapists/{heron.therapist_id}/"
    for wrong, said in (
        ({"reason": ""}, "Say what happened"),
        ({"occasion": ""}, "Choose one of the answers"),
        ({"password": "not it"}, "That is not your password"),
    ):
        response = browser.post(address, GIVEN | wrong)
        assert (response.status_code, said in text(response)) == (422, True), wrong
        assert "Heron" not in text(response), wrong
    browser.post(address, GIVEN)
    response = browser.post(address, GIVEN | {"case": str(wren.pk)})
    assert response.status_code == 422
    assert "Choose one of the cases" in text(response)
    assert not EmergencyAccess.objects.exists()
