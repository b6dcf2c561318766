"""Forms without a token do nothing, and the person is told in the house's own words."""

from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from impasses.models import Episode, Suggestion
from people.account_actions import change_person
from people.actions import change_settings
from people.models import Client, User
from people.resubmit import TOO_LONG_OPEN
from sessions_app.entries import ScoreEntry
from sessions_app.episode_actions import open_impasse
from sessions_app.models import Measurement
from sessions_app.score_actions import record_scores
from supervision.meeting_actions import agree, bring_case
from supervision.models import Review
from supervision.review_actions import submit_session
from tests.conftest import TODAY
from tests.house.tree import arguments, patterns

KEEPS: dict[str, dict[str, Any]] = {  # these come back with what was typed
    "people:profile": {"name": "Kingfisher"},
    "people:email_change": {"email": "kingfisher@example.test"},
    "people:organisation_settings": {"name": "Kingfisher"},
    "people:invitation_new": {"name": "Kingfisher"},
    "people:people_import": {"text": "Kingfisher"},
    "people:supervision_list": {"since": "2026-01-04"},
    "people:person": {"roles": ["supervisor"]},
    "people:person_factors": {"reason": "Kingfisher"},
    "sessions:transfer": {"reason": "Kingfisher"},
    "people:client_new": {"code_name": "Kingfisher"},
    "people:client_edit": {"code_name": "Heron", "goals": "Kingfisher"},
    "people:client_end": {"on": "2026-01-04", "reason": "completed"},
    "sessions:session_log": {"note": "Kingfisher"},
    "sessions:session_edit": {"note": "Kingfisher"},
    "sessions:score_new": {"score-GAD-7": "17"},
    "sessions:baseline": {"baseline": ["M3b"]},
    "sessions:impasse_open": {"words": "Kingfisher"},
    "sessions:episode_close": {"to": "ended", "learned_patterns": "Kingfisher"},
    "sessions:episode_describe": {"words": "Kingfisher"},
    "sessions:episode_weigh": {"Y1": "2", "Y1-reason": "Kingfisher"},
    "sessions:plan_new": {"therapist_words": "Kingfisher"},
    "supervision:bring": {"question": "Kingfisher"},
    "supervision:propose": {"reason": "Kingfisher"},
    "supervision:meeting": {"notes": "Kingfisher", "version": "1"},
    "supervision:item_agree": {"notes": "Kingfisher", "version": "1"},
    "supervision:item_back": {"notes": "Kingfisher", "version": "1"},
    "supervision:meeting_close": {"notes": "Kingfisher", "version": "1"},
    "supervision:meeting_move": {"minutes": "45", "at": "2026-11-03T10:00"},
    "supervision:meeting_new": {"minutes": "45"},
    "impasses:suggestion_plan": {"therapist_words": "Kingfisher"},
    "impasses:suggestion_snooze": {"reason": "Kingfisher"},
    "impasses:suggestion_dismiss": {"reason": "Kingfisher"},
    "supervision:vignette": {"marks": ["M3"]},
    "supervision:review_approve": {"comment": "Kingfisher"},
    "supervision:review_back": {"comment": "Kingfisher"},
}


ASKED_OF_ADA = {
    "people:organisation_settings", "people:invitation_new", "people:people_import",
    "people:supervision_list", "people:person", "people:person_factors", "sessions:transfer",
}  # fmt: skip
ASKED_OF_SUNIL = {
    "supervision:propose", "supervision:meeting_new",
    "supervision:review_approve", "supervision:review_back",
}  # fmt: skip


@pytest.fixture
def strict(thea: User) -> Browser:
    browser = Browser(enforce_csrf_checks=True)
    browser.force_login(thea)
    return browser


@pytest.mark.parametrize("name", sorted(set(patterns()) - set(KEEPS)))
def test_no_post_does_anything_without_a_token(strict: Browser, heron: Client, name: str) -> None:
    path = patterns()[name][1]
    score = a_score(heron).pk if "<int:score>" in path else 1
    args = arguments(path, uuid=heron.pk, int=score)
    response = strict.post(reverse(name, args=args))
    # The form of an erasure would come back; there is none of that id.
    assert response.status_code == (404 if name == "erasure" else 403)
    heron.refresh_from_db()
    assert heron.status == "active"


def an_episode(heron: Client) -> Episode:
    return open_impasse(client=heron, by=heron.therapist, today=TODAY(), stage="named")


def a_score(heron: Client) -> Measurement:
    entry = ScoreEntry(instrument="PHQ-9", total=Decimal(9))
    rows = record_scores(client=heron, by=heron.therapist, entries=[entry], today=TODAY())
    return rows[0]


def a_review(heron: Client, ada: User) -> Review:
    change_settings(by=ada, review_queue=True)
    change_person(person=heron.therapist, by=ada, roles=["therapist"], in_training=True)
    session = heron.therapy_sessions.newest_first()[0]
    return submit_session(session=session, by=heron.therapist)


@pytest.mark.parametrize("name", KEEPS)
def test_every_form_keeps_what_was_typed(
    ada: User, sunil: User, stuck_heron: Client, name: str
) -> None:
    asked = bring_case(
        client=stuck_heron, by=stuck_heron.therapist, supervisor=sunil, question="What now?",
        today=TODAY(),
    )  # fmt: skip
    of = {
        "client": stuck_heron, "session": stuck_heron.therapy_sessions.first(),
        "suggestion": Suggestion.objects.order_by("rank").first(), "baseline": stuck_heron,
        "score": stuck_heron, "episode": an_episode(stuck_heron),
        "plan": stuck_heron, "impasse": stuck_heron, "person": stuck_heron.therapist,
        "transfer": stuck_heron.therapist, "bring": stuck_heron, "propose": stuck_heron,
        "meeting": asked.meeting, "item": asked.meeting,
        "vignette": SimpleNamespace(pk="V1"), "review": a_review(stuck_heron, ada),
    }  # fmt: skip
    needs = "<" in patterns()[name][1]
    person = (
        ada if name in ASKED_OF_ADA else sunil if name in ASKED_OF_SUNIL else stuck_heron.therapist
    )
    strict = Browser(enforce_csrf_checks=True)
    strict.force_login(person)
    kind = (
        "client" if name == "sessions:session_log" else name.split(":")[1].split("_", maxsplit=1)[0]
    )
    ids = [of[kind].pk] if needs else []
    agreed = agree(
        item=asked, by=stuck_heron.therapist, strategy="T1", words="Wait.", today=TODAY()
    )
    places = {"<uuid:item>": asked.pk, "<int:agreement>": agreed.pk}
    ids += [pk for place, pk in places.items() if place in patterns()[name][1]]
    where = reverse(name, args=ids)
    answer = strict.post(where, KEEPS[name] | {"csrfmiddlewaretoken": "x" * 64})
    form = answer.context["form"]
    assert answer.status_code == 403
    assert TOO_LONG_OPEN in answer.content.decode()
    assert {field: form[field].value() for field in KEEPS[name]} == KEEPS[name]
    token = str(answer.context["csrf_token"])
    assert strict.post(where, KEEPS[name] | {"csrfmiddlewaretoken": token}).status_code != 403
