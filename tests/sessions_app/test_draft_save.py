"""Nothing typed is lost: what the log page sends a second after typing stops."""

import datetime as dt
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.urls import reverse

from audit.models import AuditEvent
from people import actions as people
from people.models import Client, User
from sessions_app import actions as sessions
from sessions_app.models import SessionDraft
from tests.conftest import log, typed

CANARY = "a kingfisher over the river"


def where(client: Client) -> str:
    return reverse("sessions:draft_save", args=[client.pk])


def log_page(client: Client) -> str:
    return reverse("sessions:session_log", args=[client.pk])


# --- works -----------------------------------------------------------------------------------


def test_what_is_typed_is_kept_and_comes_back(hers: Browser, heron: Client) -> None:
    form = typed(note=CANARY, theme="Being left", M3="on", **{"score-PHQ-9": "1"})
    answer = hers.post(where(heron), form)
    assert answer.status_code == 200
    assert answer.json()["status"] == "saved"
    assert answer.json()["version"] == 1
    assert re.fullmatch(r"\d\d:\d\d", answer.json()["saved_at"])
    body = hers.get(log_page(heron)).content.decode()
    assert CANARY in body
    assert "Being left" in body
    assert "This is your draft from" in body
    assert f'name="key" value="{form["key"]}"' in body
    assert re.search(r'name="M3"[^>]*checked', body)
    assert not heron.therapy_sessions.exists()


def test_the_moment_of_saving_is_said_in_the_clinics_time(
    hers: Browser, heron: Client, time_machine: Any
) -> None:
    time_machine.move_to("2026-07-10 13:02:30 +0000", tick=False)
    answer = hers.post(where(heron), typed(note=CANARY))
    assert answer.json()["saved_at"] == "14:02"


def test_what_makes_no_sense_yet_is_kept_as_well(hers: Browser, heron: Client) -> None:
    """Half a date, letters in a score: a draft is not judged."""
    form = {"held_at": "2026-1", "score-PHQ-9": "fo", "minutes": "5o", "note": CANARY, "M1": "on",
            "M1-intensity": "9", "M1-forms": ["M3b"], "unknown": "x"}  # fmt: skip
    assert hers.post(where(heron), form).status_code == 200
    page = hers.get(log_page(heron))
    assert page.status_code == 200
    assert CANARY in page.content.decode()
    assert 'value="fo"' in page.content.decode()


def test_a_box_that_was_cleared_comes_back_cleared(hers: Browser, heron: Client) -> None:
    hers.post(where(heron), typed(M1="on", goals_reviewed="on", draft_version=0))
    hers.post(where(heron), typed(note=CANARY, draft_version=1))
    body = hers.get(log_page(heron)).content.decode()
    assert not re.search(r'name="(M1|goals_reviewed)"[^>]*checked', body)


def test_a_draft_is_sealed_in_the_table(hers: Browser, heron: Client) -> None:
    hers.post(where(heron), typed(note=CANARY, theme=CANARY))
    with connection.cursor() as cursor:
        cursor.execute("SELECT sessions_app_sessiondraft::text FROM sessions_app_sessiondraft")
        row = cursor.fetchone()[0]
    assert "kingfisher" not in row
    assert "1." in row


def test_the_token_of_the_page_is_not_kept(hers: Browser, heron: Client) -> None:
    hers.post(where(heron), typed(csrfmiddlewaretoken="t0ken", draft_version="0", note=CANARY))
    assert "t0ken" not in SessionDraft.objects.get().body
    assert "draft_version" not in SessionDraft.objects.get().body


def test_there_is_one_draft_an_author_and_client(hers: Browser, heron: Client) -> None:
    for version in range(4):
        answer = hers.post(where(heron), typed(note=f"{version}", draft_version=version))
        assert answer.json()["version"] == version + 1
    assert SessionDraft.objects.count() == 1
    finch = people.create_client(by=heron.therapist, code_name="Finch")
    hers.post(where(finch), typed(note=CANARY))
    assert SessionDraft.objects.count() == 2


def test_a_draft_survives_signing_out_and_in(thea: User, heron: Client, client_for: Any) -> None:
    first = client_for(thea)
    first.post(where(heron), typed(note=CANARY))
    first.post(reverse("account_logout"))
    assert CANARY in client_for(thea).get(log_page(heron)).content.decode()


def test_drafts_of_the_page_that_was_left_are_no_audit_event(hers: Browser, heron: Client) -> None:
    before = AuditEvent.objects.count()
    hers.post(where(heron), typed(note=CANARY))
    assert AuditEvent.objects.count() == before


# --- two devices, and a save that was quicker ------------------------------------------------


