"""Meetings: the list, planning, one meeting with its notes and agreements."""

import uuid

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from impasses.catalogue import catalogue
from people.actions import NotAllowed, note_listing, note_reading
from people.forms import read_number
from people.models import User
from people.permissions import Permission, background, require
from people.requests import Request
from people.resubmit import is_usable, keeps_typed, posted, status_of
from sessions_app.drafts import first_of, typed_of
from supervision import meeting_actions as actions
from supervision.meeting_forms import MeetingForm, MomentForm, PlanMeetingForm
from supervision.meeting_list import meeting_list as read_list
from supervision.meeting_page import MeetingPage, meeting_page
from supervision.meeting_print import printed
from supervision.models import AgendaItem, Agreement, Meeting, MeetingDraft
from supervision.next_meeting import next_meeting as read_next
from supervision.supervisees import supervisees


@require_safe
@require(Permission.READ_CASES)
def meeting_list(request: Request) -> HttpResponse:
    """What is to come, what waits for a day, what was."""
    page = read_list(
        request.user, today=timezone.localdate(), everything=request.GET.get("all") == "1"
    )
    return render(request, "supervision/meeting_list.html", {"page": page})


@background
@require_safe
@require(Permission.READ_CASES)
def next_meeting(request: Request) -> HttpResponse:
    """The next one and what is asked: the page of the day asks for it."""
    found = read_next(request.user, today=timezone.localdate())
    others = sum(item.therapist_id != request.user.pk for item in found.items)
    note_listing(count=others, page="next meeting", by=request.user)
    return render(request, "supervision/_today_meeting.html", {"next": found})


@keeps_typed
@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.SUPERVISE)
def meeting_new(request: Request) -> HttpResponse:
    """Plan a meeting with one or several supervisees."""
    today = timezone.localdate()
    therapists = supervisees(request.user, today=today)
    chosen = {"therapists": request.GET.getlist("with")}
    form = PlanMeetingForm(posted(request), therapists=therapists, initial=chosen)
    if is_usable(request, form):
        try:
            meeting = actions.plan_meeting(by=request.user, today=today, **form.cleaned_data)
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "Planned. Everybody who comes is told.")
            return redirect("supervision:meeting", pk=meeting.pk)
    context = {"form": form, "therapists": therapists}
    return render(request, "supervision/meeting_new.html", context, status=status_of(request, form))


@keeps_typed
@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.READ_CASES)
def meeting(request: Request, pk: uuid.UUID) -> HttpResponse:
    """The agenda with its briefs; what is written in the meeting is saved here."""
    found = visible_meeting(request, pk)
    page = read_meeting(request, found)
    form = meeting_form(request, page)
    if is_usable(request, form):
        return keep(request, page, form) or again(request, pk, form)
    return show(request, page, form, status=status_of(request, form))


@keeps_typed
@require_POST
@require(Permission.READ_CASES)
def item_agree(request: Request, pk: uuid.UUID, item: uuid.UUID) -> HttpResponse:
    """Agree on something to try about one case; everything else that was written is kept too."""
    page = read_meeting(request, visible_meeting(request, pk))
    found = next((each for each in page.items if each.pk == item), None)
    if found is None and any(card.item.pk == item for card in page.cards):
        raise PermissionDenied
    form = meeting_form(request, page, agreeing=item if found else None)
    if not is_usable(request, form):
        return show(request, page, form, status=status_of(request, form))
    refused = keep(request, page, form)
    if refused:
        return refused
    if found is None:
        messages.warning(
            request,
            "That case is off this agenda now, so nothing was agreed on. The rest is saved.",
        )
        return again(request, pk, form)
    try:
        actions.agree(item=found, by=request.user, today=timezone.localdate(), **form.agreed)
    except NotAllowed as refusal:
        messages.warning(request, str(refusal))
        form.agreeing = None  # its words still wait
    else:
        messages.success(request, "Agreed. The next session log will ask whether it helped.")
    return again(request, pk, form)


@keeps_typed
@require_POST
@require(Permission.READ_CASES)
def item_back(request: Request, pk: uuid.UUID, agreement: int) -> HttpResponse:
    """It was not agreed after all; everything else that was written is kept."""
    page = read_meeting(request, visible_meeting(request, pk))
    items = AgendaItem.objects.visible_to(request.user).filter(meeting=page.meeting)
    found = get_object_or_404(Agreement, pk=agreement, item__in=items)
    form = meeting_form(request, page)
    if not is_usable(request, form):
        return show(request, page, form, status=status_of(request, form))
    refused = keep(request, page, form)
    if refused:
        return refused
    try:
        actions.take_back(agreement=found, by=request.user)
    except NotAllowed as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, "Taken back. It is in the plan no more.")
    return again(request, pk, form)


@keeps_typed
@require_POST
@require(Permission.READ_CASES)
def meeting_close(request: Request, pk: uuid.UUID) -> HttpResponse:
    """The meeting is over; what stands in the form is kept first."""
    page = read_meeting(request, visible_meeting(request, pk))
    form = meeting_form(request, page)
    if not is_usable(request, form):
        return show(request, page, form, status=status_of(request, form))
    refused = keep(request, page, form)
    if refused:
        return refused
    if form.waiting:
        return again(request, pk, form)
    try:
        actions.close_meeting(meeting=page.meeting, by=request.user)
    except NotAllowed as refusal:
        messages.warning(request, str(refusal))
    return redirect("supervision:meeting", pk=pk)


