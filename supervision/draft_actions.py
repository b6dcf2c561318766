"""Keeping what is typed in a meeting before it is saved."""

from typing import Any

from django.db import transaction

from audit.record import record
from people.models import User
from sessions_app.drafts import DraftTaken, fill, first_of, is_known
from supervision.models import Meeting, MeetingDraft


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
