"""Loading the demonstration: once, again, after a stop, and never into others' data."""

from collections import Counter
from dataclasses import replace
from functools import cache
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.utils import timezone

from audit.chain import check_chain
from audit.models import AuditEvent
from impasse_tracker.demo import cast
from impasse_tracker.demo import load as loading
from impasse_tracker.demo.cast import CAST, Casting, Decision
from impasse_tracker.demo.courses import COURSES
from impasse_tracker.demo.load import NotOurs, load
from impasses.models import Episode, EpisodeMove, PlanStep, Suggestion, Trial
from impasses.rulebook import rulebook
from people import actions as people
from people import walls
from people.models import Client, Organisation, Supervision, User
from sessions_app.models import CaseSnapshot, SessionDraft, TherapySession
from tests.demo.same_answers import command_says, compare

pytestmark = pytest.mark.django_db

SLOTS = 6


def shortened(casting: Casting) -> Casting:
    """The case with its last sessions only, and decisions that still find their place."""
    kept = tuple(decision for decision in casting.decisions if decision.at < 0)
    whole = tuple(i for i in casting.impasses if all(-SLOTS <= at < 0 for _, at in i.stages))
    return replace(casting, slots=SLOTS, decisions=kept, impasses=whole)


def one_of_each_course() -> tuple[Casting, ...]:
    chosen = {c.course: replace(shortened(c), closing="") for c in reversed(CAST)}
    assert set(chosen) == set(COURSES)
    return tuple(chosen.values())


HERON = replace(shortened(CAST[0]), decisions=(Decision("R1", "plan", -2, (("no", "partly"),)),))
NORTHSIDE = cast.NORTHSIDE.name


def home(name: str = NORTHSIDE) -> Organisation:
    return Organisation.objects.get(name=name)


def state() -> dict[str, Any]:
    """Everything that a load writes in the first practice, without keys and moments."""
    with walls.inside(home().pk):
        return {
            "clients": sorted(Client.objects.values_list("code_name", "status", "ended_reason")),
            "sessions": sorted(
                TherapySession.objects.values_list("client__code_name", "number", "held_at", "key"),
                key=str,
            ),
            "suggestions": Counter(
                Suggestion.objects.live().values_list("client__code_name", "rule", "state")
            ),
            "impasses": Counter(Episode.objects.values_list("client__code_name", "stage")),
            "moves": EpisodeMove.objects.count(),
            "steps": PlanStep.objects.count(),
            "trials": Counter(Trial.objects.values_list("outcome", flat=True)),
            "drafts": SessionDraft.objects.count(),
            "supervisions": Supervision.objects.count(),
            "events": AuditEvent.objects.count(),
        }


def all_say_the_same(folder: Path) -> None:
    """Of every case, the page says what the command says of the same facts."""
    with walls.inside(home().pk):
        clients = list(Client.objects.select_related("organisation", "snapshot", "therapist"))
        lines = command_says(clients, folder, timezone.localdate())
        assert len(lines) == len(clients)
        for client in clients:
            compare(client, lines[client.code_name], timezone.localdate())


def test_one_case_of_each_course_is_loaded_as_it_was_written(tmp_path: Path) -> None:
    """And of each, the page says what the command says."""
    castings = one_of_each_course()

    outcome = load(castings=castings)

    assert (outcome.loaded, outcome.there, outcome.wanted) == (11, 11, 11)
    with walls.inside(home().pk):
        assert TherapySession.objects.count() == 11 * SLOTS
        assert not any(snapshot.is_waiting for snapshot in CaseSnapshot.objects.all())
        assert check_chain(home().pk).faults == ()
        heron = Client.objects.get(code_name="Heron")
        assert heron.focus == "Speaking up at work and at home."
        last = heron.therapy_sessions.newest_first()[0]
        assert last.note
        assert [tag.code for tag in last.tags.all()] == ["M5"]
        draft = SessionDraft.objects.get(author=heron.therapist)
        assert "note" in draft.body
        live = set(Suggestion.objects.live().values_list("rule", flat=True))
    assert live >= {"R1", "R3", "R4", "R5", "R7", "R10", "R12", "R15", "R16"}
    all_say_the_same(tmp_path)


def test_the_accounts_are_those_of_the_cast() -> None:
    load(castings=())

    assert sorted(User.objects.values_list("email", flat=True)) == [
        "ada@demo.test", "marta@demo.test", "nadia@demo.test", "otto@other.test",
        "sunil@demo.test", "thea@demo.test", "tom@demo.test",
    ]  # fmt: skip
    sunil = User.objects.get(email="sunil@demo.test")
    assert (sunil.supervises, sunil.treats, sunil.administers) == (True, True, False)
    assert all(user.check_password("impasse-demo") for user in User.objects.all())
    with walls.inside(home().pk):
        running = Supervision.objects.filter(until=None)
        assert {(s.supervisor.name, s.therapist.name) for s in running} == {
            ("Sunil Rao", "Thea Lindqvist"),
            ("Sunil Rao", "Nadia Haddad"),
        }
        assert Supervision.objects.exclude(until=None).count() == 1


