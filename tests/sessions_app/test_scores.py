"""Scores outside sessions: entered, mended, taken away; and what an answer about safety does."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from people.models import Client, User
from sessions_app import score_actions as scores
from sessions_app.entries import ScoreEntry
from sessions_app.models import CaseSnapshot, Measurement
from tests.conftest import TODAY, log, typed

SignIn = Callable[[User], Browser]


def new(client: Client) -> str:
    return reverse("sessions:score_new", args=[client.pk])


def answers(*values: int, name: str = "PHQ-9") -> dict[str, str]:
    return {f"item-{name}-{n}": str(value) for n, value in enumerate(values, 1)}


def enter(client: Client, total: int, *, days: int = 0, name: str = "PHQ-9", **more: Any) -> Any:
    day = TODAY() - dt.timedelta(days=days)
    entry = ScoreEntry(instrument=name, total=Decimal(total), on=day, **more)
    (row,) = scores.record_scores(
        client=client, by=client.therapist, entries=[entry], today=TODAY()
    )
    return row


def test_totals_and_answers_are_saved_together(hers: Browser, heron: Client) -> None:
    day = TODAY() - dt.timedelta(days=2)
    data = {"score-ORS": "21.5", "scores_by": "client", "scores_on": f"{day}"}
    response = hers.post(new(heron), data | answers(2, 1, 1, 0, 0, 1, 0, 0, 0))
    assert response["Location"] == reverse("sessions:score_list", args=[heron.pk])
    found = {row.instrument: row for row in heron.measurements.all()}
    assert found["ORS"].total == Decimal("21.5")
    assert (found["PHQ-9"].total, found["PHQ-9"].items) == (5, [2, 1, 1, 0, 0, 1, 0, 0, 0])
    assert {row.on for row in found.values()} == {day}
    assert {row.therapy_session_id for row in found.values()} == {None}


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({}, "Give at least one total"),
        ({"score-PHQ-9": "28"}, "PHQ-9 totals run from 0 to 27."),
        (answers(1, 2), "PHQ-9 has 9 questions and 7 are not answered."),
        (answers(*[1] * 9) | {"score-PHQ-9": "8"}, "add up to 9, the total says 8"),
        (answers(*[1] * 8, 7), "Choose one of the answers shown."),
        ({"score-GAD-7": "5", "scores_on": "2999-01-01"}, "That day has not come yet."),
        ({"score-GAD-7": "5", "scores_on": "1700-01-01"}, "1700 cannot be right."),
    ],
)
def test_bad_input_changes_nothing_and_stays_on_the_page(
    hers: Browser, heron: Client, data: dict[str, str], sentence: str
) -> None:
    response = hers.post(new(heron), data)
    assert response.status_code == 422
    body = response.content.decode()
    assert sentence in body
    assert not heron.measurements.exists()
    for name, value in data.items():
        if name.startswith("score-"):
            assert f'name="{name}" value="{value}"' in body


def test_the_same_score_sent_twice_is_kept_once(hers: Browser, heron: Client) -> None:
    for _ in range(2):
        assert hers.post(new(heron), {"score-GAD-7": "8"}).status_code == 302
    assert heron.measurements.count() == 1
    response = hers.post(new(heron), {"score-GAD-7": "9"})
    assert response.status_code == 422
    assert "GAD-7 has a score of 8 on that day." in response.content.decode()


def test_an_answer_about_safety_is_shown_before_every_pattern(hers: Browser, heron: Client) -> None:
    response = hers.post(new(heron), answers(*[0] * 8, 1))
    case = reverse("sessions:case", args=[heron.pk])
    assert response["Location"] == case
    assert "A safety concern stands since" in hers.get(case).content.decode()
    assert "A safety concern stands since" in hers.get(reverse("sessions:today")).content.decode()
    row = heron.measurements.get()
    check = reverse("sessions:score_check", args=[heron.pk, row.pk])
    assert hers.post(check).status_code == 302
    assert "A safety concern" not in hers.get(case).content.decode()


def test_a_total_alone_never_says_anything_about_risk(hers: Browser, heron: Client) -> None:
    hers.post(new(heron), {"score-PHQ-9": "27"})
    assert CaseSnapshot.objects.get(client=heron).safety_since is None
    assert (
        "A total says nothing about risk"
        in hers.get(reverse("sessions:score_list", args=[heron.pk])).content.decode()
    )


def test_a_later_safety_check_in_a_session_closes_it_and_an_earlier_one_does_not(
    heron: Client,
) -> None:
    log(heron, days=9, safety_checked=True)
    enter(heron, 1, days=5, items=(0,) * 8 + (1,))
    assert heron_snapshot(heron).safety_since == TODAY() - dt.timedelta(days=5)
    assert heron_snapshot(heron).safety_from == "score"
    log(heron, days=3, safety_checked=True)
    assert heron_snapshot(heron).safety_since is None
    log(heron, days=2, safety=True)
    assert heron_snapshot(heron).safety_from == "session"


def heron_snapshot(heron: Client) -> CaseSnapshot:
    return CaseSnapshot.objects.get(client=heron)


def test_answers_on_the_log_page_are_kept_through_an_edit(hers: Browser, heron: Client) -> None:
    log_page = reverse("sessions:session_log", args=[heron.pk])
    hers.post(log_page, typed() | answers(*[1] * 9))
    row = heron.measurements.get()
    assert (row.total, row.items, row.safety) == (9, [1] * 9, True)
    edit = reverse("sessions:session_edit", args=[row.therapy_session_id])
    body = hers.get(edit).content.decode()
    assert body.count('<option value="1" selected>Several days</option>') == 9
    hers.post(edit, typed(version="1") | answers(*[1] * 8, 0))
    row = heron.measurements.get()
    assert (row.total, row.safety) == (8, False)


def test_a_score_is_mended_and_removed(hers: Browser, heron: Client) -> None:
    row = enter(heron, 12, days=3)
    edit = reverse("sessions:score_edit", args=[heron.pk, row.pk])
    assert 'value="12"' in hers.get(edit).content.decode()
    hers.post(edit, {"score-PHQ-9": "13", "scores_on": f"{row.on}"})
    row.refresh_from_db()
    assert row.total == 13
    enter(heron, 9, days=1)
    clash = hers.post(edit, {"score-PHQ-9": "13", "scores_on": f"{TODAY() - dt.timedelta(1)}"})
    assert clash.status_code == 422
    assert "has a score of" in clash.content.decode()
    hers.post(reverse("sessions:score_remove", args=[heron.pk, row.pk]))
    assert [row.total for row in heron.measurements.all()] == [9]


def test_a_score_of_a_session_is_changed_with_its_session(hers: Browser, heron: Client) -> None:
    session = log(heron, scores=(ScoreEntry(instrument="ORS", total=Decimal(20)),))
    row = heron.measurements.get()
    response = hers.get(reverse("sessions:score_edit", args=[heron.pk, row.pk]))
    assert response["Location"] == reverse("sessions:session_edit", args=[session.pk])
    hers.post(reverse("sessions:score_remove", args=[heron.pk, row.pk]))
    assert heron.measurements.count() == 1


def test_scores_entered_alone_are_read_by_the_rules(heron: Client) -> None:
    from sessions_app.actions import assess_case

    for days, total in ((21, 8), (14, 15), (7, 16)):
        enter(heron, total, days=days)
    assess_case(client=heron, today=TODAY())
    assert [row.rule for row in heron.suggestions.live()] == ["R18"]


def test_the_page_says_what_the_change_means(hers: Browser, heron: Client) -> None:
    enter(heron, 18, days=30)
    page = reverse("sessions:score_list", args=[heron.pk])
    assert "One score so far" in hers.get(page).content.decode()
    enter(heron, 14, days=20)
    body = hers.get(page).content.decode()
    assert "4 points better than at first: may be chance (6 or more needed)." in body
    assert "In the clinical range, which begins at 10." in body
    enter(heron, 9, days=10)
    body = hers.get(page).content.decode()
    assert "9 points better than at first: a reliable change (6 or more needed)." in body
    assert "Clinically significant too" in body
    assert "tl-band" in body


def test_no_score_yet_says_what_to_do(hers: Browser, heron: Client) -> None:
    body = hers.get(reverse("sessions:score_list", args=[heron.pk])).content.decode()
    assert "No score has been entered yet." in body
    assert new(heron) in body


def test_a_supervisor_reads_and_it_is_on_record(
    client_for: SignIn, sunil: User, heron: Client
) -> None:
    from audit.models import AuditEvent

    row = enter(heron, 9, items=(1,) * 9)
    body = client_for(sunil).get(reverse("sessions:score_list", args=[heron.pk])).content.decode()
    assert "question by question" in body
    assert f"/scores/{row.pk}/" not in body
    assert AuditEvent.objects.filter(kind="case read").count() == 1


def test_a_score_is_found_under_its_own_client_alone(hers: Browser, heron: Client) -> None:
    from people.actions import create_client

    row = enter(heron, 9)
    other = create_client(by=heron.therapist, code_name="Wagtail")
    assert hers.get(reverse("sessions:score_edit", args=[other.pk, row.pk])).status_code == 404
    assert Measurement.objects.filter(pk=row.pk).exists()
