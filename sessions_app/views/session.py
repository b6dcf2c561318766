"""Logging a session and changing it later: the main job."""

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from people.actions import NotAllowed
from people.forms import read_number
from people.keys import new_key
from people.models import Client
from people.permissions import Permission, require
from people.requests import Request
from people.resubmit import is_usable, keeps_typed, status_of
from sessions_app import actions
from sessions_app.bells import assess_now
from sessions_app.content import read_entry
from sessions_app.drafts import first_of, initial_of_draft, typed_of
from sessions_app.entries import SessionEntry
from sessions_app.form_values import initial_of, read_key
from sessions_app.forms import SessionForm
from sessions_app.log_page import LogPage, log_page
from sessions_app.models import SessionDraft, TherapySession
from sessions_app.words import differences

TEMPLATE = "sessions_app/session_log.html"


def own_case(request: Request, pk: uuid.UUID) -> Client:
    """The client to write about: 404 when not visible, 403 when somebody else's."""
    clients = Client.objects.visible_to(request.user).select_related("therapist__organisation")
    client = get_object_or_404(clients, pk=pk)
    if client.therapist_id != request.user.pk:
        raise PermissionDenied
    return client


def own_session(request: Request, pk: uuid.UUID) -> TherapySession:
    """The session to change: 404 when not visible, 403 when it is not one's own to change.

    What a predecessor wrote stays as it was written.
    """
    sessions = TherapySession.objects.visible_to(request.user)
    session = get_object_or_404(
        sessions.select_related("client__therapist__organisation", "theme"), pk=pk
    )
    if {session.client.therapist_id, session.author_id} != {request.user.pk}:
        raise PermissionDenied
    return session


@keeps_typed
@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.TREAT)
def session_log(request: Request, pk: uuid.UUID) -> HttpResponse:
    """Log a session; a draft comes back as it was left."""
    client = own_case(request, pk)
    page = log_page(client, today=timezone.localdate(), asked=asked(request))
    if request.method == "POST":
        form = SessionForm(request.POST, steps=page.steps, last=page.ghosts, seen_by=page.seen_by)
        key = read_key(request.POST.get("key", ""))
        if is_usable(request, form):
            entry = form.entry()
            try:
                session = actions.log_session(
                    client=client, by=request.user, entry=entry, key=key or new_key()
                )
            except NotAllowed as reason:
                form.add_error(None, str(reason))
            except actions.StaleEdit as stale:
                return two_versions(request, page, form, entry, stale.current)
            else:
                return saved(request, session, "saved")
        return write(request, client, page, form, key=key, status=status_of(request, form))
    if client.is_ended:
        messages.warning(request, f"{client.code_name} has ended. Reopen the case to log.")
        return redirect("sessions:case", pk=client.pk)
    draft = actions.find_draft(by=request.user, client=client)
    form, key = restored(draft, page, {"held_at": timezone.localtime()})
    return write(request, client, page, form, key=key, draft=draft)


@keeps_typed
@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.TREAT)
def session_edit(request: Request, pk: uuid.UUID) -> HttpResponse:
    """Change a session; a stale edit is answered with both versions and loses neither."""
    session = own_session(request, pk)
    client = session.client
    page = log_page(
        client, today=timezone.localdate(), therapy_session=session, asked=asked(request)
    )
    if request.method == "POST":
        form = SessionForm(request.POST, steps=page.steps, last=page.ghosts, seen_by=page.seen_by)
        if is_usable(request, form):
            entry, began = form.entry(), read_number(request.POST.get("version", ""))
            try:
                changed = actions.amend_session(
                    session=session, by=request.user, entry=entry, version=began
                )
            except actions.StaleEdit as stale:
                return two_versions(request, page, form, entry, stale.current)
            return saved(request, changed, "changed")
        return write(
            request,
            client,
            page,
            form,
            session=session,
            version=request.POST.get("version"),
            status=status_of(request, form),
        )
    draft = actions.find_draft(by=request.user, client=client, therapy_session=session)
    form, _ = restored(draft, page, initial_of(read_entry(session)))
    version = str(draft.base_version) if draft else None
    return write(request, client, page, form, session=session, version=version, draft=draft)


def two_versions(
    request: Request, page: LogPage, form: SessionForm, yours: SessionEntry, saved: TherapySession
) -> HttpResponse:
    """What was typed beside what is saved: the person chooses, neither is lost."""
    both = differences(yours, read_entry(saved), client=saved.client)
    return write(request, saved.client, page, form, session=saved, conflict=both, status=409)


def asked(request: Request) -> list[uuid.UUID]:
    """The steps a posted form answers for, whether or not they have ended since."""
    keys = (read_key(name.removeprefix("trial-")) for name in request.POST if "trial-" in name)
    return [key for key in keys if key]


def restored(
    draft: SessionDraft | None, page: LogPage, initial: dict[str, Any]
) -> tuple[SessionForm, uuid.UUID | None]:
    """A fresh form, filled from a draft when there is one, with the key to save it under."""
    form = SessionForm(initial=initial, steps=page.steps, last=page.ghosts, seen_by=page.seen_by)
    if draft is None:
        return form, None
    typed = typed_of(draft)
    form.initial = initial_of_draft(form, typed)
    return form, read_key(first_of(typed, "key"))


def saved(request: Request, session: TherapySession, verb: str) -> HttpResponse:
    """After a save: let the rules look, then on to the case."""
    assess_now(session.client, today=timezone.localdate())
    name = f"Session {session.number}" if session.number else "The missed session"
    messages.success(request, f"{name} {verb}.")
    return redirect("sessions:case", pk=session.client_id)


def write(
    request: Request,
    client: Client,
    page: LogPage,
    form: SessionForm,
    *,
    key: uuid.UUID | None = None,
    session: TherapySession | None = None,
    version: str | None = None,
    draft: SessionDraft | None = None,
    conflict: list[tuple[str, str, str]] | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page to write on, new or edited, fresh or with something to mend.

    `version` is what an edit began from; without it the page begins from what stands now.
    """
    if draft is None and request.method == "POST":
        draft = actions.find_draft(by=request.user, client=client, therapy_session=session)
    target = ("sessions:edit_draft", session.pk) if session else ("sessions:draft", client.pk)
    context = {
        "client": client,
        "form": form,
        "page": page,
        "key": key or new_key(),
        "session": session,
        "version": version or (session.version if session else ""),
        "draft": draft if request.method != "POST" else None,
        "draft_version": draft.version if draft else 0,
        "draft_is_behind": bool(draft and session and draft.base_version != session.version),
        "conflict": conflict,
        "autosave_url": reverse(f"{target[0]}_save", args=[target[1]]),
        "discard_url": reverse(f"{target[0]}_discard", args=[target[1]]),
    }
    return render(request, TEMPLATE, context, status=status)
