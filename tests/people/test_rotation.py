"""Keys are changed without losing a word: whole, interrupted, repeated, or with a key missing."""

import json
import os
import signal
import subprocess
import sys
import time
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from impasses import actions as impasses
from people import actions as people
from people import rotation, walls
from people.encryption import SealBroken, ring
from people.models import Client, User
from people.second_factor import SealedAdapter
from sessions_app import actions as sessions
from sessions_app.models import SessionDraft, SessionRevision, Theme, TherapySession
from tests.conftest import TODAY, log
from tests.faults.checkouts import ROOT
from tests.people.test_encryption import CANARY, new_key, put_token, token_in


@pytest.fixture
def told(stuck_heron: Client) -> Client:
    """A case with words in every state: changed, drafted, planned; and Thea's second factor."""
    heron = people.edit_client(
        client=stuck_heron, by=stuck_heron.therapist, code_name="Heron", rhythm="weekly",
        started_on=stuck_heron.started_on, focus=CANARY, goals=CANARY, version=1,
    )  # fmt: skip
    session = log(heron, "M2a", days=3, note=CANARY, theme=CANARY)
    sessions.amend_session(
        session=session, by=heron.therapist, version=1,
        entry=sessions.SessionEntry(held_at=session.held_at, note=CANARY),
    )  # fmt: skip
    sessions.save_draft(by=heron.therapist, client=heron, body={"note": [CANARY]})
    impasses.plan_suggestion(
        suggestion=heron.suggestions.live()[0], by=heron.therapist, today=TODAY(),
        therapist_words=CANARY, client_words=CANARY,
    )  # fmt: skip
    secret = SealedAdapter().encrypt(CANARY)
    Authenticator.objects.create(user=heron.therapist, type="totp", data={"secret": secret})
    return heron


def words_of(heron: Client) -> set[str]:
    """What is read of the case with the keys there are."""
    again = Client.objects.get(pk=heron.pk)
    session = again.therapy_sessions.newest_first()[0]
    (factor,) = Authenticator.objects.values_list("data", flat=True)
    (draft,) = SessionDraft.objects.all()
    (revision,) = SessionRevision.objects.all()
    return {
        again.focus, again.goals, session.note, SealedAdapter().decrypt(factor["secret"]),
        *json.loads(draft.body)["note"], json.loads(revision.content)["note"],
        *(step.words for step in again.plan_steps.all()),
        *(theme.label for theme in Theme.objects.all()),
    }  # fmt: skip


