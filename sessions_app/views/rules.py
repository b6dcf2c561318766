"""Changing a rule for the organisation: propose, try it over history, publish."""

import uuid
from functools import partial

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from impasses.rule_actions import publish_rule
from impasses.rule_pages import rule_card
from impasses.rulebook import rulebook
from impasses.rules_in_force import rules_in_force, settings_in_force, standing
from people.actions import NotAllowed
from people.permissions import Permission, background, require
from people.reauthentication import doubt
from people.requests import Request
from people.resubmit import is_usable, keeps_typed, posted, status_of
from sessions_app import replay_actions as actions
from sessions_app.bells import ring_replay
from sessions_app.models import RuleReplay
from sessions_app.replay_page import replay_page
from sessions_app.rule_forms import PublishForm, RuleForm, initial_of_rule


@keeps_typed
@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.SET_RULES)
def rule_change(request: Request, rule: str) -> HttpResponse:
    """Propose other thresholds, or to switch a rule off; nothing holds before it is published."""
    if rule not in rulebook():
        raise Http404
    published, organisation = rulebook()[rule], request.user.organisation_id
    setting = settings_in_force(organisation).get(rule)
    is_on, changed = standing(rule, setting)
    now = initial_of_rule(published, is_on=is_on, changed=changed)
    form = RuleForm(posted(request), rule=published, initial=now)
    if is_usable(request, form):
        if (form.cleaned_data["is_on"], form.changed()) == (is_on, changed):
            form.add_error(None, "This is how the rule works now: change something to try it.")
        else:
            replay = actions.start_replay(
                by=request.user,
                rule=rule,
                is_on=form.cleaned_data["is_on"],
                thresholds=form.changed(),
            )
            ring_replay(replay)
            return redirect("sessions:rule_replay", pk=replay.pk)
    in_force = {each.id: each for each in rules_in_force(organisation)}
    card = rule_card(published, in_force.get(rule), setting)
    context = {"form": form, "card": card, "replays": own_replays(request).filter(rule=rule)[:5]}
    status = status_of(request, form)
    return render(request, "sessions_app/rule_change.html", context, status=status)


@keeps_typed
@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.SET_RULES)
def rule_replay(request: Request, pk: uuid.UUID) -> HttpResponse:
    """What the change would have done; from here it is published, with a reason."""
    page = replay_page(own_replay(request, pk), user=request.user)
    form = PublishForm(posted(request), doubt=partial(doubt, request))
    if is_usable(request, form):
        try:
            publish(request, page.replay, form.cleaned_data["reason"])
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"Rule {page.replay.rule} is published. Everybody is told.")
            return redirect("impasses:rules")
    context, status = {"page": page, "form": form}, status_of(request, form)
    return render(request, "sessions_app/rule_replay.html", context, status=status)


def publish(request: Request, replay: RuleReplay, reason: str) -> None:
    """Let the change that was tried hold for everybody. Raises NotAllowed."""
    if not replay.is_done:
        raise NotAllowed("Let the replay finish first: it shows what the change would do.")
    publish_rule(
        by=request.user,
        rule=replay.rule,
        is_on=replay.is_on,
        thresholds=replay.thresholds,
        reason=reason,
        version=replay.version,
    )


@background
@require_safe
@require(Permission.SET_RULES)
def rule_replay_progress(request: Request, pk: uuid.UUID) -> HttpResponse:
    """How far it is: the page asks by itself, and loads anew when it is done."""
    replay = own_replay(request, pk)
    response = render(request, "sessions_app/_replay_progress.html", {"replay": replay})
    if not replay.is_running:
        response["HX-Refresh"] = "true"
    return response


@require_POST
@require(Permission.SET_RULES)
def rule_replay_cancel(request: Request, pk: uuid.UUID) -> HttpResponse:
    """Stop it; what was found so far stays."""
    actions.cancel_replay(replay=own_replay(request, pk), by=request.user)
    return redirect("sessions:rule_replay", pk=pk)


def own_replay(request: Request, pk: uuid.UUID) -> RuleReplay:
    """A replay the person asked for: its cases are the ones they may see."""
    return get_object_or_404(own_replays(request), pk=pk)


def own_replays(request: Request) -> QuerySet[RuleReplay]:
    """The latest first."""
    own = RuleReplay.objects.filter(
        organisation=request.user.organisation_id, asked_by=request.user
    )
    return own.order_by("-created_at")
