"""The impasse of a case: named, moved from stage to stage, weighed, closed, reopened."""

import uuid
from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from impasses.episode_actions import describe_episode, weigh_types
from impasses.models import Episode, EpisodeMove
from impasses.models.episode import Stage
from impasses.views.suggestions import own_suggestion
from people.actions import NotAllowed, note_reading
from people.models import Client
from people.permissions import Permission, require
from people.requests import Request
from people.resubmit import is_usable, keeps_typed, posted, status_of
from sessions_app import episode_actions as actions
from sessions_app.bells import assess_now
from sessions_app.episode_forms import CloseForm, DescribeForm, OpenForm, WeighForm
from sessions_app.episode_page import episode_page
from sessions_app.views.session import own_case


@keeps_typed
@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.TREAT)
def impasse_open(request: Request, pk: uuid.UUID) -> HttpResponse:
    """Name an impasse, or say that one is suspected; the case page posts here, too."""
    client = own_case(request, pk)
    form = OpenForm(posted(request))
    if is_usable(request, form):
        facts = {"today": timezone.localdate(), **form.cleaned_data}
        return carry_out(
            request, client, lambda: actions.open_impasse(client=client, by=request.user, **facts)
        )
    context, status = {"form": form, "client": client}, status_of(request, form)
    return render(request, "sessions_app/impasse_open.html", context, status=status)


@require_POST
@require(Permission.TREAT)
def impasse_accept(request: Request, pk: uuid.UUID) -> HttpResponse:
    """Take what a suggestion says as the impasse, with its evidence."""
    row = own_suggestion(request, pk)
    return carry_out(
        request,
        row.client,
        lambda: actions.open_impasse(
            client=row.client,
            by=request.user,
            today=timezone.localdate(),
            stage=Stage.SUSPECTED,
            suggestion=row,
        ),
    )


@require_safe
@require(Permission.READ_CASES)
def episode(request: Request, pk: uuid.UUID) -> HttpResponse:
    """One impasse whole: its course, the four ways to read it, what grew from it."""
    row = visible_episode(request, pk)
    if row.client.therapist_id != request.user.pk:
        note_reading(client=row.client, by=request.user)
    page = episode_page(row, user=request.user, now=timezone.now(), today=timezone.localdate())
    return render(request, "sessions_app/episode.html", {"page": page, "client": row.client})


@require_POST
@require(Permission.TREAT)
def episode_move(request: Request, pk: uuid.UUID) -> HttpResponse:
    """To a later stage, back by one, or a closed one back to the work."""
    row = own_episode(request, pk)
    to = request.POST.get("to", "")
    return carry_out(
        request,
        row.client,
        lambda: actions.move_impasse(
            episode=row, by=request.user, to=to, today=timezone.localdate()
        ),
    )


@require_POST
@require(Permission.TREAT)
def episode_undo(request: Request, pk: uuid.UUID) -> HttpResponse:
    """Take the latest move back, for ten minutes."""
    row = own_episode(request, pk)
    return carry_out(
        request,
        row.client,
        lambda: actions.undo_impasse_move(
            episode=row, by=request.user, now=timezone.now(), today=timezone.localdate()
        ),
    )


def carry_out(request: Request, client: Client, act: Callable[[], Episode]) -> HttpResponse:
    """Do it, let the rules look, and go back to the case; a refusal is said there."""
    try:
        row = act()
    except NotAllowed as refusal:
        messages.warning(request, str(refusal))
    else:
        assess_now(client, today=timezone.localdate())
        messages.success(request, f"The impasse is {row.get_stage_display().lower()} now.")
    return redirect("sessions:case", pk=client.pk)


@keeps_typed
@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.TREAT)
def episode_close(request: Request, pk: uuid.UUID) -> HttpResponse:
    """Resolved, or ended unresolved, with what grew from it."""
    row = own_episode(request, pk)
    known = {name: getattr(row, name) for name in CloseForm.base_fields if name != "to"}
    to = Stage.RESOLVED if row.is_open else row.stage
    form = CloseForm(posted(request), initial=known | {"to": to})
    if is_usable(request, form):
        try:
            actions.close_impasse(
                episode=row, by=request.user, today=timezone.localdate(), **form.cleaned_data
            )
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))
        else:
            assess_now(row.client, today=timezone.localdate())
            messages.success(request, "The impasse is closed. It stays readable on the case.")
            return redirect("sessions:case", pk=row.client_id)
    return show(request, row, form, "episode_close")


@keeps_typed
@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.TREAT)
def episode_describe(request: Request, pk: uuid.UUID) -> HttpResponse:
    """In one's own words, and what may lie underneath."""
    row = own_episode(request, pk)
    known = {"words": row.words, "causes": row.causes, "version": row.version}
    form = DescribeForm(posted(request), initial=known)
    if is_usable(request, form):
        try:
            describe_episode(episode=row, by=request.user, **form.cleaned_data)
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "Saved.")
            return redirect("sessions:episode", pk=row.pk)
    return show(request, row, form, "episode_describe")


@keeps_typed
@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.TREAT)
def episode_weigh(request: Request, pk: uuid.UUID) -> HttpResponse:
    """One's own confidence in each of the four types."""
    row = own_episode(request, pk)
    known = {each.type: each.confidence for each in row.hypotheses.all()}
    reasons = {f"{each.type}-reason": each.reason for each in row.hypotheses.all()}
    form = WeighForm(posted(request), initial=known | reasons)
    if is_usable(request, form):
        weigh_types(episode=row, by=request.user, weights=form.weights())
        messages.success(request, "Saved. The confidence is yours; the program has none.")
        return redirect("sessions:episode", pk=row.pk)
    return show(request, row, form, "episode_weigh")


def show(request: Request, row: Episode, form: object, name: str) -> HttpResponse:
    """One of the forms about an impasse."""
    context = {"episode": row, "client": row.client, "form": form}
    status = status_of(request, form)  # type: ignore[arg-type]
    return render(request, f"sessions_app/{name}.html", context, status=status)


def visible_episode(request: Request, pk: uuid.UUID) -> Episode:
    """An impasse the reader may see, 404 otherwise."""
    moves = EpisodeMove.objects.filter(undone_at=None).select_related("by").order_by("at")
    rows = Episode.objects.visible_to(request.user).select_related(
        "client__therapist", "client__organisation", "suggestion"
    )
    return get_object_or_404(rows.prefetch_related(Prefetch("moves", queryset=moves)), pk=pk)


def own_episode(request: Request, pk: uuid.UUID) -> Episode:
    """What the reader may change: 403 when the case is somebody else's."""
    row = visible_episode(request, pk)
    if row.client.therapist_id != request.user.pk:
        raise PermissionDenied
    return row