def test_after_it_the_newest_key_alone_opens_everything(
    told: Client, settings: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """Fields, the history, drafts and second factors; a second time there is nothing to do."""
    settings.FIELD_KEYS = [new_key(), *settings.FIELD_KEYS]
    call_command("rotate_keys")
    assert f"under the newest key, {next(iter(ring()))}" in capsys.readouterr().out
    call_command("rotate_keys")
    assert capsys.readouterr().out.startswith("0 texts")
    settings.FIELD_KEYS = settings.FIELD_KEYS[:1]
    assert words_of(told) == {CANARY}


def test_counting_changes_nothing_and_says_what_is_left(
    told: Client, otto: User, settings: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    old = next(iter(ring()))
    settings.FIELD_KEYS = [new_key(), *settings.FIELD_KEYS]
    before = token_in("people_client", "goals", told.pk)
    with pytest.raises(CommandError, match="keep the older keys"):
        call_command("rotate_keys", count=True)
    said = capsys.readouterr().out.splitlines()
    assert f"people.client.goals: 1 under {old}, an older key" in said
    assert f"sessions_app.sessionrevision.content: 1 under {old}, an older key" in said
    assert f"sessions_app.sessiondraft.body: 1 under {old}, an older key" in said
    assert f"second factors: 1 under {old}, an older key" in said
    assert said[-1].startswith("0 texts are under the newest key")
    assert token_in("people_client", "goals", told.pk) == before
    call_command("rotate_keys")
    call_command("rotate_keys", count=True)


def test_every_organisation_is_gone_through(told: Client, wren: Client, settings: Any) -> None:
    with walls.inside(wren.organisation_id):
        log(wren, note=CANARY)
        settings.FIELD_KEYS = [new_key(), *settings.FIELD_KEYS]
        call_command("rotate_keys")
        settings.FIELD_KEYS = settings.FIELD_KEYS[:1]
        assert TherapySession.objects.get(client=wren).note == CANARY


def test_without_the_old_key_it_says_so_and_leaves_the_texts_as_they_were(
    told: Client, settings: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    old = next(iter(ring()))
    before = token_in("people_client", "goals", told.pk)
    settings.FIELD_KEYS = [new_key()]
    with pytest.raises(CommandError, match="not under the newest key"):
        call_command("rotate_keys")
    assert f"1 under {old}, A KEY THAT IS NOT IN FIELD_KEYS" in capsys.readouterr().out
    assert token_in("people_client", "goals", told.pk) == before
    with pytest.raises(SealBroken):
        assert Client.objects.get(pk=told.pk).goals


def test_a_text_that_does_not_open_holds_up_nothing_else(
    told: Client, settings: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    put_token("people_client", "focus", told.pk, token_in("people_client", "goals", told.pk))
    settings.FIELD_KEYS = [new_key(), *settings.FIELD_KEYS]
    with pytest.raises(CommandError, match="1 texts"):
        call_command("rotate_keys")
    assert "people.client.focus: 1 under" in capsys.readouterr().out
    settings.FIELD_KEYS = settings.FIELD_KEYS[:1]
    assert Client.objects.get(pk=told.pk).goals == CANARY


def many_themes(heron: Client, count: int) -> None:
    with walls.inside(heron.organisation_id):
        Theme.objects.bulk_create(
            Theme(organisation_id=heron.organisation_id, client=heron, label=f"theme {number}")
            for number in range(count)
        )


def rotate(keys: list[str]) -> subprocess.Popen[str]:
    """The command as somebody runs it, on the tests' database."""
    name = str(connection.settings_dict["NAME"])
    known = name.removeprefix("test_").split("_gw")[0]
    address = os.environ["DATABASE_URL"].replace(f"/{known}", f"/{name}")
    return subprocess.Popen(
        [sys.executable, "manage.py", "rotate_keys"],
        cwd=ROOT, env=os.environ | {"DATABASE_URL": address, "FIELD_KEYS": ",".join(keys)},
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip


def test_killed_in_the_middle_it_has_lost_nothing_and_goes_on_from_there(
    transactional_db: None, heron: Client, settings: Any
) -> None:
    many_themes(heron, 5 * rotation.BATCH)
    keys = [new_key(), *settings.FIELD_KEYS]
    child = rotate(keys)
    assert child.stdout
    first = next(line for line in child.stdout if "so far" in line)
    child.send_signal(signal.SIGKILL)
    child.communicate()
    assert child.returncode == -signal.SIGKILL
    assert f"{rotation.BATCH} (" in first
    settings.FIELD_KEYS = keys
    counts = {key: count for (_, key), count in rotation.count_by_key().items()}
    newest, old = ring()
    assert counts[newest] >= rotation.BATCH
    assert counts[old] > 0, "it was killed too late to show anything"
    themes = {f"theme {number}" for number in range(5 * rotation.BATCH)}
    with walls.inside(heron.organisation_id):
        assert {theme.label for theme in Theme.objects.all()} == themes
    call_command("rotate_keys")
    settings.FIELD_KEYS = keys[:1]
    with walls.inside(heron.organisation_id):
        assert {theme.label for theme in Theme.objects.all()} == themes


def test_who_is_writing_is_not_disturbed(
    transactional_db: None, heron: Client, settings: Any, at_once: Any
) -> None:
    """A row that is being changed is passed over; its writer's words stand, and it is said."""
    many_themes(heron, 2)
    settings.FIELD_KEYS = [new_key(), *settings.FIELD_KEYS]

    def other(number: int) -> None:
        with pytest.raises(CommandError, match="1 texts"):
            call_command("rotate_keys")

    with walls.inside(heron.organisation_id), transaction.atomic():
        theme = Theme.objects.select_for_update().order_by("pk")[0]
        at_once(other, 1)
    call_command("rotate_keys")
    settings.FIELD_KEYS = settings.FIELD_KEYS[:1]
    with walls.inside(heron.organisation_id):
        assert Theme.objects.get(pk=theme.pk).label == "theme 0"


@pytest.mark.prove
@pytest.mark.timeout(900)
def test_a_hundred_thousand_texts(transactional_db: None, heron: Client, settings: Any) -> None:
    many_themes(heron, 100_000)
    settings.FIELD_KEYS = [new_key(), *settings.FIELD_KEYS]
    begun = time.monotonic()
    call_command("rotate_keys")
    print(f"100,000 texts in {time.monotonic() - begun:.0f} s")
    settings.FIELD_KEYS = settings.FIELD_KEYS[:1]
    with walls.inside(heron.organisation_id):
        assert Theme.objects.order_by("-pk")[0].label == "theme 99999"
