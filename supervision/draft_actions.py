"""Keeping what is typed in a meeting before it is saved."""

import json
from typing import Any

from django.db import transaction

from audit.record import record
from people.models import Client, User
from sessions_app.drafts import DraftTaken, fill, first_of, is_known
from supervision.models import AgendaItem, Meeting, MeetingDraft


@transaction.atomic
def save_meeting_draft(
    *, meeting: Meeting, by: User, body: dict[str, Any], draft_version: int = 0
) -> MeetingDraft:
    """Keep what is typed, sealed; one draft a person and meeting, also of one that was closed.

    `draft_version` is the version the page last saw; `DraftTaken` when another page went on.
    Drafts are no record yet: no audit event.
    """
    Meeting.objects.select_for_update(of=("self",)).get(pk=meeting.pk)
    draft = MeetingDraft.objects.of(by, meeting)
    if draft is None:
        draft = MeetingDraft(organisation_id=by.organisation_id, author=by, meeting=meeting)
    elif not is_known(draft, version=draft_version, page=first_of(body, "page")):
        raise DraftTaken("changed on another device")
    fill(draft, body)
    draft.save()
    return draft


@transaction.atomic
def discard_meeting_draft(*, draft: MeetingDraft, by: User) -> None:
    """Throw a draft away, because its author said so."""
    meeting, draft_id = draft.meeting, draft.id
    draft.delete()
    record(
        "draft discarded",
        by=by,
        target_kind="draft",
        target_id=draft_id,
        target_label=f"meeting of {meeting.supervisor.name}",
    )


ABOUT_A_CASE = ("answer-", "words-", "strategy-")


@transaction.atomic
def forget_case_in_drafts(*, client: Client) -> int:
    """Take out of every draft what was typed about a client who is erased; how many had it.

    Words about a case that was taken off an agenda go too: whose they are nobody can tell any more.
    """
    own = {"organisation": client.organisation_id}
    items = AgendaItem.objects.filter(**own).exclude(client=client)
    kept = {f"{about}{pk}" for pk in items.values_list("pk", flat=True) for about in ABOUT_A_CASE}
    count = 0
    for draft in MeetingDraft.objects.select_for_update(of=("self",)).filter(**own):
        typed = json.loads(draft.body)
        rest = {n: v for n, v in typed.items() if n in kept or not n.startswith(ABOUT_A_CASE)}
        if rest != typed:
            fill(draft, rest)
            draft.save()
            count += 1
    return count