def test_of_two_devices_the_one_that_missed_something_is_told(
    hers: Browser, heron: Client, thea: User, client_for: Any
) -> None:
    hers.post(where(heron), typed(note="at the desk", page="desk"))
    other = client_for(thea)
    form = typed(note="on the phone", page="phone")
    assert other.post(where(heron), form | {"draft_version": 1}).status_code == 200
    late = hers.post(where(heron), typed(note="still", draft_version=1, page="desk"))
    assert late.status_code == 409
    assert late.json() == {"status": "changed on another device"}
    assert "on the phone" in SessionDraft.objects.get().body


def test_a_device_that_never_saw_the_draft_does_not_overwrite_it(
    hers: Browser, heron: Client
) -> None:
    hers.post(where(heron), typed(note=CANARY))
    assert hers.post(where(heron), typed(note="", draft_version=0)).status_code == 409
    assert CANARY in SessionDraft.objects.get().body


def test_of_eight_first_drafts_at_once_one_is_kept(
    transactional_db: None, thea: User, heron: Client, client_for: Any, at_once: Any
) -> None:
    browsers = [client_for(thea) for _ in range(8)]
    answers = at_once(lambda n: browsers[n].post(where(heron), typed(note=f"{n}")), 8)
    assert sorted(answer.status_code for answer in answers) == [200, *[409] * 7]


def test_after_the_save_the_same_form_keeps_no_draft(hers: Browser, heron: Client) -> None:
    form = typed(note=CANARY)
    hers.post(where(heron), form)
    hers.post(log_page(heron), form)
    late = hers.post(where(heron), form | {"draft_version": 1})
    assert late.status_code == 409
    assert late.json() == {"status": "already saved"}
    assert not SessionDraft.objects.exists()


def test_an_autosave_beside_the_save_leaves_no_draft_behind(
    transactional_db: None, thea: User, heron: Client, client_for: Any, at_once: Any
) -> None:
    browsers = [client_for(thea) for _ in range(6)]
    form = typed(note=CANARY)

    def work(number: int) -> Any:
        url = log_page(heron) if number % 2 else where(heron)
        return browsers[number].post(url, form).status_code

    assert set(at_once(work, 6)) <= {200, 302, 409}
    assert heron.therapy_sessions.count() == 1
    assert not SessionDraft.objects.exists()


# --- an idle sign-in -------------------------------------------------------------------------


def test_autosave_keeps_no_idle_sign_in_alive(
    thea: User, heron: Client, client_for: Any, time_machine: Any
) -> None:
    start = dt.datetime(2026, 7, 10, 12, tzinfo=dt.UTC)
    time_machine.move_to(start, tick=False)
    hers = client_for(thea)
    assert hers.get(log_page(heron)).status_code == 200
    for minutes in range(1, 15):
        time_machine.move_to(start + dt.timedelta(minutes=minutes), tick=False)
        answer = hers.post(where(heron), typed(draft_version=minutes - 1))
        assert answer.status_code == 200
    time_machine.move_to(start + dt.timedelta(minutes=16), tick=False)
    answer = hers.post(where(heron), typed(draft_version=14), headers=FETCH)
    assert answer.status_code == 401
    assert hers.get(log_page(heron)).status_code == 302


def test_a_page_that_only_saves_by_itself_since_signing_in_is_idle_too(
    thea: User, heron: Client, client_for: Any, time_machine: Any
) -> None:
    """Signed in again inside the page, and then gone for coffee."""
    start = dt.datetime(2026, 7, 10, 12, tzinfo=dt.UTC)
    time_machine.move_to(start, tick=False)
    hers = client_for(thea)
    for minute in (0, 8, 14):
        time_machine.move_to(start + dt.timedelta(minutes=minute), tick=False)
        hers.post(where(heron), typed(draft_version=0, page="one"), headers=FETCH)
    time_machine.move_to(start + dt.timedelta(minutes=17), tick=False)
    assert hers.post(where(heron), typed(), headers=FETCH).status_code == 401


def test_what_a_person_does_keeps_the_sign_in_but_not_beyond_twelve_hours(
    thea: User, heron: Client, client_for: Any, time_machine: Any
) -> None:
    start = dt.datetime(2026, 7, 10, 8, tzinfo=dt.UTC)
    time_machine.move_to(start, tick=False)
    hers = client_for(thea)
    for minutes in range(0, 12 * 60 + 1, 12):
        time_machine.move_to(start + dt.timedelta(minutes=minutes), tick=False)
        assert hers.get("/")["Location"] == reverse("sessions:today")
    time_machine.move_to(start + dt.timedelta(hours=12, minutes=1), tick=False)
    assert hers.get("/")["Location"].startswith(reverse("account_login"))


