"""Handing cases over from one therapist to another."""

from collections.abc import Iterable
from datetime import date

from django.db import IntegrityError, transaction

from audit.record import record
from impasses.handover_actions import hand_over_impasses
from people.actions import NotAllowed, mark_stale, tell
from people.models import Client, Handover, User
from sessions_app import snapshots
from sessions_app.models import CaseSnapshot


@transaction.atomic
def transfer_cases(
    *, clients: Iterable[Client], to: User, by: User, reason: str, today: date
) -> list[Client]:
    """These cases are `to`'s from now on; what their therapists kept private stays with them.

    Both sides are told, in numbers: a notice names no client.
    """
    if not (to.is_active and to.treats):
        raise NotAllowed(f"{to.name} does not treat here: choose a therapist with an open account.")
    moved: dict[User, list[Client]] = {}
    for client in sorted(clients, key=lambda each: each.pk):
        locked = snapshots.lock_case(client)
        if locked.therapist_id != client.therapist_id:
            raise NotAllowed(f"{client.code_name} was handed over meanwhile: look again.")
        before = _transfer(locked, to, by, reason, today)
        moved.setdefault(before, []).append(client)
    for before, cases in moved.items():
        said = f"{len(cases)} case{'' if len(cases) == 1 else 's'}"
        path = f"/clients/{cases[0].pk}/handover/" if len(cases) == 1 else "/clients/"
        tell(people=[to], text=f"{said} of {before.name} handed over to you.", path=path)
        tell(people=[before], text=f"{said} of yours handed over to {to.name}.", path="/clients/")
    mark_stale(organisation_id=by.organisation_id, day=today)
    return [client for cases in moved.values() for client in cases]


def _transfer(client: Client, to: User, by: User, reason: str, today: date) -> User:
    before = client.therapist
    if to.organisation_id != client.organisation_id:
        raise NotAllowed("Both people must belong to the same organisation.")
    if to == before:
        raise NotAllowed(f"{client.code_name} is with {to.name} already: leave it out.")
    hand_over_impasses(client=client, to=to, by=by, today=today)
    Handover.objects.create(
        organisation_id=client.organisation_id, client=client, before=before, on=today
    )
    client.therapist = to
    client.version += 1
    _save_under_a_free_name(client)
    if CaseSnapshot.objects.filter(client=client).exists():
        snapshots.refresh(client)
        CaseSnapshot.objects.filter(client=client).update(own_unjudged=[])
    record(
        "case handed over",
        by=by,
        target_kind="client",
        target_id=client.id,
        target_label=client.code_name,
        detail={
            "therapist": [before.name, to.name],
            "therapist_id": [str(before.pk), str(to.pk)],
            "reason": reason,
        },
    )
    return before


def _save_under_a_free_name(client: Client) -> None:
    """Once more where the new therapist takes the name in this very moment."""
    for is_last in (False, False, True):
        client.code_name = _free_name(client)
        try:
            with transaction.atomic():
                client.save(update_fields=["therapist", "code_name", "version"])
        except IntegrityError:
            if is_last:
                raise NotAllowed("Names were taken meanwhile: try again.") from None
        else:
            return


def _free_name(client: Client) -> str:
    """The code name, with a number where the new therapist has a client of that name."""
    taken = {
        name.casefold()
        for name in Client.objects.filter(
            organisation=client.organisation_id, therapist=client.therapist_id
        ).values_list("code_name", flat=True)
    }
    name, number = client.code_name, 1
    while name.casefold() in taken:
        number += 1
        name = f"{client.code_name[:36]} {number}"
    return name
