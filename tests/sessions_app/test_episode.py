"""The impasse on its pages: named, moved, weighed, closed; what others see of it."""

from collections.abc import Callable

import pytest
from django.test import Client as Browser
from django.urls import reverse

from audit.models import AuditEvent
from impasses.models import Episode
from people.models import Client, User
from sessions_app import episode_actions as case
from tests.conftest import TODAY

SignIn = Callable[[User], Browser]
WORDS = "kingfisher words"


def page(browser: Browser, heron: Client) -> str:
    return browser.get(reverse("sessions:case", args=[heron.pk])).content.decode()


def url(name: str, row: Episode) -> str:
    return reverse(f"sessions:{name}", args=[row.pk])


def test_from_naming_to_resolved(hers: Browser, stuck_heron: Client) -> None:
    body = page(hers, stuck_heron)
    for said in (">Impasse<", ">Timeline<", ">Plan<", "Name this impasse"):
        assert said in body
    hers.post(
        reverse("sessions:impasse_open", args=[stuck_heron.pk]), {"stage": "named", "words": WORDS}
    )
    row = Episode.objects.get()
    assert (row.stage, row.words) == ("named", WORDS)
    body = page(hers, stuck_heron)
    assert "Mark as loosening" in body
    assert ">Resolve<" in body
    assert WORDS in body
    hers.post(url("episode_move", row), {"to": "loosening"})
    assert "Undo: named to loosening" in page(hers, stuck_heron)
    response = hers.post(
        url("episode_close", row),
        {"to": "resolved", "repaired": "yes", "growth": ["G4"], "learned_alliance": WORDS},
    )
    assert response.status_code == 302
    row.refresh_from_db()
    assert (row.stage, row.closed_on, row.growth) == ("resolved", TODAY(), ["G4"])
    body = page(hers, stuck_heron)
    assert "Earlier" in body
    assert "Name this impasse" in body
    body = hers.get(url("episode", row)).content.decode()
    assert "Stronger alliance" in body
    assert WORDS in body
    assert "Reopen this impasse" in body
    hers.post(url("episode_move", row), {"to": "worked"})
    row.refresh_from_db()
    assert (row.stage, row.closed_on) == ("worked", None)


def test_taken_from_a_suggestion(hers: Browser, stuck_heron: Client) -> None:
    assert "Take it as the impasse" in page(hers, stuck_heron)
    suggestion = stuck_heron.suggestions.live().get(rule="R1")
    hers.post(reverse("sessions:impasse_accept", args=[suggestion.pk]))
    row = Episode.objects.get()
    assert (row.stage, len(row.sessions)) == ("suspected", 3)
    assert "Take it as the impasse" not in page(hers, stuck_heron)
    body = hers.get(url("episode", row)).content.decode()
    assert "The suggestion it was taken from" in body
    assert "3 held sessions" in body


def opened(heron: Client) -> Episode:
    return case.open_impasse(
        client=heron, by=heron.therapist, today=TODAY(), stage="named", words=WORDS
    )


def test_the_four_types_stand_side_by_side_with_what_the_record_says(
    hers: Browser, stuck_heron: Client
) -> None:
    row = opened(stuck_heron)
    body = hers.get(url("episode", row)).content.decode()
    assert [body.index(f">{word}</a></h3>") for word in ("Relational", "Cognitive", "Emotional")]
    assert "Alliance strain in 3 of the last 4 held sessions" in body
    assert "Intellectualising in none of the last 4 held sessions" in body
    assert "Not set" in body
    hers.post(url("episode_weigh", row), {"Y1": "2", "Y1-reason": WORDS, "Y2": "0"})
    body = hers.get(url("episode", row)).content.decode()
    assert "Likely, you said on" in body
    assert "Not this, you said on" in body
    hers.post(url("episode_weigh", row), {})
    assert row.hypotheses.count() == 0


