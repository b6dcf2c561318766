"""Every action with what prepares it, how it is called, and the event it writes."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from allauth.usersessions.models import UserSession
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
from people.audit_page import Wanted
from people.models import Client, EmailChange, Invitation, Supervision, User
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


def sketch(heron: Client) -> Any:
    return sketches.answer_vignette(by=heron.therapist, vignette="V1", manifestations=["M1"])


def draft(heron: Client) -> Any:
    return sessions.save_draft(by=heron.therapist, client=heron, body={"note": [CANARY]})


def colleague(heron: Client) -> User:
    return User.objects.get(name="Tom")


def supervision(heron: Client, days: int = 0) -> Supervision:
    return supervisions.start_supervision(
        supervisor=User.objects.filter(name="Petra").first() or petra(heron),
        therapist=heron.therapist, by=heron.therapist,
        since=TODAY() + dt.timedelta(days=days),
    )  # fmt: skip


def petra(heron: Client) -> User:
    return people.create_user(
        organisation=heron.organisation, email="petra@example.test", name="Petra",
        roles={"supervisor"}, password=CANARY, by=heron.therapist,
    )  # fmt: skip


def invited(heron: Client) -> Invitation:
    return accounts.invite_person(
        organisation=heron.organisation, by=heron.therapist, email="nora@example.test",
        roles=["therapist"],
    )[0]  # fmt: skip


def another_address(heron: Client) -> EmailChange:
    return profiles.ask_email_change(by=heron.therapist, email="other@example.test")[0]


def closed(heron: Client) -> User:
    return accounts.deactivate_person(person=colleague(heron), by=heron.therapist)


def signed_in(heron: Client) -> UserSession:
    return UserSession.objects.create(user=heron.therapist, ip="::1", session_key="k" * 32)


def training(heron: Client) -> Any:
    """The queue is on and Thea in training; all but her newest session are submitted."""
    people.change_settings(by=heron.therapist, review_queue=True)
    accounts.change_person(
        person=heron.therapist, by=heron.therapist, roles=["therapist"], in_training=True
    )
    newest, *before = heron.therapy_sessions.newest_first()
    for session in before:
        reviews.submit_session(session=session, by=heron.therapist)
    return newest


def submitted(heron: Client) -> Any:
    return reviews.submit_session(session=training(heron), by=heron.therapist)


def approved(heron: Client) -> Any:
    return reviews.approve_session(
        review=submitted(heron), by=colleague(heron), version=1, comment=CANARY
    )


Prepare = Callable[[Client], Any]
Act = Callable[[Client, Any], Any]


def nothing(heron: Client) -> None:
    """No preparation."""


CLINIC_ACTS: dict[str, tuple[Prepare, Act, str]] = {
    "people.actions.create_user": (
        nothing,
        lambda heron, _: people.create_user(
            organisation=heron.organisation, email="new@example.test", name="Nora",
            roles={"therapist"}, password=CANARY, by=heron.therapist,
        ),
        "account created",
    ),
    "people.actions.change_settings": (
        nothing,
        lambda heron, _: people.change_settings(
            by=heron.therapist, score_profile="Conservative", alert_budget=3
        ),
        "settings changed",
    ),
    "trends.actions.try_again": (
        a_run, lambda heron, run: summaries.try_again(run=run, by=heron.therapist),
        "summary tried again",
    ),
    "people.supervision_actions.start_supervision": (
        petra, lambda heron, _: supervision(heron), "supervision started",
    ),
    "people.supervision_actions.end_supervision": (
        supervision,
        lambda heron, made: supervisions.end_supervision(
            supervision=made, until=TODAY(), by=heron.therapist
        ),
        "supervision ended",
    ),
    "people.supervision_actions.withdraw_supervision": (
        lambda heron: supervision(heron, days=7),
        lambda heron, made: supervisions.withdraw_supervision(
            supervision=made, today=TODAY(), by=heron.therapist
        ),
        "supervision withdrawn",
    ),
    "people.account_actions.invite_person": (
        nothing, lambda heron, _: invited(heron), "person invited",
    ),
    "people.account_actions.invite_people": (
        nothing,
        lambda heron, _: accounts.invite_people(
            organisation=heron.organisation, by=heron.therapist,
            people=[{"email": "nora@example.test", "roles": ["therapist"]}],
        ),
        "person invited",
    ),
    "people.account_actions.resend_invitation": (
        invited,
        lambda heron, row: accounts.resend_invitation(invitation=row, by=heron.therapist),
        "invitation sent again",
    ),
    "people.account_actions.revoke_invitation": (
        invited,
        lambda heron, row: accounts.revoke_invitation(invitation=row, by=heron.therapist),
        "invitation revoked",
    ),
    "people.account_actions.change_person": (
        nothing,
        lambda heron, _: accounts.change_person(
            person=colleague(heron), by=heron.therapist, roles=["supervisor"], in_training=True
        ),
        "person changed",
    ),
    "people.account_actions.deactivate_person": (
        nothing, lambda heron, _: closed(heron), "account closed",
    ),
    "people.account_actions.reactivate_person": (
        closed,
        lambda heron, row: accounts.reactivate_person(person=row, by=heron.therapist),
        "account opened again",
    ),
    "people.account_actions.reset_second_factors": (
        nothing,
        lambda heron, _: accounts.reset_second_factors(
            person=colleague(heron), by=heron.therapist, reason="Lost the phone."
        ),
        "second factor reset",
    ),
    "people.account_actions.end_all_sign_ins": (
        nothing,
        lambda heron, _: accounts.end_all_sign_ins(person=colleague(heron), by=heron.therapist),
        "sign-ins ended",
    ),
    "people.profile_actions.change_profile": (
        nothing,
        lambda heron, _: profiles.change_profile(by=heron.therapist, appearance="dark"),
        "profile changed",
    ),
    "people.profile_actions.ask_email_change": (
        nothing, lambda heron, _: another_address(heron), "address asked for",
    ),
    "people.profile_actions.confirm_email_change": (
        another_address,
        lambda heron, row: profiles.confirm_email_change(change=row),
        "address changed",
    ),
    "people.profile_actions.stop_email_change": (
        another_address,
        lambda heron, row: profiles.stop_email_change(change=row),
        "address change stopped",
    ),
    "people.profile_actions.end_sign_in": (
        signed_in,
        lambda heron, row: profiles.end_sign_in(sign_in=row, by=heron.therapist),
        "sign-in ended",
    ),
    "people.profile_actions.end_other_sign_ins": (
        signed_in,
        lambda heron, _: profiles.end_other_sign_ins(by=heron.therapist, here="h" * 32),
        "sign-ins ended",
    ),
    "people.audit_actions.export_audit": (
        nothing,
        lambda heron, _: audits.export_audit(by=heron.therapist, wanted=Wanted()),
        "audit exported",
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
    "people.audit_actions.note_audit_reading": (
        nothing,
        lambda heron, _: audits.note_audit_reading(by=heron.therapist),
        "audit read",
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
    "supervision.vignette_actions.answer_vignette": (
        nothing, lambda heron, _: sketch(heron), "sketch answered",
    ),
    "supervision.vignette_actions.restart_vignettes": (
        sketch,
        lambda heron, _: sketches.restart_vignettes(by=heron.therapist),
        "sketches started again",
    ),
    "supervision.review_actions.submit_session": (
        training,
        lambda heron, row: reviews.submit_session(session=row, by=heron.therapist),
        "session submitted",
    ),
    "supervision.review_actions.submit_sessions": (
        training,
        lambda heron, _: reviews.submit_sessions(by=heron.therapist, now=timezone.now()),
        "session submitted",
    ),
    "supervision.review_actions.approve_session": (
        submitted,
        lambda heron, row: reviews.approve_session(
            review=row, by=colleague(heron), version=1, comment=CANARY
        ),
        "session approved",
    ),
    "supervision.review_actions.send_back_session": (
        submitted,
        lambda heron, row: reviews.send_back_session(
            review=row, by=colleague(heron), version=1, comment=CANARY
        ),
        "session sent back",
    ),
    "supervision.review_actions.take_back_approval": (
        approved,
        lambda heron, row: reviews.take_back_approval(review=row, by=row.decided_by),
        "approval taken back",
    ),
}  # fmt: skip
BY_TOM = {"case read", "session approved", "session sent back", "approval taken back"}


TEXTS: dict[str, Any] = dict.fromkeys(("note", "process_note", "theme", "agreed_task"), CANARY)
