"""A case changes hands: who sees what afterwards, who is told, and what stays behind."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from audit.models import AuditEvent
from impasses import actions as impasses
from impasses.episode_actions import close_episode
from impasses.models import Suggestion
from people import account_actions as accounts
from people import actions as people
from people.actions import NotAllowed
from people.models import Client, Notice, User
from sessions_app import transfer_actions
from sessions_app.actions import assess_case, save_draft
from sessions_app.entries import TagEntry
from sessions_app.episode_actions import open_impasse
from sessions_app.transfer_actions import transfer_cases
from tests.conftest import PASSWORD, TODAY, log

SignIn = Callable[[User], Browser]
PRIVATE, SHARED = "kept to myself", "open to who comes next"
pytestmark = pytest.mark.usefixtures("inside")


def move(case: Client, to: User, by: User) -> Client:
    transfer_cases(clients=[case], to=to, by=by, reason="On leave.", today=TODAY())
    case = Client.objects.get(pk=case.pk)
    assess_case(client=case, today=TODAY())
    return case


def body(browser: Browser, name: str, *args: Any) -> str:
    return " ".join(browser.get(reverse(name, args=args)).content.decode().split())


def ask(browser: Browser, row: User, **data: Any) -> Any:
    known = {"reason": "On leave.", "password": PASSWORD}
    return browser.post(reverse("sessions:transfer", args=[row.pk]), known | data)


@pytest.fixture
def deep_heron(heron: Client) -> Client:
    """Heron with strain that is private, avoidance that is shared, and every kind of text."""
    private = TagEntry(code="M5", sub_forms=("M5b",), visibility="private")
    for days in (28, 21, 14, 7):
        log(
            heron, private, "M2a", days=days, repair="unrepaired", note=PRIVATE,
            note_visibility="private", process_note=PRIVATE, agreed_task=SHARED,
        )  # fmt: skip
    log(heron, "M2a", days=2, note=SHARED, agreed_task=SHARED, assess=True)
    people.edit_client(
        client=heron, by=heron.therapist, code_name="Heron", rhythm="weekly",
        started_on=heron.started_on, focus="To leave the house", goals="Walk to the river",
        version=1,
    )  # fmt: skip
    return Client.objects.get(pk=heron.pk)


def test_an_administrator_hands_over_and_everybody_knows(
    deep_heron: Client, ada: User, tom: User, client_for: SignIn
) -> None:
    thea, browser = deep_heron.therapist, client_for(ada)
    page = body(browser, "sessions:transfer", thea.pk)
    assert "Heron" in page
    assert PRIVATE not in page
    assert SHARED not in page
    answer = ask(browser, thea, cases=[deep_heron.pk], to=tom.pk)
    assert answer["Location"] == reverse("people:person", args=[thea.pk])
    deep_heron.refresh_from_db()
    assert deep_heron.therapist == tom
    assert client_for(thea).get(f"/clients/{deep_heron.pk}/").status_code == 404
    assert "Heron" in body(client_for(tom), "sessions:case_list")
    assert [notice.text for notice in Notice.objects.filter(person=tom)] == [
        "1 case of Thea handed over to you."
    ]
    assert [notice.text for notice in Notice.objects.filter(person=thea)] == [
        "1 case of yours handed over to Tom."
    ]
    assert not any("Heron" in notice.text for notice in Notice.objects.all())
    event = AuditEvent.objects.get(kind="case handed over")
    assert event.detail["therapist"] == ["Thea", "Tom"]
    assert (event.actor_label, event.detail["reason"]) == ("Ada", "On leave.")


def test_what_was_private_stays_behind_everywhere(
    deep_heron: Client, ada: User, tom: User, client_for: SignIn
) -> None:
    sessions = [row.pk for row in deep_heron.therapy_sessions.newest_first()]
    hers = body(client_for(deep_heron.therapist), "sessions:case", deep_heron.pk)
    assert "Alliance strain" in hers
    assert Suggestion.objects.live().filter(shared_trace__isnull=True).exists()
    move(deep_heron, tom, ada)
    his = client_for(tom)
    for name in ("sessions:case", "sessions:case_overview", "sessions:session_log", "handover"):
        page = body(his, name, deep_heron.pk)
        assert PRIVATE not in page, name
        assert "Alliance strain, 2 of 3" not in page, name
    for pk in sessions:
        page = body(his, "sessions:session_read", pk)
        assert PRIVATE not in page
        assert "Alliance strain" not in page
        assert his.get(reverse("sessions:session_edit", args=[pk])).status_code == 403
        assert his.get(reverse("sessions:session_history", args=[pk])).status_code == 403
    page = body(his, "sessions:case", deep_heron.pk)
    assert "Four notes are private: of whoever had the case before you" in page
    assert "Strain left unrepaired" not in page
    assert not any(row.shared_trace is None for row in Suggestion.objects.live())
    for row in Suggestion.objects.filter(shared_trace__isnull=True):
        answer = his.get(reverse("impasses:suggestion", args=[row.pk]))
        assert answer.status_code == 404


def test_what_is_not_private_goes_along(
    deep_heron: Client, ada: User, tom: User, client_for: SignIn
) -> None:
    move(deep_heron, tom, ada)
    last = deep_heron.therapy_sessions.newest_first()[0]
    page = body(client_for(tom), "sessions:session_read", last.pk)
    assert SHARED in page
    assert "Thea wrote this before the case was handed over to you." in page
    page = body(client_for(tom), "sessions:case", deep_heron.pk)
    assert "To leave the house" in page
    assert "Avoidance" in page


def test_counted_signs_still_count_and_are_not_linked(
    heron: Client, ada: User, tom: User, client_for: SignIn
) -> None:
    counted = TagEntry(code="M2", sub_forms=("M2a",), visibility="counts")
    sessions = [log(heron, counted, days=days) for days in (28, 21, 14, 7)]
    assess_case(client=heron, today=TODAY())
    rules = set(Suggestion.objects.live().values_list("rule", flat=True))
    assert rules
    heron = move(heron, tom, ada)
    assert set(Suggestion.objects.live().values_list("rule", flat=True)) == rules
    his = client_for(tom)
    assert "Avoidance" not in body(his, "sessions:session_read", sessions[0].pk)


def test_a_case_that_comes_back_has_everything_again(
    deep_heron: Client, ada: User, tom: User, client_for: SignIn
) -> None:
    thea = deep_heron.therapist
    move(deep_heron, tom, ada)
    move(Client.objects.get(pk=deep_heron.pk), thea, ada)
    oldest = deep_heron.therapy_sessions.order_by("held_at")[0]
    page = body(client_for(thea), "sessions:session_read", oldest.pk)
    assert PRIVATE in page
    assert "Alliance strain" in page
    assert "Alliance strain" in body(client_for(thea), "sessions:case", deep_heron.pk)


def test_the_packet_has_all_a_successor_needs(
    stuck_heron: Client, sunil: User, ada: User, tom: User, client_for: SignIn
) -> None:
    thea = stuck_heron.therapist
    row = open_impasse(
        client=stuck_heron, by=thea, today=TODAY() - dt.timedelta(days=3), stage="named",
        words="We go round in circles.",
    )  # fmt: skip
    steps = impasses.plan_freely(
        client=stuck_heron, by=thea, today=TODAY() - dt.timedelta(days=3), therapist_strategy="T2",
        therapist_words="Ask more gently.", client_strategy="K2", client_words="Say one thing.",
    )  # fmt: skip
    from sessions_app.entries import TrialEntry

    log(
        stuck_heron, days=1, agreed_task="Write the letter.",
        trials=(TrialEntry(step=steps[0].pk, outcome="helped"),),
    )  # fmt: skip
    close_episode(
        episode=row, by=thea, today=TODAY(), to="resolved", repaired="yes", growth=["G1"],
        learned_patterns="It began with the letter.", learned_alliance="", learned_resilience="",
    )  # fmt: skip
    before = body(client_for(thea), "handover", stuck_heron.pk)
    move(stuck_heron, tom, ada)
    after = body(client_for(tom), "handover", stuck_heron.pk)
    for words in (
        "We go round in circles.", "Ask more gently.", "Say one thing.", "Write the letter.",
        "It began with the letter.", "1 of 2 helped at least once", "Resolved",
    ):  # fmt: skip
        assert words in before, words
        assert words in after, words
    assert "Thea handed it over to Tom on" in after
    assert client_for(sunil).get(f"/clients/{stuck_heron.pk}/handover/").status_code == 404
    assert client_for(ada).get(f"/clients/{stuck_heron.pk}/handover/").status_code == 403


def test_a_whole_caseload_in_one_step_with_names_that_clash(
    heron: Client, ada: User, tom: User, client_for: SignIn
) -> None:
    thea = heron.therapist
    people.create_client(by=thea, code_name="Wren")
    ended = people.create_client(by=thea, code_name="Old", started_on=TODAY())
    people.end_client(client=ended, by=thea, reason="completed", on=TODAY())
    people.create_client(by=tom, code_name="heron")
    page = body(client_for(ada), "sessions:transfer", thea.pk)
    assert page.count("checked") == 2, "ended cases are there, and not chosen"
    cases = [client.pk for client in Client.objects.filter(therapist=thea)]
    assert ask(client_for(ada), thea, cases=cases, to=tom.pk).status_code == 302
    names = sorted(Client.objects.filter(therapist=tom).values_list("code_name", flat=True))
    assert names == ["Heron 2", "Old", "Wren", "heron"]
    assert Notice.objects.get(person=tom).text == "3 cases of Thea handed over to you."


def test_the_cases_of_a_closed_account_wait_and_are_handed_over(
    heron: Client, ada: User, tom: User, client_for: SignIn
) -> None:
    accounts.deactivate_person(person=heron.therapist, by=ada)
    assert "waits for a new therapist" in body(client_for(ada), "people:person_list")
    ask(client_for(ada), heron.therapist, cases=[heron.pk], to=tom.pk)
    assert "waits for a new therapist" not in body(client_for(ada), "people:person_list")


def test_a_waiting_draft_is_pointed_out(
    heron: Client, tom: User, ada: User, client_for: SignIn
) -> None:
    finch = people.create_client(by=tom, code_name="Finch")
    save_draft(by=tom, client=finch, body={"note": [PRIVATE]})
    move(finch, heron.therapist, ada)
    save_draft(by=heron.therapist, client=heron, body={"note": [PRIVATE]})
    page = body(client_for(ada), "sessions:transfer", heron.therapist.pk)
    assert "Heron, a draft is waiting" in page
    assert page.count("a draft is waiting") == 1, "Tom's own draft stayed with Tom"
    assert PRIVATE not in page


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"cases": []}, "Choose at least one case."),
        ({"to": ""}, "Choose somebody."),
        ({"reason": ""}, "Say why"),
        ({"password": "not this one"}, "That is not your password."),
    ],
)
def test_bad_input_moves_nothing(
    heron: Client,
    ada: User,
    tom: User,
    client_for: SignIn,
    changed: dict[str, Any],
    sentence: str,
) -> None:
    good = {"cases": [heron.pk], "to": tom.pk}
    answer = ask(client_for(ada), heron.therapist, **(good | changed))
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    heron.refresh_from_db()
    assert heron.therapist.name == "Thea"


def test_only_to_somebody_who_treats_here(
    heron: Client, ada: User, tom: User, otto: User, client_for: SignIn
) -> None:
    for wrong in (ada, otto, heron.therapist):
        answer = ask(client_for(ada), heron.therapist, cases=[heron.pk], to=wrong.pk)
        assert "Choose one of the people shown." in answer.content.decode()
    accounts.deactivate_person(person=tom, by=ada)
    tom.refresh_from_db()
    for wrong in (tom, ada):
        with pytest.raises(NotAllowed, match="does not treat here"):
            move(heron, wrong, ada)
    with pytest.raises(NotAllowed, match="already"):
        move(heron, heron.therapist, ada)


def test_a_caseload_costs_no_more_queries_to_look_at(
    heron: Client, ada: User, client_for: SignIn
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    browser, counts = client_for(ada), []
    for more in (0, 12):
        for number in range(more):
            people.create_client(by=heron.therapist, code_name=f"Case {number}")
        browser.get(reverse("sessions:transfer", args=[heron.therapist.pk]))
        with CaptureQueriesContext(connection) as queries:
            browser.get(reverse("sessions:transfer", args=[heron.therapist.pk]))
        counts.append(len(queries))
    assert counts[0] == counts[1]


# --- what an attack found -------------------------------------------------------------------------


@pytest.fixture
def half_private(heron: Client) -> Client:
    """Strain that is shared in three sessions, private in the fourth; then it was superseded."""
    for days in (35, 28, 21):
        log(heron, "M5b", days=days)
    private = TagEntry(code="M5", sub_forms=("M5b",), visibility="private")
    log(heron, private, days=14, assess=True)
    for days in (12, 9, 6, 3):
        log(heron, days=days, assess=True)
    return Client.objects.get(pk=heron.pk)


def test_a_suggestion_that_has_ended_names_no_private_session(
    half_private: Client, ada: User, tom: User, client_for: SignIn
) -> None:
    private = half_private.therapy_sessions.get(number=4)
    ended = Suggestion.objects.filter(client=half_private, shared_trace__isnull=False)
    named = [row.pk for row in ended if str(private.pk) in str(row.trace)]
    assert named, "otherwise nothing is proved"
    heron = move(half_private, tom, ada)
    for pk in named:
        for verb in ("suggestion", "suggestion_plan"):
            page = client_for(tom).get(reverse(f"impasses:{verb}", args=[pk]), follow=True)
            assert str(private.pk) not in page.content.decode()
    move(heron, Client.objects.get(pk=heron.pk).therapy_sessions.first().author, ada)


def test_repair_of_private_strain_stays_behind(
    heron: Client, ada: User, tom: User, client_for: SignIn
) -> None:
    log(heron, "M5b", days=21, repair="repaired")
    private = TagEntry(code="M5", sub_forms=("M5b",), visibility="private")
    last = log(heron, private, days=7, repair="unrepaired", repair_steps=("owned",))
    move(heron, tom, ada)
    his = client_for(tom)
    page = body(his, "sessions:session_read", last.pk)
    assert "<dt>Repair</dt>" not in page
    assert "Owned my part" not in page
    assert "2 unrepaired" not in body(his, "sessions:case", heron.pk)
    table = body(his, "sessions:case", heron.pk).split("The same facts as a table")[1]
    assert "unrepaired</td>" not in table
    page = body(his, "sessions:session_log", heron.pk)
    assert "left unrepaired" not in page


@pytest.mark.parametrize(
    "tag",
    [
        TagEntry(code="M5", sub_forms=("M5b",), visibility="counts"),
        TagEntry(code="M5", sub_forms=("M5c",), private_forms=("M5c",)),
        TagEntry(code="M5", visibility="private"),
    ],
)
def test_the_log_page_names_no_session_for_strain_that_is_not_shown(
    heron: Client, ada: User, tom: User, client_for: SignIn, tag: TagEntry
) -> None:
    log(heron, tag, days=14)
    log(heron, days=7)
    address = f"/clients/{heron.pk}/sessions/new/"
    assert "carried strain" in client_for(heron.therapist).get(address).content.decode()
    move(heron, tom, ada)
    assert "carried strain" not in client_for(tom).get(address).content.decode()


def test_what_could_not_be_judged_is_not_the_predecessors(
    heron: Client, ada: User, tom: User
) -> None:
    log(heron, days=7, assess=True)
    heron.snapshot.own_unjudged = [{"rule": "R1", "title": "Strain", "because": "of Thea's marks"}]
    heron.snapshot.save()
    transfer_cases(clients=[heron], to=tom, by=ada, reason="On leave.", today=TODAY())
    assert Client.objects.get(pk=heron.pk).snapshot.own_unjudged == []


def test_a_name_that_is_taken_in_the_very_moment_gets_a_number(
    heron: Client, ada: User, tom: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = transfer_actions._free_name

    def late(client: Client) -> str:
        name = free(client)
        if not Client.objects.filter(therapist=tom).exists():
            people.create_client(by=tom, code_name="Heron")
        return name

    monkeypatch.setattr(transfer_actions, "_free_name", late)
    assert move(heron, tom, ada).code_name == "Heron 2"


def test_a_supervisor_who_asks_for_the_suggestions_alone_is_on_record(
    stuck_heron: Client, sunil: User, client_for: SignIn
) -> None:
    client_for(sunil).get(reverse("sessions:case_suggestions", args=[stuck_heron.pk]))
    assert AuditEvent.objects.filter(kind="case read", actor_id=sunil.pk).count() == 1


def test_a_case_that_left_meanwhile_is_not_handed_over_again(
    heron: Client, tom: User, sunil: User, ada: User
) -> None:
    seen = Client.objects.get(pk=heron.pk)
    transfer_cases(clients=[heron], to=tom, by=ada, reason="Leave.", today=TODAY())
    with pytest.raises(NotAllowed, match="handed over meanwhile"):
        transfer_cases(clients=[seen], to=sunil, by=ada, reason="Leave.", today=TODAY())
    heron.refresh_from_db()
    assert heron.therapist == tom
