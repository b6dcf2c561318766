"""What is typed in a meeting waits for its author, sealed, until it is saved or discarded."""

import datetime as dt
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client as Browser
from django.urls import reverse

from audit.models import AuditEvent
from people.encryption import ring
from people.models import Client, User
from supervision import meeting_actions as actions
from supervision.models import AgendaItem, Meeting, MeetingDraft
from tests.supervision.conftest import SignIn, body, bring
from tests.supervision.test_meeting import page_of

WORDS = "The otter turned away."
FETCH = {"X-Requested-With": "fetch"}
pytestmark = pytest.mark.usefixtures("inside")


@pytest.fixture
def item(meeting: Meeting, sunil: User, stuck_heron: Client) -> AgendaItem:
    return bring(stuck_heron, sunil)


def where(item: AgendaItem) -> str:
    return reverse("supervision:meeting_draft_save", args=[item.meeting_id])


def typed(item: AgendaItem, *, page: str = "one", draft: int = 0, **more: str) -> dict[str, str]:
    """What the page sends by itself; `answer` and `words` are about the case."""
    about = {f"{name}-{item.pk}": more.pop(name, "") for name in ("answer", "words")}
    version = str(Meeting.objects.get(pk=item.meeting_id).version)
    return (
        {"version": version, "page": page, "draft_version": str(draft), "notes": ""} | more | about
    )


def keep(browser: Browser, item: AgendaItem, **what: Any) -> Any:
    answer = browser.post(where(item), typed(item, **what), headers=FETCH)
    assert answer.status_code == 200
    return answer.json()


# --- works ---------------------------------------------------------------------------------------


def test_what_is_typed_comes_back_to_its_author_alone(
    his: Browser, hers: Browser, item: AgendaItem
) -> None:
    kept = keep(his, item, notes=WORDS, answer="Say it first.", words="I name it.")
    assert kept["status"] == "saved"
    assert kept["version"] == 1
    page = his.get(page_of(item.meeting))
    for said in (WORDS, "Say it first.", "I name it.", "This is your draft from"):
        assert said in body(page)
    assert f"Draft saved {kept['saved_at']}" in body(page)
    other = body(hers.get(page_of(item.meeting)))
    for said in (WORDS, "Say it first.", "I name it.", "This is your draft"):
        assert said not in other
    assert not Meeting.objects.get(pk=item.meeting_id).notes


def test_it_is_sealed_one_a_person_and_meeting_and_no_audit_event(
    his: Browser, hers: Browser, item: AgendaItem
) -> None:
    before = AuditEvent.objects.count()
    for version in range(3):
        assert keep(his, item, draft=version, notes=WORDS)["version"] == version + 1
    keep(hers, item, notes=WORDS)
    assert AuditEvent.objects.count() == before
    with connection.cursor() as cursor:
        cursor.execute("SELECT d::text FROM supervision_meetingdraft d")
        rows = cursor.fetchall()
    assert len(rows) == 2
    assert all("otter" not in row[0] and "1." in row[0] for row in rows)


def test_a_new_key_seals_it_again(his: Browser, item: AgendaItem, settings: Any) -> None:
    keep(his, item, notes=WORDS)
    settings.FIELD_KEYS = ["A" * 43, *settings.FIELD_KEYS]
    call_command("rotate_keys", verbosity=0)
    token = MeetingDraft.objects.get().__dict__["body"].token
    assert token.split(".")[1] == next(iter(ring()))
    assert WORDS in MeetingDraft.objects.get().body


def test_it_survives_signing_out_and_the_idle_limit(
    item: AgendaItem, sunil: User, client_for: SignIn, time_machine: Any
) -> None:
    start = dt.datetime.now(dt.UTC)
    time_machine.move_to(start, tick=False)
    browser = client_for(sunil)
    browser.get(page_of(item.meeting))
    for minute in (5, 14):
        time_machine.move_to(start + dt.timedelta(minutes=minute), tick=False)
        keep(browser, item, notes=WORDS)
    time_machine.move_to(start + dt.timedelta(minutes=16), tick=False)
    late = browser.post(where(item), typed(item, notes="late", draft=2), headers=FETCH)
    assert late.status_code == 401
    assert WORDS in body(client_for(sunil).get(page_of(item.meeting)))


def test_saving_agreeing_and_closing_take_the_draft_along(his: Browser, item: AgendaItem) -> None:
    form = typed(item, notes=WORDS, words="I name it.", draft=1)
    keep(his, item, notes=WORDS, words="I name it.")
    agree = reverse("supervision:item_agree", args=[item.meeting_id, item.pk])
    assert his.post(agree, form | {f"strategy-{item.pk}": "T1"}).status_code == 302
    assert not MeetingDraft.objects.exists()
    assert "This is your draft" not in body(his.get(page_of(item.meeting)))
    keep(his, item, notes=WORDS)
    close = reverse("supervision:meeting_close", args=[item.meeting_id])
    assert his.post(close, typed(item, notes=WORDS, draft=1)).status_code == 302
    assert not MeetingDraft.objects.exists()


def test_words_nobody_agreed_on_come_back_as_not_sent(his: Browser, item: AgendaItem) -> None:
    keep(his, item, words="I name it.")
    answer = his.post(page_of(item.meeting), typed(item, words="I name it.", draft=1))
    assert "data-unsent" in body(answer)  # the page keeps them by itself from here on
    assert "I name it." in body(answer)


