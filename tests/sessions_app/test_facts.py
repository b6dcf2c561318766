"""What the rules may read: all of a case for its therapist, for others without what is private."""

import datetime as dt
from decimal import Decimal

from django.db import connection
from django.test.utils import CaptureQueriesContext

from impasses import actions as impasses
from people import actions as people
from people.models import Client
from sessions_app import facts
from sessions_app.entries import ScoreEntry, TagEntry, TrialEntry
from sessions_app.facts import gather
from sessions_app.models import Measurement
from tests.conftest import TODAY, log


def tags_of(case: object, session: int = 0) -> list[str]:
    return sorted(tag.id for tag in case.sessions[session].tags)  # type: ignore[attr-defined]


def test_every_fact_of_a_session_arrives(heron: Client) -> None:
    session = log(
        heron, TagEntry(code="M4", intensity=3, sub_forms=("M4a", "M4c"), how="hopeless"),
        TagEntry(code="Y3c", intensity=1), "M5", days=3, attendance="late", repair="partly",
        task="not_done", theme="Being left", goals_reviewed=True, ambivalence=True, movement=True,
        context=True, safety=True, safety_checked=True,
        scores=(ScoreEntry(instrument="PHQ-9", total=Decimal(14)),),
    )  # fmt: skip
    own, shared = gather(heron)
    (found,) = own.sessions
    assert found.id == str(session.pk)
    assert (found.on, found.attendance) == (session.held_at.date(), "late")
    assert (found.repair, found.task) == ("partly", "not_done")
    assert found.theme == str(session.theme_id)
    assert all((found.goals_reviewed, found.ambivalence, found.movement, found.context))
    assert all((found.safety, found.safety_checked))
    assert [(t.id, t.intensity, t.how) for t in found.tags] == [
        ("M4", 3, ""), ("M4a", 3, ""), ("M4c", 3, "hopeless"), ("M5", 2, ""),
    ]  # fmt: skip
    assert [(t.id, t.intensity) for t in found.features] == [("Y3c", 1)]
    (score,) = own.scores
    assert (score.instrument, score.total, score.on) == ("PHQ-9", 14, session.held_at.date())
    assert own == shared


def test_a_repair_is_told_only_with_strain_that_is_seen(heron: Client) -> None:
    log(heron, TagEntry(code="M5", visibility="private"), days=9, repair="unrepaired")
    log(heron, days=7, repair="partly")
    log(heron, "M5", days=5, repair="repaired")
    log(heron, days=3, repair="partly")
    own, shared = gather(heron)
    assert [s.repair for s in own.sessions] == ["partly", "repaired", "partly", "unrepaired"]
    assert [s.repair for s in shared.sessions] == [None, "repaired", None, None]


def test_what_nobody_said_is_unknown_and_not_false(heron: Client) -> None:
    log(heron)
    (found,) = gather(heron)[0].sessions
    assert (found.repair, found.task, found.theme) == (None, None, None)


def test_private_marks_are_the_authors_alone(heron: Client) -> None:
    log(
        heron, TagEntry(code="M1"), TagEntry(code="M2", visibility="private"),
        TagEntry(code="Y1a", visibility="private"),
    )  # fmt: skip
    own, shared = gather(heron)
    assert (tags_of(own), tags_of(shared)) == (["M1", "M2"], ["M1"])
    assert (len(own.sessions[0].features), len(shared.sessions[0].features)) == (1, 0)


def test_counts_only_counts_for_others_and_leads_nowhere(heron: Client) -> None:
    log(heron, TagEntry(code="M1", sub_forms=("M1a",), visibility="counts"))
    own, shared = gather(heron)
    assert tags_of(own) == tags_of(shared) == ["M1", "M1a"]
    assert all(tag.linkable for tag in own.sessions[0].tags)
    assert not any(tag.linkable for tag in shared.sessions[0].tags)


def test_a_private_sub_form_is_left_out_and_its_mark_with_it_when_alone(heron: Client) -> None:
    log(heron, TagEntry(code="M5", sub_forms=("M5a", "M5c"), private_forms=("M5c",)), days=2)
    log(heron, TagEntry(code="M5", sub_forms=("M5c",), private_forms=("M5c",)), days=1)
    own, shared = gather(heron)
    assert [tags_of(own, n) for n in (0, 1)] == [["M5", "M5c"], ["M5", "M5a", "M5c"]]
    assert [tags_of(shared, n) for n in (0, 1)] == [[], ["M5", "M5a"]]


def test_the_day_is_the_clinics_own(heron: Client) -> None:
    heron.organisation.time_zone = "Pacific/Auckland"
    heron.organisation.save()
    session = log(heron, days=3)
    heron = Client.objects.select_related("organisation").get(pk=heron.pk)
    assert session.held_at.hour == 10
    late = session.held_at.replace(hour=20)
    heron.therapy_sessions.update(held_at=late)
    assert gather(heron)[0].sessions[0].on == late.date() + dt.timedelta(days=1)


def test_trials_dismissals_and_what_is_usual_come_along(stuck_heron: Client) -> None:
    heron = people.set_baseline(client=stuck_heron, by=stuck_heron.therapist, baseline=("M4b",))
    step, _ = impasses.plan_suggestion(
        suggestion=heron.suggestions.live()[0], by=heron.therapist, today=TODAY(),
        therapist_words="I try.", client_words="We try.",
    )  # fmt: skip
    log(heron, "M2a", "M1a", days=4, trials=(TrialEntry(step=step.pk, outcome="no"),))
    log(heron, "M2a", days=3, assess=True)
    other = heron.suggestions.live().filter(state="offered")[0]
    impasses.dismiss_suggestion(suggestion=other, by=heron.therapist, reason="Not now.")
    own, _ = gather(heron)
    assert own.baseline == ("M4b",)
    assert [(t.strategy, t.outcome) for t in own.trials] == [(step.strategy, "no")]
    assert [d.rule for d in own.dismissed] == [other.rule]
    assert "Not now." not in repr(own)


def test_another_clients_rows_do_not_come_along(heron: Client) -> None:
    finch = people.create_client(by=heron.therapist, code_name="Finch")
    log(finch, "M5a", scores=(ScoreEntry(instrument="PHQ-9", total=Decimal(14)),))
    own, shared = gather(heron)
    assert (own.sessions, own.scores, shared.sessions) == ((), (), ())


def test_only_the_latest_are_read_however_long_the_history(heron: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            gather(heron)
        return len(seen)

    log(heron, "M1a", days=60)
    queries()
    few = queries()
    for days in range(59, 59 - facts.LOOK_BACK - 5, -1):
        log(heron, "M1a", days=days)
    assert queries() == few
    own, _ = gather(heron)
    assert len(own.sessions) == facts.LOOK_BACK
    assert own.sessions[0].on > own.sessions[-1].on


def test_the_first_score_comes_along_however_many_follow(heron: Client) -> None:
    """A change is judged from the first score of its questionnaire."""
    many = facts.SCORES * 5 + 3
    session = log(heron, days=170)
    Measurement.objects.bulk_create(
        Measurement(
            organisation_id=heron.organisation_id,
            client=heron,
            instrument="PHQ-9",
            total=Decimal(7 if day == 0 else 15),
            on=session.held_at.date() + dt.timedelta(days=day),
        )
        for day in range(many)
    )
    own, _ = gather(heron)
    totals = [score.total for score in sorted(own.scores, key=lambda score: score.on)]
    assert totals[0] == 7
    assert len(totals) == facts.SCORES * 5 + 1
