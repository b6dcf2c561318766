"""Every page with a client's data that another than its therapist reads is on record, once.

The words of the case stand in the answer exactly where the table below says who reads what there.
"""

from typing import Any

import pytest

from audit.models import AuditEvent
from people import walls
from people.audit_page import KINDS
from tests.house.access_table import TABLE
from tests.house.matrix import send, words
from tests.house.world import HOUSE, World, undone

READINGS = {*KINDS["Readings by others"], "audit exported"} - {
    "case opened in an emergency", "emergency access ended",
}  # fmt: skip
ERASED = "Sparrow"  # the code name of the case whose erasure is asked for
READERS = ("supervisor", "administrator", "unassigned")
CASE, CASES, AUDIT = "case read", "cases listed", "audit read"
READ = {  # what is read of the case at an address, by whom, and what it is called
    "erasure": {"administrator": CASES},
    "retention": {"administrator": CASES},
    "impasses:suggestion": {"supervisor": CASE},
    "people:audit_export": {"administrator": "audit exported"},
    "people:audit_list": {"administrator": AUDIT},
    "people:emergency_log": {"administrator": CASES},
    "people:person": {"administrator": CASES},
    "sessions:case": {"supervisor": CASE},
    "sessions:case_find": {"supervisor": CASES},
    "sessions:case_overview": {"supervisor": CASE},
    "sessions:case_suggestions": {"supervisor": CASE},
    "sessions:episode": {"supervisor": CASE},
    "sessions:score_list": {"supervisor": CASE},
    "sessions:session_read": {"supervisor": CASE},
    "sessions:transfer": {"administrator": CASES},
    "supervision:brief": {"supervisor": CASE},
    "supervision:case_meetings": {"supervisor": CASE},
    "supervision:next_meeting": {"supervisor": CASES},
    "supervision:review_undo": {"supervisor": CASE},
    "supervision:dashboard": {"supervisor": CASES},
    "supervision:meeting": {"supervisor": CASE},
    "supervision:meeting_print": {"supervisor": CASE},
    "supervision:propose": {"supervisor": CASE},
    "supervision:review": {"supervisor": CASE},
    "supervision:review_list": {"supervisor": CASES},
    "supervision:therapist": {"supervisor": CASES},
}


def events(world: World, who: str, after: int = 0) -> list[tuple[int, str]]:
    """What stands on record in the organisation after that one, by number and kind."""
    with walls.inside(world.users[who].organisation_id):
        rows = AuditEvent.objects.filter(sequence__gt=after).order_by("sequence")
        return list(rows.values_list("sequence", "kind"))


def read(
    world: World, name: str, who: str, method: str, last: int
) -> tuple[int, list[str], list[str]]:
    """The status, the words of the case that are shown, and what went on record; rolled back."""
    with undone():
        answer: Any = send(world, name, who, method)
        written = [kind for _, kind in events(world, who, last)]
    found = words(answer) - {HOUSE} | ({ERASED} if ERASED in answer.content.decode() else set())
    return answer.status_code, sorted(found), written


@pytest.mark.django_db
@pytest.mark.parametrize("who", READERS)
def test_each_reading_by_another_is_on_record_once(world: World, who: str) -> None:
    """And each refusal; a page that shows nothing of the case writes no reading."""
    wrong, (last, _) = [], events(world, who)[-1]
    for name, rows in TABLE.items():
        shown: set[str] = set()
        for method in ("get", "post")[: len(rows)]:
            status, found, written = read(world, name, who, method, last)
            readings = [kind for kind in written if kind in READINGS]
            wanted = [READ[name][who]] if found and who in READ.get(name, {}) else []
            if status < 300 and readings not in (wanted, [AUDIT]):
                wrong.append(f"{name}, {method}: shows {found}, wrote {written}")
            if (status in (403, 404)) != ("refused" in written):
                wrong.append(f"{name}, {method}: {status}, wrote {written}")
            shown.update(found)
        if bool(shown) != (who in READ.get(name, {})):
            wrong.append(f"{name} shows {sorted(shown)}: say in READ what is read there, by whom")
    assert not wrong, "\n".join(wrong)


def test_the_table_names_addresses_of_the_house() -> None:
    assert set(READ) <= set(TABLE)
