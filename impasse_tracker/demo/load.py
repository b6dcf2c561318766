"""Playing the cast into a database, through the actions, and on from wherever a run stopped.

Every step is its own transaction and does nothing the second time, so that a run that was killed
is continued by the next. A case that is whole is marked by an event in the audit chain.
"""

import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from django.db import connection

from audit.models import AuditEvent
from audit.record import record
from impasse_tracker.demo import cast
from impasse_tracker.demo.agenda import practice_day
from impasse_tracker.demo.cast import Casting, Decision, Impasse, Practice, Watch
from impasse_tracker.demo.colleagues import read_sketches, train
from impasse_tracker.demo.meetings import hold_meetings
from impasse_tracker.demo.notes import plan_words, reason
from impasse_tracker.demo.script import Answer, Scene, Script, script_of
from impasses import actions as impasses
from impasses.models import Episode, PlanStep, Suggestion
from impasses.models.episode import Stage
from people import actions as people
from people import supervision_actions as supervisions
from people import walls
from people.models import Client, Organisation, Supervision, User
from sessions_app import actions as sessions
from sessions_app.entries import TrialEntry
from sessions_app.episode_actions import close_impasse, move_impasse, open_impasse
from sessions_app.models import TherapySession

LOADED = "demonstration case loaded"
LOCK = int.from_bytes(b"impasse!", "big") >> 1  # one run at a time in a database
ASSESSED = 12  # the latest sessions, each assessed as it would have been then
QUIET_DAYS = 14


class NotOurs(Exception):
    """The database holds something else; the message says what to do."""


class Busy(Exception):
    """Another run is loading into this database now."""


@dataclass(frozen=True)
class Outcome:
    """How many cases this run loaded, and how many of how many are there now."""

    loaded: int
    there: int
    wanted: int


@contextmanager
def alone() -> Iterator[None]:
    """Hold the database's lock of the demonstration, or raise `Busy`.

    Commits meanwhile do not wait for the disk: a power cut costs the last moment, as a kill does.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            raise Busy("Another run is loading the demonstration data already.")
        cursor.execute("SET synchronous_commit TO off")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET synchronous_commit")
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


def load(
    *,
    castings: Sequence[Casting] = cast.CAST,
    progress: Callable[[int], None] | None = None,
) -> Outcome:
    """Load the accounts and these cases; `progress` hears how many are there after each.

    A database that holds anything else is refused before anything is written. All dates are
    counted from the day the first organisation was made, also in a run that continues later.
    """
    with alone():
        refuse_others()
        homes = {practice.name: _practice(practice) for practice in cast.PRACTICES}
        northside = homes[cast.NORTHSIDE.name]
        began = northside.created_at.astimezone(ZoneInfo(northside.time_zone)).date()
        _supervisions(northside, began)
        whole = frozenset().union(*(_whole_cases(home) for home in homes.values()))
        there = sum(_mark(casting) in whole for casting in castings)
        before = there
        for casting in castings:
            if _mark(casting) not in whole:
                _play(casting, began)
                there += 1
                if progress:
                    progress(there)
        pair = cast.WATCHES[0]
        hold_meetings(northside, began, supervisor=pair.supervisor, therapist=pair.therapist)
        if there == len(cast.CAST):
            read_sketches(northside)
            train(northside)
        return Outcome(there - before, there, len(castings))


def refuse_others() -> None:
    """Raise `NotOurs` when any organisation is not one of the demonstration's two."""
    first = {practice.name: practice.people[0].email for practice in cast.PRACTICES}
    for home in Organisation.objects.order_by("created_at"):
        others = (
            home.people.exists() and not home.people.filter(email=first.get(home.name, "")).exists()
        )
        if home.name not in first or others:
            raise NotOurs(
                f"This database holds {home.name}, which is not of the demonstration: nothing "
                "was changed, give the demonstration an empty database of its own."
            )