def test_a_supervisor_sees_the_stage_and_not_the_words(
    client_for: SignIn, sunil: User, stuck_heron: Client
) -> None:
    row = opened(stuck_heron)
    case.move_impasse(episode=row, by=stuck_heron.therapist, to="worked", today=TODAY())
    browser = client_for(sunil)
    for body in (page(browser, stuck_heron), browser.get(url("episode", row)).content.decode()):
        assert "Being worked" in body
        assert WORDS not in body
        assert "Resolve<" not in body
        assert "Undo" not in body


@pytest.mark.parametrize("to", ["", "resolved-ish", "named"])
def test_an_impossible_move_changes_nothing(hers: Browser, heron: Client, to: str) -> None:
    row = opened(heron)
    assert hers.post(url("episode_move", row), {"to": to}).status_code == 302
    row.refresh_from_db()
    assert (row.stage, row.moves.count()) == ("named", 1)


def test_bad_input_stays_on_the_page(hers: Browser, heron: Client) -> None:
    row = opened(heron)
    response = hers.post(url("episode_close", row), {"to": "", "learned_patterns": WORDS})
    assert response.status_code == 422
    assert "Say whether it is resolved" in response.content.decode()
    assert WORDS in response.content.decode()
    response = hers.post(url("episode_describe", row), {"words": "x" * 601, "version": "1"})
    assert response.status_code == 422
    assert "Keep it to 600 characters" in response.content.decode()
    response = hers.post(url("episode_describe", row), {"words": "new", "version": "7"})
    assert "was changed since" in response.content.decode()
    assert hers.post(url("episode_weigh", row), {"Y1": "9"}).status_code == 422
    response = hers.post(url("episode_weigh", row), {"Y1-reason": WORDS})
    assert response.status_code == 422
    assert "leave the reason empty" in response.content.decode()
    assert WORDS in response.content.decode()


def test_what_grew_can_be_written_anew_and_is_on_record(hers: Browser, heron: Client) -> None:
    row = opened(heron)
    hers.post(url("episode_close", row), {"to": "ended", "growth": ["G1"]})
    body = hers.get(url("episode_close", row)).content.decode()
    assert 'value="G1" checked' in " ".join(body.split()) or "checked" in body
    before = AuditEvent.objects.count()
    hers.post(url("episode_close", row), {"to": "ended", "growth": ["G1", "G5"]})
    row.refresh_from_db()
    assert (row.growth, row.moves.count()) == (["G1", "G5"], 2)
    assert AuditEvent.objects.count() == before + 1
    hers.post(url("episode_close", row), {"to": "ended", "growth": ["G1", "G5"]})
    assert AuditEvent.objects.count() == before + 1
    response = hers.post(url("episode_close", row), {"to": "resolved"})
    assert response.status_code == 422
    assert "cannot be moved there" in response.content.decode()


def test_words_too_long_to_name_it_come_back(hers: Browser, heron: Client) -> None:
    address = reverse("sessions:impasse_open", args=[heron.pk])
    assert "Name an impasse" in hers.get(address).content.decode()
    response = hers.post(address, {"words": "long " * 200, "stage": "named"})
    assert response.status_code == 422
    assert "Keep it to 600 characters" in response.content.decode()
    assert "long long long" in response.content.decode()
    assert not Episode.objects.exists()


def test_described_in_ones_own_words_with_causes(hers: Browser, heron: Client) -> None:
    row = opened(heron)
    hers.post(url("episode_describe", row), {"words": "Otherwise", "causes": ["C4"], "version": 1})
    body = hers.get(url("episode", row)).content.decode()
    assert "Otherwise" in body
    assert "Ambivalence about change" in body


def test_a_second_one_is_refused_with_a_sentence(hers: Browser, heron: Client) -> None:
    opened(heron)
    address = reverse("sessions:impasse_open", args=[heron.pk])
    response = hers.post(address, {"stage": "named"}, follow=True)
    assert "An impasse is open already" in response.content.decode()
    assert Episode.objects.count() == 1
