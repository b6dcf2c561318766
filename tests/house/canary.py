"""A word that stands in every clinical text, and where one looks for it."""

import base64
import json
from collections.abc import Iterator
from typing import Any

import redis
from django.conf import settings
from django.core import mail
from django.db import connections

from impasses import actions as impasses
from impasses import episode_actions as episodes
from people import actions as people
from people.models import Client, User
from people.rotation import place_of, sealed_fields
from sessions_app import actions as sessions
from sessions_app.episode_actions import close_impasse, open_impasse
from supervision import meeting_actions as meetings
from supervision import review_actions as reviews
from supervision.draft_actions import save_meeting_draft
from tests.audit.acts import CANARY, CLOSING, amend, draft, edit
from tests.audit.rights_acts import opened
from tests.audit.supervision_acts import training
from tests.conftest import TODAY, log

SHAPES = {CANARY, CANARY.encode().hex()} | {
    base64.b64encode(b"\0" * start + CANARY.encode())[4:-4].decode() for start in (0, 1, 2)
}


def tell_everything(heron: Client, supervisor: User, other: User) -> None:
    """Write the canary into every clinical text that somebody can write, through the actions."""
    thea = heron.therapist
    heron = edit(heron)
    texts = dict.fromkeys(("note", "process_note", "theme", "agreed_task"), CANARY)
    log(heron, "M2a", "M1a", days=5)
    log(heron, "M2a", days=4, **texts)
    sessions.assess_case(client=heron, today=TODAY())
    amend(heron)
    draft(heron)
    first, *others = heron.suggestions.live()
    words = dict.fromkeys(("therapist_words", "client_words"), CANARY)
    impasses.plan_suggestion(suggestion=first, by=thea, today=TODAY(), **words)
    for row in others:
        impasses.dismiss_suggestion(suggestion=row, by=thea, reason=CANARY)
    stuck = open_impasse(client=heron, by=thea, today=TODAY(), stage="named", words=CANARY)
    episodes.weigh_types(episode=stuck, by=thea, weights={"Y1": (2, CANARY)})
    close_impasse(episode=stuck, by=thea, today=TODAY(), **CLOSING)
    supervise(heron, supervisor)
    opened(heron, by=other)


def supervise(heron: Client, supervisor: User) -> None:
    """A question, a proposal, what was noted and answered, and a session sent back."""
    thea = heron.therapist
    second = people.create_client(by=thea, code_name="Wagtail", focus=CANARY)
    meetings.propose_case(client=second, by=supervisor, reason=CANARY, today=TODAY())
    item = meetings.bring_case(
        client=heron, by=thea, supervisor=supervisor, question=CANARY, today=TODAY()
    )
    meetings.note_meeting(
        meeting=item.meeting, by=supervisor, version=item.meeting.version, notes=CANARY,
        answers={item.pk: CANARY},
    )  # fmt: skip
    save_meeting_draft(meeting=item.meeting, by=supervisor, body={"notes": [CANARY]})
    training(heron)
    session = log(heron, days=2, note=CANARY)
    for _ in range(2):
        review = reviews.submit_session(session=session, by=thea)
        reviews.send_back_session(review=review, by=supervisor, version=1, comment=CANARY)


def places_told() -> set[str]:
    """The fields in which the canary stands, read with the keys."""
    return {
        place_of(field)
        for model, field in sealed_fields()
        for row in model._base_manager.all()
        if CANARY in getattr(row, field.attname)
    }


# --- where one looks -----------------------------------------------------------------------------


def tables_with_it() -> list[str]:
    """Every table of the database, whole rows as text, as the owner sees them."""
    found = []
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT row::text FROM "{table}" AS row')
            if any(has_it(text) for (text,) in cursor.fetchall()):
                found.append(table)
    return found


def letters_with_it() -> list[str]:
    return [
        letter.subject
        for letter in mail.outbox
        if has_it(f"{letter.message().as_string()} {letter.body} {letter.alternatives}")  # type: ignore[attr-defined]
    ]


def broker() -> redis.Redis:
    return redis.Redis.from_url(settings.CELERY_BROKER_URL, decode_responses=True)


def messages() -> Iterator[tuple[str, str]]:
    """Every key of the broker with what stands under it; a message's body also decoded."""
    with broker() as server:
        for key in server.scan_iter():
            kind = server.type(key)
            values: Any = {
                "list": lambda key: server.lrange(key, 0, -1),
                "set": server.smembers,
                "hash": server.hgetall,
                "zset": lambda key: server.zrange(key, 0, -1),
                "string": server.get,
            }[str(kind)](key)
            yield str(key), f"{values} {[_body(text) for text in values if kind == 'list']}"


def _body(message: str) -> str:
    return base64.b64decode(json.loads(message)["body"]).decode()


def has_it(text: str) -> bool:
    """In plain letters, in hexadecimal or behind base64."""
    return any(shape in text or shape in text.casefold() for shape in SHAPES)