def test_the_other_practice_is_behind_its_own_wall() -> None:
    acorn = next(casting for casting in CAST if casting.code_name == "Acorn")

    load(castings=[shortened(acorn)])

    with walls.inside(home().pk):
        assert Client.objects.count() == 0
    with walls.inside(home(cast.ELM_COURT.name).pk):
        assert Client.objects.get().therapist.email == "otto@other.test"


def test_decisions_plans_and_their_answers_are_there() -> None:
    load(castings=[HERON])

    with walls.inside(home().pk):
        assert Suggestion.objects.live().get(rule="R1").state == "planned"
        assert {step.side: step.words for step in PlanStep.objects.all()}.keys() == {
            "therapist", "client",
        }  # fmt: skip
        assert sorted(Trial.objects.values_list("step__side", "outcome")) == [
            ("client", "partly"), ("therapist", "no"),
        ]  # fmt: skip


@pytest.mark.parametrize("verb", ["snooze", "dismiss"])
def test_what_is_put_off_or_aside_has_a_reason(verb: str) -> None:
    load(castings=[replace(HERON, decisions=(Decision("R1", verb),))])  # type: ignore[arg-type]

    with walls.inside(home().pk):
        row = Suggestion.objects.live().get(rule="R1")
        assert row.state == {"snooze": "snoozed", "dismiss": "dismissed"}[verb]
        assert row.reason
        assert bool(row.snoozed_until) == (verb == "snooze")


def test_cases_are_paused_and_ended_with_a_reason() -> None:
    names = {"Sparrow", "Orchard", "Drift"}
    load(castings=[shortened(casting) for casting in CAST if casting.code_name in names])

    assert state()["clients"] == [
        ("Drift", "ended", "no_contact"), ("Orchard", "ended", "completed"),
        ("Sparrow", "paused", ""),
    ]  # fmt: skip


def test_repeating_changes_nothing() -> None:
    castings = [shortened(casting) for casting in CAST[:3]]
    load(castings=castings)
    before = state()

    outcome = load(castings=castings)

    assert (outcome.loaded, outcome.there) == (0, 3)
    assert state() == before


def test_done_already_is_seen_without_playing(django_assert_max_num_queries: Any) -> None:
    load(castings=[HERON])

    with django_assert_max_num_queries(40):
        load(castings=[HERON])


def test_what_a_person_changed_since_is_left_alone() -> None:
    load(castings=[HERON])
    with walls.inside(home().pk):
        heron = Client.objects.get()
        people.pause_client(client=heron, by=heron.therapist)

    assert load(castings=[HERON]).loaded == 0

    assert state()["clients"] == [("Heron", "paused", "")]


def test_a_client_that_a_person_made_of_the_same_name_is_left_alone() -> None:
    load(castings=())
    with walls.inside(home().pk):
        thea = User.objects.get(email="thea@demo.test")
        people.create_client(by=thea, code_name="Heron", focus="A person's own words.")

    assert load(castings=[HERON]).loaded == 1
    assert load(castings=[HERON]).loaded == 0

    with walls.inside(home().pk):
        assert Client.objects.get().focus == "A person's own words."
        assert not TherapySession.objects.exists()


