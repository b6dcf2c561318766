"""Many writers at once break no link of the chain."""

import time
from collections.abc import Callable
from typing import Any

import pytest

from audit.chain import check_chain
from audit.models import AuditEvent, AuditHead
from audit.record import record
from people import walls
from people.models import User

WRITERS = 8


@pytest.mark.parametrize(
    "each", [60, pytest.param(6250, marks=[pytest.mark.prove, pytest.mark.timeout(900)])]
)
def test_eight_writers_at_once_break_no_link(
    transactional_db: None, thea: User, at_once: Callable[..., Any], each: int
) -> None:
    """Each on a connection of its own, each event in a transaction of its own."""

    def write(number: int) -> None:
        with walls.inside(thea.organisation_id):
            for turn in range(each):
                record(
                    "looked at something", by=thea, target_kind="nothing", target_id=None,
                    detail={"writer": number, "turn": turn},
                )  # fmt: skip

    begun = time.monotonic()
    at_once(write, WRITERS)
    took = time.monotonic() - begun
    written = WRITERS * each
    print(f"{written} events from {WRITERS} writers: {written / took:.0f} a second")
    with walls.inside(thea.organisation_id):
        state = check_chain(thea.organisation_id)
        assert (state.events, state.faults) == (1 + written, ())  # the first is Thea's account
        assert AuditHead.objects.get().sequence == 1 + written
        for number in range(WRITERS):
            turns = AuditEvent.objects.filter(detail__writer=number).order_by("sequence")
            assert [event.detail["turn"] for event in turns] == list(range(each))