def _practice(practice: Practice) -> Organisation:
    """The organisation with all its accounts, made where they are missing."""
    home = Organisation.objects.filter(name=practice.name).first()
    if home is None:
        home = people.create_organisation(name=practice.name, time_zone=practice.time_zone)
    known = set(home.people.values_list("email", flat=True))
    for person in practice.people:
        if person.email not in known:
            people.create_user(
                organisation=home,
                email=person.email,
                name=person.name,
                roles=set(person.roles),
                password=cast.PASSWORD,
            )
    return home


def _supervisions(home: Organisation, today: date) -> None:
    by = User.objects.get(email=cast.ADMINISTRATOR)
    with walls.inside(home.pk):
        for watch in cast.WATCHES:
            _supervise(watch, by, today)


def _supervise(watch: Watch, by: User, today: date) -> None:
    supervisor = User.objects.get(email=watch.supervisor)
    therapist = User.objects.get(email=watch.therapist)
    pair = Supervision.objects.filter(
        organisation=by.organisation_id, supervisor=supervisor, therapist=therapist
    )
    supervision = pair.order_by("since").first() or supervisions.start_supervision(
        supervisor=supervisor, therapist=therapist, since=today - watch.since, by=by
    )
    if watch.until is not None and supervision.until is None:
        supervisions.end_supervision(supervision=supervision, until=today - watch.until, by=by)


def _mark(casting: Casting) -> str:
    """What names a whole case in the audit chain, without saying whose it is."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, casting.key))


def _whole_cases(home: Organisation) -> frozenset[str]:
    with walls.inside(home.pk):
        events = AuditEvent.objects.filter(organisation_id=home.pk, kind=LOADED)
        return frozenset(
            detail.get("case", "") for detail in events.values_list("detail", flat=True)
        )


def _play(casting: Casting, today: date) -> None:
    """One case from where it stands to its end.

    Where a person at work meanwhile ended the case or took its code name, theirs is left alone.
    """
    by = User.objects.get(email=casting.therapist)
    script = script_of(casting, today, ZoneInfo(by.organisation.time_zone))
    with walls.inside(by.organisation_id):
        client = None
        with suppress(people.NotAllowed):
            client = _client(script, by)
            _go_on(client, by, script, today)
        record(
            LOADED,
            by=by,
            target_kind="client",
            target_id=client.id if client else None,
            target_label=casting.code_name,
            detail={"case": _mark(casting)},
        )


def _go_on(client: Client, by: User, script: Script, today: date) -> None:
    """What is still missing of a case, in its order."""
    logged = _logged(script, by)
    # What follows the last one logged may be missing: it is gone through again.
    for place in range(max(0, logged - 1), len(script.scenes)):
        if place >= logged:
            _log(client, by, script, place)
        _respond(client, by, script, place)
    _close(client, by, script, today)


def _logged(script: Script, by: User) -> int:
    """How many sessions of the case are there, by their keys."""
    keys = [script.key(place) for place in range(len(script.scenes))]
    return TherapySession.objects.filter(organisation=by.organisation_id, key__in=keys).count()


def _client(script: Script, by: User) -> Client:
    """The client, made where missing. `CodeNameTaken` when a person has made one of the name."""
    known = Client.objects.filter(
        organisation=by.organisation_id, therapist=by, code_name=script.casting.code_name
    ).first()
    if known and known.started_on != script.started_on and not _logged(script, by):
        raise people.CodeNameTaken(f"{known.code_name} is somebody else's.")
    client = known or people.create_client(
        by=by,
        code_name=script.casting.code_name,
        rhythm=script.casting.rhythm,
        started_on=script.started_on,
        focus=script.story.focus,
        goals=script.story.goals,
    )
    return people.set_baseline(client=client, by=by, baseline=script.casting.baseline)


def _log(client: Client, by: User, script: Script, place: int) -> None:
    """Log the session at this place, with what it answers about the plans in play."""
    scene = script.scenes[place]
    trials = tuple(t for answer in scene.answers for t in _trials(client, script, answer))
    sessions.log_session(
        client=client, by=by, entry=replace(scene.entry, trials=trials), key=script.key(place)
    )


def _respond(client: Client, by: User, script: Script, place: int) -> None:
    """Let the rules read the case as of that day, and decide what was decided then."""
    scene = script.scenes[place]
    day = _day(scene)
    if place >= len(script.scenes) - ASSESSED or scene.decisions:
        sessions.assess_case(client=client, today=day)
    for decision in scene.decisions:
        _decide(client, by, decision, day)
    for impasse in script.casting.impasses:
        _live_through(client, by, script, impasse, place)


def _live_through(client: Client, by: User, script: Script, impasse: Impasse, place: int) -> None:
    """What becomes of an impasse after this session, unless that is there already."""
    days = {
        at % len(script.scenes): (stage, _day(script.scenes[at])) for stage, at in impasse.stages
    }
    if place not in days:
        return
    stage, day = days[place]
    opened_on = min(on for _, on in days.values())
    row = Episode.objects.filter(client=client, opened_on=opened_on).first()
    if row is None:
        open_impasse(
            client=client,
            by=by,
            today=day,
            stage=stage,
            words=impasse.words,
            causes=impasse.causes,
        )
    elif row.moves.filter(after=stage).exists():
        return
    elif stage == Stage.RESOLVED:
        close_impasse(
            episode=row,
            by=by,
            today=day,
            to=stage,
            repaired=Episode.Repaired.NO_STRAIN,
            growth=impasse.growth,
            learned_patterns=impasse.learned,
            learned_alliance="",
            learned_resilience="",
        )
    else:
        move_impasse(episode=row, by=by, to=stage, today=day)


def _day(scene: Scene) -> date:
    return scene.entry.held_at.date()


def _trials(client: Client, script: Script, answer: Answer) -> Iterator[TrialEntry]:
    planned_on = _day(script.scenes[answer.planned_at])
    sides = dict(zip(("therapist", "client"), answer.outcomes, strict=True))
    for step in PlanStep.objects.filter(
        organisation=client.organisation_id, client=client, since=planned_on
    ).order_by("pk"):
        yield TrialEntry(step=step.pk, outcome=sides[step.side])


def _decide(client: Client, by: User, decision: Decision, day: date) -> None:
    """Plan, put off or put aside the rule's suggestion, unless that is done already."""
    row = (
        Suggestion.objects.live()
        .filter(organisation=client.organisation_id, client=client, rule=decision.rule)
        .first()
    )
    if row is None or not row.is_open(day):
        return
    turn = sum(map(ord, client.code_name))
    if decision.verb == "plan":
        mine, theirs = plan_words(decision.rule, turn)
        impasses.plan_suggestion(
            suggestion=row, by=by, today=day, therapist_words=mine, client_words=theirs
        )
        return
    act = impasses.dismiss_suggestion
    if decision.verb == "snooze":
        act = partial(impasses.snooze_suggestion, until=day + timedelta(days=QUIET_DAYS))
    act(suggestion=row, by=by, reason=reason(decision.verb, turn))


