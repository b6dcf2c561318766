"""Bringing a case with one question, proposing one, and taking it off again."""

from collections.abc import Callable

import pytest
from django.test import Client as Browser

from people import actions as people
from people import supervision_actions as supervisions
from people.models import Client, Notice, User
from supervision.models import AgendaItem, Meeting
from tests.conftest import TODAY
from tests.supervision.conftest import QUESTION, body, bring

SignIn = Callable[[User], Browser]
pytestmark = pytest.mark.usefixtures("inside")


def to(verb: str, client: Client) -> str:
    return f"/supervision/cases/{client.pk}/{verb}/"


def test_the_case_page_has_the_field_and_the_button(
    sunil: User, heron: Client, client_for: SignIn
) -> None:
    page = body(client_for(heron.therapist).get(f"/clients/{heron.pk}/"))
    assert '<label class="form-label" for="bring-question">Your question</label>' in page
    assert '<button class="btn btn-quiet" type="submit">Bring to supervision</button>' in page
    assert "Sunil will find it on the next agenda" in page
    his = body(client_for(sunil).get(f"/clients/{heron.pk}/"))
    assert "Bring to supervision" not in his
    assert f'href="{to("propose", heron)}">Propose for supervision</a>' in his


def test_without_a_supervisor_there_is_nothing_to_press(heron: Client, client_for: SignIn) -> None:
    browser = client_for(heron.therapist)
    assert "Bring to supervision" not in body(browser.get(f"/clients/{heron.pk}/"))
    answer = browser.post(to("bring", heron), {"question": QUESTION}, follow=True)
    assert "Nobody supervises you today." in body(answer)
    assert not AgendaItem.objects.exists()


def test_it_waits_for_the_next_meeting_and_can_be_changed(
    sunil: User, heron: Client, client_for: SignIn
) -> None:
    browser = client_for(heron.therapist)
    answer = browser.post(to("bring", heron), {"question": QUESTION, "wish": "ideas"})
    assert answer["Location"] == f"/clients/{heron.pk}/"
    item = AgendaItem.objects.get()
    assert (item.meeting.at, item.wish) == (None, "ideas")
    said = body(browser.get(to("agenda", heron)))
    assert "no day is set yet" in said
    assert QUESTION in said
    assert browser.get(to("bring", heron)).context["form"]["question"].value() == QUESTION
    browser.post(to("bring", heron), {"question": "Another?"})
    assert AgendaItem.objects.get().question == "Another?"


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"question": ""}, "Write the one question"),
        ({"question": "x" * 301}, "Keep the question to 300 characters."),
        ({"question": QUESTION, "wish": "gold"}, "Choose one of these, or none."),
    ],
)
def test_bad_input_brings_nothing(
    sunil: User, heron: Client, client_for: SignIn, sent: dict[str, str], sentence: str
) -> None:
    answer = client_for(heron.therapist).post(to("bring", heron), sent)
    assert answer.status_code == 422
    assert sentence in body(answer)
    assert not AgendaItem.objects.exists()


def test_three_cases_and_no_fourth(sunil: User, thea: User, client_for: SignIn) -> None:
    cases = [people.create_client(by=thea, code_name=f"Case {n}") for n in range(4)]
    for case in cases[:3]:
        bring(case, sunil)
    answer = client_for(thea).post(to("bring", cases[3]), {"question": QUESTION})
    assert answer.status_code == 422
    assert "3 cases are on the agenda already." in body(answer)
    assert QUESTION in body(answer)
    bring(cases[0], sunil, "Changing one is no fourth.")
    assert AgendaItem.objects.count() == 3


def test_an_ended_case_is_not_brought(sunil: User, heron: Client, client_for: SignIn) -> None:
    people.end_client(client=heron, by=heron.therapist, reason="completed", on=TODAY())
    answer = client_for(heron.therapist).post(to("bring", heron), {"question": QUESTION})
    assert answer.status_code == 422
    assert "The therapy has ended" in body(answer)
    page = body(client_for(heron.therapist).get(f"/clients/{heron.pk}/"))
    assert "Bring to supervision" not in page


def test_with_two_supervisors_one_is_chosen(
    sunil: User, petra: User, heron: Client, client_for: SignIn
) -> None:
    supervisions.start_supervision(
        supervisor=petra, therapist=heron.therapist, since=TODAY(), by=petra
    )
    browser = client_for(heron.therapist)
    answer = browser.post(to("bring", heron), {"question": QUESTION})
    assert "Choose whom you want to ask." in body(answer)
    assert QUESTION in body(answer)
    browser.post(to("bring", heron), {"question": QUESTION, "supervisor": str(petra.pk)})
    assert AgendaItem.objects.get().meeting.supervisor == petra
    assert "<select" in body(browser.get(to("agenda", people_case(heron))))


def people_case(heron: Client) -> Client:
    return people.create_client(by=heron.therapist, code_name="Another")


def test_a_proposal_is_told_taken_up_or_taken_off(
    sunil: User, heron: Client, client_for: SignIn
) -> None:
    his, hers = client_for(sunil), client_for(heron.therapist)
    his.post(to("propose", heron), {"reason": "It has not moved since May."})
    item = AgendaItem.objects.get()
    notice = Notice.objects.get(person=heron.therapist)
    assert notice.text == "Sunil would like to look at Heron with you."
    assert "since May" in body(hers.get(to("agenda", heron)))
    again = his.post(to("propose", heron), {"reason": "Once more."})
    assert "is on the agenda already" in body(again)
    hers.post(to("bring", heron), {"question": QUESTION})
    item.refresh_from_db()
    assert (item.question, item.proposed_by) == (QUESTION, sunil)
    hers.post(f"/supervision/agenda/{item.pk}/off/")
    assert not AgendaItem.objects.exists()


def test_what_was_answered_stays_on_the_agenda(
    sunil: User, heron: Client, client_for: SignIn
) -> None:
    item = bring(heron, sunil)
    item.answer = "Ask her."
    item.save()
    answer = client_for(heron.therapist).post(f"/supervision/agenda/{item.pk}/off/", follow=True)
    assert "so it stays" in body(answer)


def test_nobody_supervises_themselves(sunil: User, client_for: SignIn) -> None:
    own = people.create_client(by=sunil, code_name="Own")
    assert client_for(sunil).get(to("propose", own)).status_code == 403
    assert "Bring to supervision" not in body(client_for(sunil).get(f"/clients/{own.pk}/"))


def test_bringing_twice_at_once_makes_one_meeting(
    transactional_db: None, sunil: User, thea: User, at_once: Callable[..., list[bool]]
) -> None:
    from people import walls

    with walls.inside(thea.organisation_id):
        cases = [people.create_client(by=thea, code_name=f"C{n}") for n in range(4)]

    def go(number: int) -> bool:
        with walls.inside(thea.organisation_id):
            try:
                bring(cases[number], sunil)
            except people.NotAllowed:
                return False
        return True

    assert sorted(at_once(go, 4)) == [False, True, True, True]
    with walls.inside(thea.organisation_id):
        assert (Meeting.objects.count(), AgendaItem.objects.count()) == (1, 3)
