"""Who sees what: one item with one tap, or kinds of item of a whole case."""

import uuid

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from people.models import Client, Visibility
from people.permissions import Permission, require
from people.queries import supervisors_of
from people.requests import Request
from people.resubmit import is_usable, keeps_typed, posted, status_of
from sessions_app.bells import assess_now
from sessions_app.content import read_entry
from sessions_app.models import TherapySession
from sessions_app.views.session import own_case, own_session
from sessions_app.visibility import Item, choices_for, items_of, preview
from sessions_app.visibility_actions import show_item, show_items
from sessions_app.visibility_form import ShowForm


@require_safe
@require(Permission.TREAT)
def session_visibility(request: Request, pk: uuid.UUID) -> HttpResponse:
    """Every item of one session with who sees it; the case page loads its middle."""
    session = own_session(request, pk)
    context = {"session": session, "client": session.client, "items": items(request, session)}
    part = "sessions_app/_items.html" if request.htmx else "sessions_app/session_visibility.html"
    return render(request, part, context)


@require_POST
@require(Permission.TREAT)
def item_private(request: Request, pk: uuid.UUID) -> HttpResponse:
    """Nobody but its author sees it."""
    return show(request, pk, Visibility.PRIVATE)


@require_POST
@require(Permission.TREAT)
def item_counts(request: Request, pk: uuid.UUID) -> HttpResponse:
    """It is counted for others and never shown on its session."""
    return show(request, pk, Visibility.COUNTS)


@require_POST
@require(Permission.TREAT)
def item_shared(request: Request, pk: uuid.UUID) -> HttpResponse:
    """Whoever supervises its author may see it."""
    return show(request, pk, Visibility.SHARED)


def show(request: Request, pk: uuid.UUID, to: Visibility) -> HttpResponse:
    """Change one item and answer with it as it stands; without script, back to its session."""
    session, kind = own_session(request, pk), request.POST.get("item", "")
    if kind not in {item.key for item in items(request, session)} or to not in choices_for({kind}):
        raise Http404
    session = show_item(session=session, by=request.user, kind=kind, to=to)
    assess_now(session.client, today=timezone.localdate())
    (item,) = (each for each in items(request, session) if each.key == kind)
    if request.htmx:
        return render(request, "sessions_app/_item.html", {"item": item})
    messages.success(request, f"{item.name}: {item.said[:1].lower()}{item.said[1:]}.")
    return redirect("sessions:session_visibility", pk=pk)


def items(request: Request, session: TherapySession) -> list[Item]:
    """What can be shown or kept of a session of one's own."""
    return items_of(session, session.tags.all(), readers=readers_of(session.client))


def readers_of(client: Client) -> str:
    """Who sees what is shared, as in "Sunil Rao and Petra Holm"; empty for nobody."""
    return " and ".join(supervisors_of(client.therapist, today=timezone.localdate()))


@keeps_typed
@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.TREAT)
def case_visibility(request: Request, pk: uuid.UUID) -> HttpResponse:
    """Many sessions at once: first what would change and who sees it then, and then the change."""
    client = own_case(request, pk)
    form, seen = ShowForm(posted(request)), None
    if is_usable(request, form):
        kinds, to, since, until = form.given
        if form.cleaned_data["sure"]:
            changed = show_items(
                client=client, by=request.user, kinds=kinds, to=to, since=since, until=until
            )
            assess_now(client, today=timezone.localdate())
            messages.success(request, f"{changed} item{'' if changed == 1 else 's'} changed.")
            return redirect("sessions:case", pk=client.pk)
        sessions = client.therapy_sessions.whole().of(request.user).between(since, until)
        seen = preview(map(read_entry, sessions), kinds, to, readers_of(client))
    context = {"client": client, "form": form, "seen": seen, "readers": readers_of(client)}
    status = 200 if seen else status_of(request, form)
    return render(request, "sessions_app/case_visibility.html", context, status=status)
