"""Everything that changes how clinicians read the sketches; each with its audit event.

What was marked is the clinician's own and stands in no event.
"""

from collections.abc import Collection

from django.db import transaction
from django.utils import timezone

from audit.record import record
from people.actions import NotAllowed
from people.models import User
from people.templatetags.look import day
from supervision.models import VignetteAnswer
from supervision.vignettes import stands_until, vignettes


@transaction.atomic
def answer_vignette(*, by: User, vignette: str, manifestations: Collection[str]) -> VignetteAnswer:
    """The signs the person sees in a sketch; none is an answer, too.

    It can be changed until the last of the twelve is answered. KeyError for an unknown sketch.
    """
    sketch = vignettes()[vignette]
    _one_at_a_time(by)
    own = {row.vignette: row for row in VignetteAnswer.objects.visible_to(by)}
    if own.keys() >= vignettes().keys():
        raise NotAllowed(
            "You have read all twelve, so your answers stand. Start again to change them."
        )
    signs = sorted(set(manifestations))
    row = own.get(sketch.id)
    if row is not None and row.manifestations == signs:
        return row
    row = row or VignetteAnswer(
        organisation_id=by.organisation_id, clinician=by, vignette=sketch.id
    )
    row.manifestations, row.answered_at = signs, timezone.now()
    row.save()
    record(
        "sketch answered", by=by, target_kind="sketch", target_id=None, target_label=sketch.title
    )
    return row


@transaction.atomic
def restart_vignettes(*, by: User) -> None:
    """Clear the person's own answers, to read the sketches anew.

    A finished set stands for a while: from sets that change, the answers of others could be read.
    """
    _one_at_a_time(by)
    own = VignetteAnswer.objects.visible_to(by)
    until = stands_until(own.values_list("answered_at", flat=True))
    if until:
        raise NotAllowed(f"Your answers stand: you can start again from {day(until)} on.")
    cleared, _ = own.delete()
    if cleared:
        record("sketches started again", by=by, target_kind="user", target_id=by.id)


def _one_at_a_time(by: User) -> None:
    """Two tabs answer one after the other: nothing is changed after the last of the twelve."""
    User.objects.select_for_update(of=("self",), no_key=True).get(pk=by.pk)
