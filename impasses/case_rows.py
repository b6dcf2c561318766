"""The rows of this package that belong to a client, as `people.case_rows` explains."""

from typing import Any

from django.db.models import Q

from impasses.models import Episode, EpisodeMove, Hypothesis, PlanStep, Suggestion, Trial
from people.case_rows import Part, told_whole
from people.models import Client


def parts_of(client: Client) -> list[Part]:
    """What rests on a predecessor's private items stays with them and is not told."""
    organisation = client.organisation_id
    own = {"organisation": organisation, "client": client}
    episodes, steps = Episode.objects.filter(**own), PlanStep.objects.filter(**own)
    suggestions = Suggestion.objects.filter(**own).order_by("created_at")
    told_episodes = episodes.filter(Episode.objects.own())
    told_steps = steps.read_by(own=True)
    is_told = Q(therapist=client.therapist_id) | Q(shared_trace__isnull=False)
    moves = EpisodeMove.objects.filter(organisation=organisation).order_by("at", "pk")
    readings = Hypothesis.objects.filter(organisation=organisation).order_by("type")
    trials = Trial.objects.filter(organisation=organisation).order_by("on", "pk")
    return [
        Part(trials.filter(step__in=steps), trials.filter(step__in=told_steps)),
        Part(steps.order_by("since", "pk"), told_steps.order_by("since", "pk")),
        Part(moves.filter(episode__in=episodes), moves.filter(episode__in=told_episodes)),
        Part(readings.filter(episode__in=episodes), readings.filter(episode__in=told_episodes)),
        Part(episodes.order_by("opened_on"), told_episodes.order_by("opened_on")),
        Part(suggestions, suggestions.filter(is_told), _suggestion),
    ]


def _suggestion(row: Suggestion) -> dict[str, Any]:
    """With the reasons that its reader may know."""
    said = told_whole(row)
    shared = said.pop("shared_trace")
    if not row.is_open_to(own=True):
        said["trace"] = shared
    return said