def test_a_case_that_a_person_ended_meanwhile_stays_ended(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with monkeypatch.context() as patch:
        killed_at(loading.sessions, "log_session", 4, patch)
        with pytest.raises(Killed):
            load(castings=[HERON])
    with walls.inside(home().pk):
        heron = Client.objects.get()
        people.end_client(client=heron, by=heron.therapist, reason="other", on=timezone.localdate())

    assert load(castings=[HERON]).loaded == 1

    assert state()["clients"] == [("Heron", "ended", "other")]
    assert len(state()["sessions"]) == 3


class Killed(BaseException):
    """Stands for kill -9."""


def killed_at(module: Any, name: str, call: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the program die just before this call of an action."""
    real, calls = getattr(module, name), iter(range(1, 10_000))

    def dying(*args: Any, **kwargs: Any) -> Any:
        if next(calls) == call:
            raise Killed
        return real(*args, **kwargs)

    monkeypatch.setattr(module, name, dying)


@pytest.mark.parametrize(
    ("where", "name", "call"),
    [
        (loading.people, "create_user", 2),
        (loading.supervisions, "start_supervision", 2),
        pytest.param(loading.supervisions, "end_supervision", 1, marks=pytest.mark.prove),
        (loading.people, "create_client", 1),
        pytest.param(loading.people, "set_baseline", 1, marks=pytest.mark.prove),
        pytest.param(loading.sessions, "log_session", 1, marks=pytest.mark.prove),
        (loading.sessions, "log_session", 5),
        pytest.param(loading.sessions, "assess_case", 6, marks=pytest.mark.prove),
        (loading.impasses, "plan_suggestion", 1),
        pytest.param(loading.sessions, "log_session", 6, marks=pytest.mark.prove),
        (loading.sessions, "save_draft", 1),
        (loading, "record", 1),
    ],
)
def test_a_run_that_was_killed_is_continued(
    where: Any, name: str, call: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    undisturbed = _whole(HERON)
    with monkeypatch.context() as patch:
        killed_at(where, name, call, patch)
        with pytest.raises(Killed):
            load(castings=[HERON])

    outcome = load(castings=[HERON])

    assert (outcome.loaded, outcome.there) == (1, 1)
    assert state() == undisturbed


@cache
def _whole(casting: Casting) -> dict[str, Any]:
    """What an undisturbed run writes; taken back before the test goes on."""
    with transaction.atomic():
        load(castings=[casting])
        whole = state()
        transaction.set_rollback(True)
    return whole


def test_it_refuses_a_database_that_holds_anything_else(clinic: Organisation) -> None:
    with pytest.raises(NotOurs, match="This database holds Northside, which is not"):
        load(castings=[HERON])

    assert Organisation.objects.get() == clinic
    assert User.objects.count() == 0


def test_it_refuses_a_real_practice_of_the_same_name() -> None:
    real = people.create_organisation(name=NORTHSIDE)
    people.create_user(
        organisation=real, email="someone@example.test", name="Someone", roles={"therapist"},
        password="a-long-test-password",
    )  # fmt: skip

    with pytest.raises(NotOurs):
        load(castings=[HERON])

    assert User.objects.count() == 1


def run(**options: Any) -> str:
    out = StringIO()
    call_command("demo", stdout=out, **options)
    return out.getvalue()


@pytest.fixture
def small_cast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cast, "CAST", tuple(shortened(casting) for casting in CAST[:4]))


@pytest.mark.usefixtures("small_cast")
def test_the_command_loads_the_first_then_the_rest_then_says_it_is_done(settings: Any) -> None:
    settings.LOCAL = True

    assert run(first=True).startswith("demo: the first 3 cases are there, after ")
    assert run(first=True) == "demo: the first 3 cases are there already.\n"
    assert run(progress=True).splitlines()[0] == "demo: 4 of 4 cases"
    assert run(progress=True) == "demo: all 4 cases are there already.\n"


@pytest.mark.usefixtures("small_cast")
def test_the_command_refuses_outside_a_laptop_unless_told(settings: Any) -> None:
    settings.LOCAL = False

    with pytest.raises(CommandError, match="--yes-this-is-a-demonstration"):
        run()
    assert not Organisation.objects.exists()

    assert "the first 3" in run(first=True, is_demonstration=True)


def test_the_command_says_in_one_sentence_whose_data_it_found(
    clinic: Organisation, settings: Any
) -> None:
    settings.LOCAL = True

    with pytest.raises(CommandError, match=r"^This database holds Northside, .*\.$"):
        run()


def test_a_second_run_beside_the_first_leaves_it_alone(settings: Any) -> None:
    settings.LOCAL = True
    beside = connection.copy()
    with beside.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [loading.LOCK])
    try:
        assert run() == "demo: Another run is loading the demonstration data already.\n"
    finally:
        beside.close()
    assert not Organisation.objects.exists()


@pytest.mark.prove
@pytest.mark.timeout(300)
def test_the_whole_cast_is_loaded_and_every_rule_is_live(tmp_path: Path) -> None:
    assert load().loaded == 40
    all_say_the_same(tmp_path)

    with walls.inside(home().pk):
        live = Suggestion.objects.live().filter(
            client__therapist__email__in={c.therapist for c in CAST} - {"sunil@demo.test"}
        )
        assert set(live.values_list("rule", flat=True)) == {rule.id for rule in rulebook().rules}
        decided = {casting.code_name for casting in CAST if casting.decisions}
        states = Suggestion.objects.filter(decided_at__isnull=False)
        assert set(states.values_list("client__code_name", flat=True)) == decided
        assert check_chain(home().pk).faults == ()
    before = state()
    assert load().loaded == 0
    assert state() == before