def test_it_is_discarded_by_its_author(his: Browser, hers: Browser, item: AgendaItem) -> None:
    discard = reverse("supervision:meeting_draft_discard", args=[item.meeting_id])
    keep(his, item, notes=WORDS)
    assert hers.post(discard).status_code == 302
    assert MeetingDraft.objects.exists()
    assert his.post(discard).status_code == 302
    assert not MeetingDraft.objects.exists()
    assert his.post(discard).status_code == 302
    assert AuditEvent.objects.filter(kind="draft discarded").count() == 1


# --- two at once ---------------------------------------------------------------------------------


def test_two_people_who_write_at_once_still_choose(
    his: Browser, hers: Browser, item: AgendaItem
) -> None:
    keep(his, item, notes="His words.")
    assert hers.post(page_of(item.meeting), typed(item, notes="Her words.")).status_code == 302
    page = his.get(page_of(item.meeting))
    assert "The meeting was changed after you began it." in body(page)
    assert page.context["form"]["notes"].value() == "His words."
    form = typed(item, notes="His words.", draft=1) | {
        "version": page.context["form"]["version"].value()
    }
    both = his.post(page_of(item.meeting), form)
    assert both.status_code == 409
    assert "Her words." in body(both)
    assert MeetingDraft.objects.exists()
    assert (
        his.post(page_of(item.meeting), typed(item, notes="His words.", draft=1)).status_code == 302
    )
    assert Meeting.objects.get(pk=item.meeting_id).notes == "His words."
    assert not MeetingDraft.objects.exists()


def test_of_two_pages_of_one_person_the_later_is_told_and_neither_is_lost(
    his: Browser, item: AgendaItem
) -> None:
    keep(his, item, page="desk", notes="At the desk.")
    keep(his, item, page="phone", draft=1, notes="On the phone.")
    late = his.post(where(item), typed(item, page="desk", draft=1, notes="At the desk, more."))
    assert late.status_code == 409
    assert late.json() == {"status": "changed on another device"}
    form = typed(item, page="desk", draft=1, notes="At the desk, more.")
    assert his.post(page_of(item.meeting), form).status_code == 302
    assert "On the phone." in MeetingDraft.objects.get().body


def test_of_six_first_drafts_at_once_one_is_kept(
    transactional_db: None, item: AgendaItem, sunil: User, client_for: SignIn, at_once: Any
) -> None:
    browsers = [client_for(sunil) for _ in range(6)]
    forms = [typed(item, page=f"{n}", notes=f"{n}") for n in range(6)]
    answers = at_once(lambda n: browsers[n].post(where(item), forms[n]), 6)
    assert sorted(answer.status_code for answer in answers) == [200, *[409] * 5]


def test_of_a_meeting_closed_meanwhile_the_draft_is_shown_and_can_be_discarded(
    his: Browser, item: AgendaItem, thea: User
) -> None:
    keep(his, item, notes=WORDS, answer="Say it first.")
    actions.close_meeting(meeting=item.meeting, by=item.meeting.supervisor)
    page = body(his.get(page_of(item.meeting)))
    for said in ("Not saved", WORDS, "Say it first.", "Discard draft"):
        assert said in page
    assert keep(his, item, notes=WORDS, draft=1)["version"] == 2
    assert his.post(page_of(item.meeting), typed(item, notes=WORDS, draft=2)).status_code == 409
    assert MeetingDraft.objects.exists()


def test_what_was_written_about_a_case_taken_off_is_shown(his: Browser, item: AgendaItem) -> None:
    keep(his, item, answer=WORDS)
    form = typed(item, answer=WORDS, draft=1)
    actions.take_off(item=item, by=item.therapist)
    page = his.get(page_of(item.meeting))
    assert "About a case that is off this agenda now" in body(page)
    assert WORDS in body(page)
    assert WORDS in body(his.post(page_of(item.meeting), form))


def test_a_meeting_with_a_draft_is_not_gone_when_it_is_called_off(
    his: Browser, meeting: Meeting, thea: User
) -> None:
    his.post(reverse("supervision:meeting_draft_save", args=[meeting.pk]), {"notes": WORDS})
    actions.call_off_meeting(meeting=meeting, by=thea)
    assert WORDS in body(his.get(page_of(meeting)))


# --- who may not, bad input ----------------------------------------------------------------------


@pytest.mark.parametrize(("who", "status"), [("ada", 403), ("tom", 404), ("otto", 404)])
def test_nobody_else_keeps_a_draft_there(
    item: AgendaItem, who: str, status: int, client_for: SignIn, request: pytest.FixtureRequest
) -> None:
    browser = client_for(request.getfixturevalue(who))
    assert browser.post(where(item), typed(item, notes=WORDS)).status_code == status
    assert not MeetingDraft.objects.exists()


def test_odd_drafts_are_no_error(his: Browser, item: AgendaItem) -> None:
    odd = {
        "version": "x",
        "draft_version": "9" * 500,
        f"strategy-{item.pk}": "none",
        "more": "\x00",
    }
    assert his.post(where(item), odd).status_code == 200
    assert his.get(page_of(item.meeting)).status_code == 200
