"""What happens to suggestions, plans and impasses when a case changes hands."""

from datetime import date

from django.db import transaction

from impasses.actions import end_suggestion
from impasses.episode_actions import move_episode
from impasses.models import Episode, PlanStep, Suggestion
from impasses.models.episode import OPEN, Stage
from people.models import Client, User


@transaction.atomic
def hand_over_impasses(*, client: Client, to: User, by: User, today: date) -> None:
    """Leave behind what rests on private items of whoever had the case; the rest goes along.

    Part of a handover, which is on record. A private impasse is closed, so that the successor can
    open one; whoever gets the case back can reopen it.
    """
    live = Suggestion.objects.live().filter(organisation=client.organisation_id, client=client)
    for row in live.select_for_update(of=("self",)):
        if row.shared_trace is None:
            end_suggestion(row=row)
        else:
            row.trace, row.therapist = row.shared_trace, to
            row.save(update_fields=["trace", "therapist"])
    PlanStep.objects.filter(
        organisation=client.organisation_id,
        client=client,
        ended_on=None,
        suggestion__isnull=False,
        suggestion__shared_trace__isnull=True,
    ).update(ended_on=today)
    private = Episode.objects.filter(
        ~Episode.objects.shared(), organisation=client.organisation_id, client=client
    )
    for episode in private.filter(stage__in=OPEN):
        move_episode(episode=episode, by=by, to=Stage.ENDED, today=today)