FETCH = {"X-Requested-With": "fetch"}


def test_a_page_that_is_signed_out_is_told_so_and_not_redirected(heron: Client) -> None:
    answer = Browser().post(where(heron), typed(note=CANARY), headers=FETCH)
    assert answer.status_code == 401
    assert answer.json() == {"status": "signed-out"}


# --- who may not, bad input, wrong method ----------------------------------------------------


def test_a_stranger_is_sent_to_sign_in(heron: Client) -> None:
    answer = Browser().post(where(heron), typed(note=CANARY))
    assert answer["Location"].startswith(reverse("account_login"))
    assert not SessionDraft.objects.exists()


@pytest.mark.parametrize(
    ("who", "status"), [("ada", 403), ("sunil", 403), ("tom", 404), ("otto", 404)]
)
def test_nobody_but_the_therapist_may_write(
    heron: Client, request: pytest.FixtureRequest, client_for: Any, who: str, status: int
) -> None:
    theirs = client_for(request.getfixturevalue(who))
    assert theirs.post(where(heron), typed(note=CANARY)).status_code == status
    assert not SessionDraft.objects.exists()


def test_somebody_else_never_gets_the_draft(
    hers: Browser, heron: Client, sunil: User, tom: User, client_for: Any
) -> None:
    hers.post(where(heron), typed(note=CANARY))
    assert sessions.find_draft(by=sunil, client=heron) is None
    for other in (sunil, tom):
        theirs = client_for(other)
        for url in (log_page(heron), reverse("sessions:case", args=[heron.pk]), "/today/"):
            assert CANARY not in theirs.get(url).content.decode()


def test_a_draft_of_the_predecessor_stays_hers(
    hers: Browser, heron: Client, tom: User, client_for: Any
) -> None:
    """A case that changed hands: the new therapist begins with an empty page."""
    hers.post(where(heron), typed(note=CANARY))
    Client.objects.filter(pk=heron.pk).update(therapist=tom)
    body = client_for(tom).get(log_page(heron)).content.decode()
    assert CANARY not in body
    assert "This is your draft" not in body


@pytest.mark.parametrize("version", ["", "x", "-1", "9" * 5000, "\u00b2", "1.0"])
def test_a_draft_version_that_is_none_is_no_error(
    hers: Browser, heron: Client, version: str
) -> None:
    assert hers.post(where(heron), typed(draft_version=version)).status_code == 200


def test_a_megabyte_is_kept_too(hers: Browser, heron: Client) -> None:
    note = "long " * 200_000
    assert hers.post(where(heron), typed(note=note)).status_code == 200
    assert len(SessionDraft.objects.get().body) > 1_000_000


def test_bytes_that_are_no_text_are_no_error(hers: Browser, heron: Client) -> None:
    body = b"note=%FF%00%ED%A0%80&%FF=1&key=%FF"
    answer = hers.post(where(heron), body, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 200
    assert hers.get(log_page(heron)).status_code == 200


def test_a_stale_token_is_refused(thea: User, heron: Client) -> None:
    strict = Browser(enforce_csrf_checks=True)
    strict.force_login(thea)
    assert strict.post(where(heron), typed(note=CANARY), headers=FETCH).status_code == 403
    assert not SessionDraft.objects.exists()


def test_a_fresh_token_is_at_hand_for_the_page(thea: User, heron: Client) -> None:
    """What the page asks after signing in again: who am I, and with which token."""
    strict = Browser(enforce_csrf_checks=True)
    strict.force_login(thea)
    me = strict.get(reverse("people:me"), headers=FETCH).json()
    assert me["id"] == str(thea.pk)
    answer = strict.post(
        where(heron), typed(note=CANARY), headers=FETCH | {"X-CSRFToken": me["csrf"]}
    )
    assert answer.status_code == 200


@pytest.mark.parametrize("method", ["get", "head", "put", "delete"])
def test_it_is_posted(hers: Browser, heron: Client, method: str) -> None:
    assert getattr(hers, method)(where(heron)).status_code == 405


def test_the_draft_of_an_edit_is_another_one(hers: Browser, heron: Client) -> None:
    session = log(heron)
    hers.post(where(heron), typed(note="new"))
    edit = reverse("sessions:edit_draft_save", args=[session.pk])
    hers.post(edit, typed(note="edit", version=1))
    assert sorted(d.therapy_session_id is None for d in SessionDraft.objects.all()) == [False, True]
    assert "edit" not in hers.get(log_page(heron)).context["form"]["note"].value()
