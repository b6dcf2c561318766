"""The actions of accounts, profiles and supervisions, as `acts` has the others."""

import datetime as dt

from allauth.usersessions.models import UserSession

from people import account_actions as accounts
from people import actions as people
from people import audit_actions as audits
from people import profile_actions as profiles
from people import supervision_actions as supervisions
from people.audit_page import Wanted
from people.models import Client, EmailChange, Invitation, Supervision, User
from tests.audit.acts import CANARY, Act, Prepare, colleague, nothing, petra
from tests.conftest import TODAY


def supervision(heron: Client, days: int = 0) -> Supervision:
    return supervisions.start_supervision(
        supervisor=User.objects.filter(name="Petra").first() or petra(heron),
        therapist=heron.therapist, by=heron.therapist,
        since=TODAY() + dt.timedelta(days=days),
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


PEOPLE_ACTS: dict[str, tuple[Prepare, Act, str]] = {
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
    "people.audit_actions.note_audit_reading": (
        nothing,
        lambda heron, _: audits.note_audit_reading(by=heron.therapist),
        "audit read",
    ),
}  # fmt: skip