@require_POST
@require(Permission.READ_CASES)
def meeting_reopen(request: Request, pk: uuid.UUID) -> HttpResponse:
    """On the day it was closed."""
    found = visible_meeting(request, pk)
    try:
        actions.reopen_meeting(meeting=found, by=request.user, today=timezone.localdate())
    except NotAllowed as refusal:
        messages.warning(request, str(refusal))
    return redirect("supervision:meeting", pk=pk)


@keeps_typed
@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.READ_CASES)
def meeting_move(request: Request, pk: uuid.UUID) -> HttpResponse:
    """Give it a day, or another one."""
    found = visible_meeting(request, pk)
    form = MomentForm(posted(request), initial={"at": found.at, "minutes": found.minutes})
    if is_usable(request, form):
        try:
            actions.move_meeting(meeting=found, by=request.user, **form.cleaned_data)
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "Saved. Everybody who comes is told.")
            return redirect("supervision:meeting", pk=pk)
    context, status = {"form": form, "meeting": found}, status_of(request, form)
    return render(request, "supervision/meeting_move.html", context, status=status)


@require_POST
@require(Permission.READ_CASES)
def meeting_call_off(request: Request, pk: uuid.UUID) -> HttpResponse:
    """It does not take place: its questions wait for a day."""
    try:
        actions.call_off_meeting(meeting=visible_meeting(request, pk), by=request.user)
    except NotAllowed as refusal:
        messages.warning(request, str(refusal))
        return redirect("supervision:meeting", pk=pk)
    messages.success(request, "Called off. Its questions wait for another day.")
    return redirect("supervision:meeting_list")


@require_safe
@require(Permission.READ_CASES)
def meeting_print(request: Request, pk: uuid.UUID) -> HttpResponse:
    """The agenda with every brief and timeline, on paper."""
    page = read_meeting(request, visible_meeting(request, pk))
    note_briefs(page, by=request.user)
    cases = list(printed(page, today=timezone.localdate()))
    context = {"page": page, "cases": cases, "signs": catalogue().manifestations}
    return render(request, "supervision/meeting_print.html", context)


# --- common --------------------------------------------------------------------------------------


def visible_meeting(request: Request, pk: uuid.UUID) -> Meeting:
    """A meeting the reader may see, 404 otherwise."""
    rows = Meeting.objects.visible_to(request.user).select_related("supervisor")
    return get_object_or_404(rows, pk=pk)


def read_meeting(request: Request, found: Meeting) -> MeetingPage:
    return meeting_page(found, user=request.user, today=timezone.localdate())


def note_briefs(page: MeetingPage, *, by: User) -> None:
    """Each case of somebody else's that stands on the page was read."""
    for card in page.cards:
        if card.brief and not card.own:
            note_reading(client=card.item.client, by=by)


def meeting_form(
    request: Request, page: MeetingPage, agreeing: uuid.UUID | None = None
) -> MeetingForm:
    known = {"notes": page.meeting.notes, "version": page.meeting.version}
    return MeetingForm(posted(request), cards=page.cards, agreeing=agreeing, initial=known)


def keep(request: Request, page: MeetingPage, form: MeetingForm) -> HttpResponse | None:
    """Save what was written; the page again where somebody else wrote meanwhile, else None."""
    try:
        actions.note_meeting(
            meeting=page.meeting,
            by=request.user,
            version=form.cleaned_data["version"],
            notes=form.cleaned_data["notes"],
            answers=form.answers,
            page=request.POST.get("page", ""),
            draft_version=read_number(request.POST.get("draft_version", "")),
        )
    except NotAllowed as refusal:
        form.add_error(None, str(refusal))
        return show(request, page, form, status=409)
    except actions.MeetingChanged as changed:
        conflict = form.beside(changed.current)
        return show(request, page, form, status=409, conflict=conflict)
    return None


def again(request: Request, pk: uuid.UUID, form: MeetingForm) -> HttpResponse:
    """Back to the meeting; with words nobody agreed on yet, and those about a case that is gone."""
    if not form.waiting and not form.gone:
        return redirect("supervision:meeting", pk=pk)
    page = read_meeting(request, visible_meeting(request, pk))
    if form.waiting:
        names = " and ".join(item.client.code_name for item in form.waiting)
        said = (
            f"What will be tried about {names} is not agreed yet: press Agree, or empty the field."
        )
        messages.warning(request, said)
    return show(request, page, MeetingForm(form.left(page.meeting.version), cards=page.cards))


def show(
    request: Request,
    page: MeetingPage,
    form: MeetingForm,
    *,
    status: int = 200,
    conflict: list[tuple[str, str, str]] | None = None,
) -> HttpResponse:
    """The page with the reader's draft; reading the briefs of others' cases is put on record."""
    note_briefs(page, by=request.user)
    draft = MeetingDraft.objects.of(request.user, page.meeting)
    comes_back = draft is not None and not form.is_bound
    began = page.meeting.version
    if draft and comes_back:
        typed = typed_of(draft)
        form.restore(typed)
        began = read_number(first_of(typed, "version"))
    context = {
        "page": page,
        "form": form,
        "cards": form.beside_cards(page.cards),
        "conflict": conflict,
        "draft": draft if comes_back else None,
        "draft_version": draft.version if draft else 0,
        "draft_is_behind": began != page.meeting.version,
    }
    return render(request, "supervision/meeting.html", context, status=status)
