"""Who sees what: one tap on an item, and kinds of item of a whole case at once."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.test import Client as Browser

from audit.models import AuditEvent
from people.models import Client, StalePeriod, User
from sessions_app.content import read_entry
from sessions_app.entries import TagEntry
from sessions_app.models import CaseSnapshot, SessionRevision, TherapySession
from sessions_app.session_page import versions
from sessions_app.transfer_actions import transfer_cases
from tests.conftest import TODAY, log, typed

SignIn = Callable[[User], Browser]
HTMX = {"HX-Request": "true"}


def logged(heron: Client) -> TherapySession:
    """A session with every kind of item, all of it shared."""
    strain = TagEntry(code="M5", sub_forms=("M5a", "M5c"))
    return log(heron, strain, "M1", "Y1a", "Y2b", note="A note to be read.")


def seen(session: TherapySession) -> dict[str, str]:
    """Each item with who sees it."""
    entry = read_entry(TherapySession.objects.whole().get(pk=session.pk))
    found = {tag.code: tag.visibility for tag in entry.tags}
    kept = {form: "private" for tag in entry.tags for form in tag.private_forms}
    return {**found, "M5c": "shared", **kept, "note": entry.note_visibility}


ALL_SHARED = dict.fromkeys(("M1", "M5", "Y1a", "Y2b", "M5c", "note"), "shared")


# --- one tap -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("item", "verb", "changed"),
    [
        ("M1", "private", {"M1": "private"}),
        ("M5", "counts", {"M5": "counts"}),
        ("M5c", "private", {"M5c": "private"}),
        ("features", "counts", {"Y1a": "counts", "Y2b": "counts"}),
        ("note", "private", {"note": "private"}),
    ],
)
def test_one_tap_changes_one_item_and_another_takes_it_back(
    client_for: SignIn, thea: User, heron: Client, item: str, verb: str, changed: dict[str, str]
) -> None:
    session, browser = logged(heron), client_for(thea)
    answer = browser.post(f"/sessions/{session.pk}/{verb}/", {"item": item})
    assert answer["Location"] == f"/sessions/{session.pk}/who-sees/"
    assert seen(session) == ALL_SHARED | changed
    browser.post(f"/sessions/{session.pk}/shared/", {"item": item})
    assert seen(session) == ALL_SHARED


def test_a_tap_with_script_answers_with_the_item_alone(
    client_for: SignIn, thea: User, sunil: User, heron: Client
) -> None:
    session, browser = logged(heron), client_for(thea)
    body = browser.get(f"/sessions/{session.pk}/").content.decode()
    assert body.count("Sunil can see it.") == 5
    answer = browser.post(f"/sessions/{session.pk}/private/", {"item": "M1"}, headers=HTMX)
    said = answer.content.decode()
    assert said.startswith("<form")
    assert "Nobody but you." in said
    assert said.count('aria-pressed="true"') == 1
    assert (
        "Counted for others"
        in browser.post(
            f"/sessions/{session.pk}/counts/", {"item": "M1"}, headers=HTMX
        ).content.decode()
    )


def test_it_is_a_version_and_on_record_without_a_clinical_word(
    client_for: SignIn, thea: User, heron: Client
) -> None:
    session, browser = logged(heron), client_for(thea)
    weeks = StalePeriod.objects.order_by("week")
    stale = weeks[0].version
    for _ in range(2):  # the second tap finds it so already
        browser.post(f"/sessions/{session.pk}/private/", {"item": "M1"})
    session.refresh_from_db()
    assert (session.version, SessionRevision.objects.count()) == (2, 1)
    (event,) = AuditEvent.objects.filter(kind="visibility changed")
    assert event.detail == {"to": "private", "version": 2, "case": str(heron.pk)}
    assert weeks[0].version > stale
    changes = versions(TherapySession.objects.whole().get(pk=session.pk))[0].changes
    assert [(before, after) for _, before, after in changes] == [("clear", "clear; only me")]


def test_what_was_scored_and_answered_stays_as_it_was(
    client_for: SignIn, thea: User, stuck_heron: Client
) -> None:
    session = stuck_heron.therapy_sessions.newest_first()[0]
    tags = set(session.tags.values_list("pk", flat=True))
    client_for(thea).post(f"/sessions/{session.pk}/counts/", {"item": "M5"})
    assert set(session.tags.values_list("pk", flat=True)) == tags


def test_an_edit_that_is_open_meanwhile_is_asked_about_it(
    client_for: SignIn, thea: User, heron: Client
) -> None:
    """Otherwise saving it would share again what was just taken back."""
    session, browser = logged(heron), client_for(thea)
    browser.post(f"/sessions/{session.pk}/private/", {"item": "M1"})
    fields = typed(7, version="1", note="A note to be read.", M1="on")
    answer = browser.post(f"/sessions/{session.pk}/edit/", fields)
    assert answer.status_code == 409
    assert "only me" in answer.content.decode()
    assert seen(session)["M1"] == "private"
    again = browser.post(f"/sessions/{session.pk}/edit/", {**fields, "version": "2"})
    assert again.status_code == 302
    assert seen(session)["M1"] == "shared"


def test_a_draft_of_an_edit_survives_a_tap(client_for: SignIn, thea: User, heron: Client) -> None:
    session, browser = logged(heron), client_for(thea)
    browser.post(f"/sessions/{session.pk}/draft/", typed(7, version="1", note="Half a thought"))
    browser.post(f"/sessions/{session.pk}/private/", {"item": "M1"})
    page = browser.get(f"/sessions/{session.pk}/edit/").content.decode()
    assert "Half a thought" in page
    assert 'name="version" value="1"' in page


def test_the_case_page_leads_to_the_items_of_each_session(
    client_for: SignIn, thea: User, sunil: User, heron: Client
) -> None:
    session, browser = logged(heron), client_for(thea)
    address = f"/sessions/{session.pk}/who-sees/"
    assert f'hx-get="{address}"' in browser.get(f"/clients/{heron.pk}/").content.decode()
    part = browser.get(address, headers=HTMX).content.decode()
    assert part.startswith("<dl")
    assert part.count("<form") == 5
    assert address not in client_for(sunil).get(f"/clients/{heron.pk}/").content.decode()


def test_a_session_without_items_says_so(client_for: SignIn, thea: User, heron: Client) -> None:
    page = client_for(thea).get(f"/sessions/{log(heron).pk}/who-sees/").content.decode()
    assert "Nothing was logged here that others could see" in page


def test_the_therapist_sees_what_was_shown_and_taken_back(
    client_for: SignIn, thea: User, heron: Client
) -> None:
    session, browser = logged(heron), client_for(thea)
    for verb in ("private", "counts", "shared"):
        browser.post(f"/sessions/{session.pk}/{verb}/", {"item": "M1"})
    browser.post(f"/clients/{heron.pk}/who-sees/", fields("M5", "note", sure="on"))
    said = browser.get(f"/clients/{heron.pk}/readings/").content.decode()
    told = ["made 2 items private", "shared 1 item", "let 1 item count", "made 1 item private"]
    assert [said.index(each) for each in told] == sorted(said.index(each) for each in told)


# --- who may -------------------------------------------------------------------------------------


@pytest.mark.parametrize("verb", ["private", "counts", "shared"])
def test_it_is_its_authors_alone(
    client_for: SignIn, client: Browser, heron: Client, tom: User, sunil: User, ada: User,
    otto: User, verb: str,
) -> None:  # fmt: skip
    session = logged(heron)
    address = f"/sessions/{session.pk}/{verb}/"
    assert client.post(address)["Location"].startswith("/accounts/login/")
    answers = {
        user.name: client_for(user).post(address, {"item": "M1"}).status_code
        for user in (tom, sunil, ada, otto)
    }
    assert answers == {"Tom": 404, "Sunil": 403, "Ada": 403, "Otto": 404}
    assert seen(session) == ALL_SHARED


@pytest.mark.parametrize(
    ("item", "verb"),
    [("M2", "private"), ("", "private"), ("M9", "shared"), ("note", "counts"), ("M5c", "counts")],
)
def test_what_is_not_there_or_cannot_be_so_is_not_found(
    client_for: SignIn, thea: User, heron: Client, item: str, verb: str
) -> None:
    session = logged(heron)
    answer = client_for(thea).post(f"/sessions/{session.pk}/{verb}/", {"item": item})
    assert answer.status_code == 404
    assert seen(session) == ALL_SHARED


def test_only_posting_changes_anything(client_for: SignIn, thea: User, heron: Client) -> None:
    assert client_for(thea).get(f"/sessions/{log(heron).pk}/private/").status_code == 405


# --- many at once --------------------------------------------------------------------------------


def fields(*kinds: str, to: str = "private", **more: str) -> dict[str, object]:
    return {"kinds": list(kinds), "to": to, **more}


def test_first_it_says_what_would_change_and_who_sees_it_then(
    client_for: SignIn, thea: User, sunil: User, heron: Client
) -> None:
    session = logged(heron)
    log(heron, "M1", days=3)
    browser, address = client_for(thea), f"/clients/{heron.pk}/who-sees/"
    said = browser.post(address, fields("M1", "note")).content.decode()
    assert "3 items in 2 sessions would change." in said
    assert "Afterwards nobody sees them but you." in said
    assert seen(session) == ALL_SHARED
    assert (
        "nobody but you sees in which session"
        in browser.post(address, fields("M1", to="counts")).content.decode()
    )
    assert (
        "Nothing would change" in browser.post(address, fields("M1", to="shared")).content.decode()
    )


def test_then_it_changes_them_all_at_once_and_back(
    client_for: SignIn, thea: User, heron: Client
) -> None:
    session, other = logged(heron), log(heron, "M1", days=3)
    browser, address = client_for(thea), f"/clients/{heron.pk}/who-sees/"
    answer = browser.post(address, fields("M1", "features", "M5c", "note", sure="on"))
    assert answer["Location"] == f"/clients/{heron.pk}/"
    assert seen(session) == dict.fromkeys(ALL_SHARED, "private") | {"M5": "shared"}
    assert seen(other)["M1"] == "private"
    (event,) = AuditEvent.objects.filter(kind="visibility changed")
    assert event.detail == {"to": "private", "items": 5, "sessions": 2}
    browser.post(address, fields("M1", "features", "M5c", "note", to="shared", sure="on"))
    assert seen(session) == ALL_SHARED


def test_a_stretch_of_days_leaves_the_others_alone(
    client_for: SignIn, thea: User, heron: Client
) -> None:
    old, new = log(heron, "M1", days=20), log(heron, "M1", days=3)
    day = f"{TODAY() - dt.timedelta(days=10)}"
    client_for(thea).post(f"/clients/{heron.pk}/who-sees/", fields("M1", since=day, sure="on"))
    assert (seen(old)["M1"], seen(new)["M1"]) == ("shared", "private")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "Choose what it is about"),
        (fields("M1", to=""), "Choose who sees it from now on"),
        (fields("note", to="counts"), "cannot be counted"),
        (fields("M1", since="2026-05-02", until="2026-05-01"), "That is before the first day"),
        (fields("M9"), "Choose one of the answers shown"),
    ],
)
def test_what_cannot_be_is_said(
    client_for: SignIn, thea: User, heron: Client, given: dict[str, object], said: str
) -> None:
    answer = client_for(thea).post(f"/clients/{heron.pk}/who-sees/", {**given, "sure": "on"})
    assert answer.status_code == 422
    assert said in answer.content.decode()


def test_what_a_predecessor_wrote_is_not_the_successors_to_show(
    client_for: SignIn, thea: User, tom: User, ada: User, heron: Client
) -> None:
    session = logged(heron)
    transfer_cases(clients=[heron], to=tom, by=ada, reason="Leave.", today=TODAY())
    browser = client_for(tom)
    browser.post(f"/clients/{heron.pk}/who-sees/", fields("M1", sure="on"))
    assert browser.post(f"/sessions/{session.pk}/private/", {"item": "M1"}).status_code == 403
    assert seen(session) == ALL_SHARED


def test_the_snapshot_of_others_follows_at_once(
    client_for: SignIn, thea: User, stuck_heron: Client
) -> None:
    before = CaseSnapshot.objects.get(client=stuck_heron)
    assert before.shared_strip[-1]["lanes"] == {"M5": 2}
    client_for(thea).post(f"/clients/{stuck_heron.pk}/who-sees/", fields("M5", sure="on"))
    after = CaseSnapshot.objects.get(client=stuck_heron)
    assert [slot["lanes"] for slot in after.shared_strip] == [{}, {}, {"M3": 2}, {}]
    assert after.own_strip == before.own_strip
    assert after.facts_version == after.assessed_version > before.facts_version