def _close(client: Client, by: User, script: Script, today: date) -> None:
    """How the case stands today: assessed, and perhaps paused, ended, or begun to be logged."""
    sessions.assess_case(client=client, today=today)
    client.refresh_from_db()
    if client.is_active and script.casting.status == "paused":
        people.pause_client(client=client, by=by)
    if client.is_active and script.casting.status == "ended":
        people.end_client(
            client=client,
            by=by,
            reason=script.casting.ended_reason,
            on=_day(script.scenes[-1]),
        )
    if script.casting.draft and sessions.find_draft(by=by, client=client) is None:
        sessions.save_draft(by=by, client=client, body=_begun(script, today))


def _begun(script: Script, today: date) -> dict[str, list[str]]:
    """Today's session as the therapist left it: a few ticks, and a note that stops midway."""
    hour = script.scenes[-1].entry.held_at.strftime("T%H:%M")
    return {
        "key": [str(script.key("draft"))],
        "held_at": [f"{practice_day(today)}{hour}"],
        "attendance": ["attended"],
        "format": ["in_person"],
        "minutes": ["50"],
        "M5": ["on"],
        "M5-intensity": ["1"],
        "M5-visibility": ["shared"],
        "note": ["She came on time and sat down before I did. We began with last week, and with"],
        "note_visibility": ["shared"],
    }
