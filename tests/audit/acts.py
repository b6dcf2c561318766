"""Every action with what prepares it, how it is called, and the event it writes."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.utils import timezone

from impasse_tracker.moving import actions as movings
from impasse_tracker.rights import erasure_actions as erasures
from impasse_tracker.rights import record_actions as records
from impasses import actions as impasses
from impasses import episode_actions as episodes
from impasses import handover_actions as handovers
from impasses import rule_actions as rules
from impasses import sharing_actions as sharing
from people import account_actions as accounts
from people import actions as people
from people import audit_actions as audits
from people import emergency_actions as emergencies
from people import profile_actions as profiles
from people import supervision_actions as supervisions
from people.models import Client, User
from sessions_app import actions as sessions
from sessions_app import episode_actions as case_episodes
from sessions_app import replay_actions as replays
from sessions_app import score_actions as scores
from sessions_app import transfer_actions as transfers
from sessions_app import visibility_actions as visibility
from sessions_app.entries import ScoreEntry, SessionEntry
from supervision import draft_actions as drafts
from supervision import meeting_actions as meetings
from supervision import review_actions as reviews
from supervision import vignette_actions as sketches
from tests.conftest import TODAY, ago, log
from trends import actions as summaries
from trends.models import PeriodRun

CANARY = "kingfisher"
MODULES = (
    people, accounts, profiles, supervisions, audits, impasses, handovers, rules, episodes,
    sessions, scores, replays, case_episodes, transfers, sharing, visibility, meetings, drafts,
    sketches, reviews, summaries, emergencies, records, erasures, movings,
)  # fmt: skip
ENTRY = SessionEntry(
    held_at=ago(3), note=CANARY, process_note=CANARY, theme=CANARY, agreed_task=CANARY
)
WITHOUT_EVENT = {
    "people.account_actions.forget_old_sign_ins": "the program's own; they were over",
    "people.account_actions.accept_invitation": "create_user records it, by whoever accepts",
    "impasse_tracker.moving.actions.note_export": "by a command; tested with it",
    "impasse_tracker.moving.actions.import_organisation": "the chain that arrives is the file's",
    "supervision.draft_actions.forget_case_in_drafts": "part of an erasure, which is on record",
    "impasses.actions.end_suggestion": "part of actions that are on record",
    "impasses.sharing_actions.withhold": "part of actions that are on record",
    "impasses.sharing_actions.follow_sources": "part of actions that are on record",
    "impasses.handover_actions.hand_over_impasses": "part of a handover, which is on record",
    "people.actions.create_organisation": "nobody is there yet to have done it",
    "trends.actions.summarise": "the program's own; nobody decided anything",
    "people.actions.tell": "part of actions that are on record",
    "people.actions.see_notice": "the person's own mark, about nobody",
    "sessions_app.replay_actions.advance_replay": "reads, for a replay that is on record",
    "impasses.actions.announce_prompts": "the program's own; nobody decided anything",
    "people.actions.mark_all_stale": "the same",
    "people.actions.mark_stale": "work left to do, inside actions that are on record",
    "sessions_app.actions.find_draft": "reads",
    "supervision.meeting_actions.agree": "impasses.actions.agree_step records it",
    "sessions_app.actions.save_draft": "drafts are no record yet",
    "supervision.draft_actions.save_meeting_draft": "drafts are no record yet",
    "sessions_app.actions.assess_case": "the program's own; impasses.actions.assess records it",
    "impasses.actions.assess": "recorded when something was offered or cleared, tested below",
}


def a_run(heron: Client) -> PeriodRun:
    """A week that failed as often as it is tried."""
    return PeriodRun.objects.create(
        organisation=heron.organisation, kind="week", starts_on="2026-03-02", tries=8
    )


def suggestion(heron: Client) -> Any:
    return heron.suggestions.live()[0]


def step(heron: Client) -> Any:
    words = dict.fromkeys(("therapist_words", "client_words"), CANARY)
    return impasses.plan_suggestion(
        suggestion=suggestion(heron), by=heron.therapist, today=TODAY(), **words
    )[0]


def amend(heron: Client) -> Any:
    session = heron.therapy_sessions.newest_first()[0]
    return sessions.amend_session(session=session, by=heron.therapist, entry=ENTRY, version=1)


def edit(heron: Client) -> Any:
    return people.edit_client(
        client=heron, by=heron.therapist, code_name="Heron", rhythm="monthly",
        started_on=heron.started_on, focus=CANARY, goals=CANARY, version=1,
    )  # fmt: skip


def ended(heron: Client) -> Client:
    return people.end_client(client=heron, by=heron.therapist, reason="moved", on=TODAY())


def paused(heron: Client) -> Client:
    return people.pause_client(client=heron, by=heron.therapist)


def score(heron: Client, total: int = 5) -> Any:
    return scores.record_scores(
        client=heron, by=heron.therapist, today=TODAY(),
        entries=[ScoreEntry(instrument="PHQ-9", total=Decimal(total))],
    )[0]  # fmt: skip


CLOSING: dict[str, Any] = {
    "to": "resolved", "repaired": "yes", "growth": ["G1"], "learned_patterns": CANARY,
    "learned_alliance": CANARY, "learned_resilience": CANARY,
}  # fmt: skip


def episode(heron: Client) -> Any:
    return episodes.open_episode(
        client=heron, by=heron.therapist, today=TODAY(), stage="named", words=CANARY
    )


def moved(heron: Client) -> Any:
    return episodes.move_episode(
        episode=episode(heron), by=heron.therapist, to="worked", today=TODAY()
    )


def replay(heron: Client) -> Any:
    return replays.start_replay(by=heron.therapist, rule="R1", is_on=False, thresholds={})


def draft(heron: Client) -> Any:
    return sessions.save_draft(by=heron.therapist, client=heron, body={"note": [CANARY]})


def colleague(heron: Client) -> User:
    return User.objects.get(name="Tom")


def petra(heron: Client) -> User:
    return people.create_user(
        organisation=heron.organisation, email="petra@example.test", name="Petra",
        roles={"supervisor"}, password=CANARY, by=heron.therapist,
    )  # fmt: skip


Prepare = Callable[[Client], Any]
Act = Callable[[Client, Any], Any]


def nothing(heron: Client) -> None:
    """No preparation."""


CLINIC_ACTS: dict[str, tuple[Prepare, Act, str]] = {
    "trends.actions.try_again": (
        a_run, lambda heron, run: summaries.try_again(run=run, by=heron.therapist),
        "summary tried again",
    ),
    "sessions_app.transfer_actions.transfer_cases": (
        nothing,
        lambda heron, _: transfers.transfer_cases(
            clients=[heron], to=colleague(heron), by=heron.therapist, reason="On leave.",
            today=TODAY(),
        ),
        "case handed over",
    ),
    "people.actions.create_client": (
        nothing,
        lambda heron, _: people.create_client(
            by=heron.therapist, code_name="Wren", focus=CANARY, goals=CANARY
        ),
        "client created",
    ),
    "people.actions.edit_client": (nothing, lambda heron, _: edit(heron), "client changed"),
    "people.actions.set_baseline": (
        nothing,
        lambda heron, _: people.set_baseline(client=heron, by=heron.therapist, baseline=("M4b",)),
        "client changed",
    ),
    "people.actions.pause_client": (nothing, lambda heron, _: paused(heron), "client paused"),
    "people.actions.resume_client": (
        paused,
        lambda heron, _: people.resume_client(client=heron, by=heron.therapist),
        "client resumed",
    ),
    "people.actions.end_client": (nothing, lambda heron, _: ended(heron), "client ended"),
    "people.actions.reopen_client": (
        ended,
        lambda heron, _: people.reopen_client(client=heron, by=heron.therapist),
        "client reopened",
    ),
    "people.actions.note_listing": (
        nothing,
        lambda heron, _: people.note_listing(count=2, page="caseload", by=heron.therapist),
        "cases listed",
    ),
    "people.actions.note_reading": (
        nothing,
        lambda heron, _: people.note_reading(client=heron, by=colleague(heron)),
        "case read",
    ),
    "sessions_app.actions.change_baseline": (
        nothing,
        lambda heron, _: sessions.change_baseline(
            client=heron, by=heron.therapist, baseline=("M4b",)
        ),
        "client changed",
    ),
    "sessions_app.actions.log_session": (
        nothing, lambda heron, _: log(heron, **TEXTS), "session logged",
    ),
    "sessions_app.actions.amend_session": (
        nothing, lambda heron, _: amend(heron), "session changed",
    ),
    "sessions_app.visibility_actions.show_item": (
        nothing,
        lambda heron, _: visibility.show_item(
            session=heron.therapy_sessions.newest_first()[0], by=heron.therapist, kind="M5",
            to="private",
        ),
        "visibility changed",
    ),
    "sessions_app.visibility_actions.show_items": (
        nothing,
        lambda heron, _: visibility.show_items(
            client=heron, by=heron.therapist, kinds=["M5", "note"], to="private"
        ),
        "visibility changed",
    ),
    "impasses.rule_actions.publish_rule": (
        nothing,
        lambda heron, _: rules.publish_rule(
            by=heron.therapist, rule="R1", is_on=False, thresholds={}, reason=CANARY, version=1
        ),
        "rule changed",
    ),
    "impasses.episode_actions.open_episode": (
        nothing, lambda heron, _: episode(heron), "impasse opened",
    ),
    "impasses.episode_actions.move_episode": (
        episode,
        lambda heron, row: episodes.move_episode(
            episode=row, by=heron.therapist, to="worked", today=TODAY()
        ),
        "impasse moved",
    ),
    "impasses.episode_actions.close_episode": (
        episode,
        lambda heron, row: episodes.close_episode(
            episode=row, by=heron.therapist, today=TODAY(), **CLOSING
        ),
        "impasse moved",
    ),
    "impasses.episode_actions.undo_move": (
        moved,
        lambda heron, row: episodes.undo_move(
            episode=row, by=heron.therapist, now=timezone.now()
        ),
        "impasse move undone",
    ),
    "impasses.episode_actions.describe_episode": (
        episode,
        lambda heron, row: episodes.describe_episode(
            episode=row, by=heron.therapist, words=f"{CANARY}.", causes=["C1"], version=1
        ),
        "impasse described",
    ),
    "impasses.episode_actions.weigh_types": (
        episode,
        lambda heron, row: episodes.weigh_types(
            episode=row, by=heron.therapist, weights={"Y1": (2, CANARY)}
        ),
        "hypotheses weighed",
    ),
    "sessions_app.episode_actions.open_impasse": (
        nothing,
        lambda heron, _: case_episodes.open_impasse(
            client=heron, by=heron.therapist, today=TODAY(), stage="named", words=CANARY
        ),
        "impasse opened",
    ),
    "sessions_app.episode_actions.move_impasse": (
        episode,
        lambda heron, row: case_episodes.move_impasse(
            episode=row, by=heron.therapist, to="worked", today=TODAY()
        ),
        "impasse moved",
    ),
    "sessions_app.episode_actions.close_impasse": (
        episode,
        lambda heron, row: case_episodes.close_impasse(
            episode=row, by=heron.therapist, today=TODAY(), **CLOSING
        ),
        "impasse moved",
    ),
    "sessions_app.episode_actions.undo_impasse_move": (
        moved,
        lambda heron, row: case_episodes.undo_impasse_move(
            episode=row, by=heron.therapist, now=timezone.now(), today=TODAY()
        ),
        "impasse move undone",
    ),
    "sessions_app.replay_actions.start_replay": (
        nothing, lambda heron, _: replay(heron), "rule replayed",
    ),
    "sessions_app.replay_actions.cancel_replay": (
        replay,
        lambda heron, row: replays.cancel_replay(replay=row, by=heron.therapist),
        "replay cancelled",
    ),
    "sessions_app.score_actions.record_scores": (
        nothing, lambda heron, _: score(heron), "scores recorded",
    ),
    "sessions_app.score_actions.change_score": (
        score,
        lambda heron, row: scores.change_score(
            score=row, by=heron.therapist, today=TODAY(),
            entry=ScoreEntry(instrument="PHQ-9", total=Decimal(7)),
        ),
        "score changed",
    ),
    "sessions_app.score_actions.remove_score": (
        score,
        lambda heron, row: scores.remove_score(score=row, by=heron.therapist),
        "score removed",
    ),
    "sessions_app.score_actions.note_safety_check": (
        score,
        lambda heron, row: scores.note_safety_check(
            score=row, by=heron.therapist, today=TODAY()
        ),
        "safety check noted",
    ),
    "sessions_app.actions.discard_draft": (
        draft,
        lambda heron, made: sessions.discard_draft(draft=made, by=heron.therapist),
        "draft discarded",
    ),
    "impasses.actions.plan_suggestion": (
        suggestion,
        lambda heron, row: impasses.plan_suggestion(
            suggestion=row, by=heron.therapist, today=TODAY(), therapist_words=CANARY,
            client_words=CANARY,
        ),
        "suggestion planned",
    ),
    "impasses.actions.plan_freely": (
        nothing,
        lambda heron, _: impasses.plan_freely(
            client=heron, by=heron.therapist, today=TODAY(), therapist_strategy="T1",
            therapist_words=CANARY, client_strategy="K2", client_words=CANARY, technique="Y1t1",
        ),
        "plan made",
    ),
    "impasses.actions.end_step": (
        step,
        lambda heron, row: impasses.end_step(step=row, by=heron.therapist, today=TODAY()),
        "plan step ended",
    ),
    "impasses.actions.snooze_suggestion": (
        suggestion,
        lambda heron, row: impasses.snooze_suggestion(
            suggestion=row, by=heron.therapist, reason=CANARY, until=TODAY() + dt.timedelta(days=7)
        ),
        "suggestion put off",
    ),
    "impasses.actions.dismiss_suggestion": (
        suggestion,
        lambda heron, row: impasses.dismiss_suggestion(
            suggestion=row, by=heron.therapist, reason=CANARY
        ),
        "suggestion dismissed",
    ),
}  # fmt: skip
BY_TOM = {"case read", "session approved", "session sent back", "approval taken back"}


TEXTS: dict[str, Any] = dict.fromkeys(("note", "process_note", "theme", "agreed_task"), CANARY)
