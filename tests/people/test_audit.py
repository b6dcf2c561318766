"""The audit log as an administrator reads it, and who has looked at a case."""

import csv
import datetime as dt
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from audit.models import AuditEvent
from audit.record import record
from people import actions as people
from people.audit_page import ROWS
from people.models import Client, User
from people.profile_actions import change_profile
from people.spreadsheet import safe_cell
from people.supervision_actions import start_supervision
from tests.conftest import PASSWORD, TODAY, log, person

SignIn = Callable[[User], Browser]
ADDRESS = "/audit/"
pytestmark = pytest.mark.usefixtures("inside")


def body(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def rows_of(page: str) -> int:
    return page.split("<tbody>")[1].split("</tbody>", maxsplit=1)[0].count("<tr>")


@pytest.fixture
def hers(ada: User, client_for: SignIn) -> Browser:
    return client_for(ada)


def test_what_happened_stands_there_with_old_and_new(
    heron: Client, thea: User, hers: Browser
) -> None:
    people.edit_client(
        client=heron, by=thea, code_name="Grebe", rhythm="monthly", started_on=heron.started_on,
        focus="kept to the two of us", goals="", version=1,
    )  # fmt: skip
    people.pause_client(client=heron, by=thea)
    page = body(hers.get(ADDRESS))
    assert "<table" in page
    for words in (
        "client changed", "Grebe", "code name: Heron to Grebe", "rhythm: weekly to monthly",
        "fields: code_name, rhythm, focus", "status: active to paused",
    ):  # fmt: skip
        assert words in page, words
    assert "kept to the two of us" not in page


def test_it_is_filtered_by_person_kind_and_time(
    heron: Client, thea: User, tom: User, hers: Browser
) -> None:
    people.create_client(by=tom, code_name="Wren")
    log(heron)
    page = body(hers.get(ADDRESS, {"person": str(tom.pk)}))
    assert "Wren" in page
    assert "Heron" not in page
    page = body(hers.get(ADDRESS, {"kind": "session logged"}))
    assert rows_of(page) == 1
    page = body(hers.get(ADDRESS, {"kind": "Clients"}))
    assert rows_of(page) == 2
    tomorrow = timezone.localdate() + dt.timedelta(days=1)
    assert "Nothing of that kind" in body(hers.get(ADDRESS, {"since": f"{tomorrow}"}))
    assert "Wren" in body(hers.get(ADDRESS, {"until": f"{timezone.localdate()}"}))


def test_a_case_is_found_by_its_code_name_and_named_by_its_id(
    heron: Client, tom: User, hers: Browser
) -> None:
    log(heron)
    people.create_client(by=tom, code_name="Wren")
    answer = hers.post("/audit/find/", {"code_name": "heron"})
    assert answer["Location"] == f"/audit/?case={heron.pk}"
    page = body(hers.get(answer["Location"]))
    assert "Only Heron, with Thea" in page
    assert "session logged" in page, "what belongs to the case, too"
    assert "Wren" not in page


def test_of_several_cases_of_one_name_one_is_chosen(
    heron: Client, tom: User, hers: Browser
) -> None:
    other = people.create_client(by=tom, code_name="Heron")
    page = body(hers.post("/audit/find/", {"code_name": "Heron"}))
    assert f"/audit/?case={heron.pk}" in page
    assert f"/audit/?case={other.pk}" in page
    answer = hers.post("/audit/find/", {"code_name": "Nobody"})
    assert answer.status_code == 422
    assert "There is no case of that code name here." in body(answer)


@pytest.mark.parametrize(
    "query",
    [
        {"since": "yesterday"},
        {"until": "9999-12-31"},
        {"since": "0001-01-01"},
        {"person": "me"},
        {"kind": "sleeping"},
        {"case": "x"},
    ],
)
def test_a_filter_that_cannot_be_read(hers: Browser, query: dict[str, str]) -> None:
    assert hers.get(ADDRESS, query).status_code == 422
    assert hers.post("/audit/find/", query).status_code == 422
    assert hers.post("/audit/export/", query).status_code == 422


def test_page_by_page_to_the_first_event(thea: User, hers: Browser) -> None:
    for number in range(ROWS + 5):
        record(f"kind {number}", by=thea, target_kind="test", target_id=None)
    total = AuditEvent.objects.count()
    page = hers.get(ADDRESS).content.decode()
    assert rows_of(page) == ROWS
    earlier = page.split("&amp;before=")[1].split('"')[0]
    page = hers.get(ADDRESS, {"before": earlier}).content.decode()
    assert rows_of(page) == total - ROWS
    assert "Nothing earlier" in page


def test_history_makes_it_no_slower(thea: User, hers: Browser) -> None:
    hers.get(ADDRESS)
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            hers.get(ADDRESS)
        counts.append(len(queries))
        for _ in range(30):
            record("signed in", by=thea, target_kind="user", target_id=thea.pk)
    assert counts[0] == counts[1] <= 9


def test_it_is_taken_away_as_a_table_and_that_is_on_record(
    heron: Client, thea: User, ada: User, hers: Browser
) -> None:
    people.create_client(by=thea, code_name="=cmd|' /C calc'!A0")
    answer = hers.post("/audit/export/", {"kind": "client created"})
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"].startswith('attachment; filename="audit-')
    table = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert table[0] == ["number", "at (UTC)", "who", "kind", "what", "details"]
    assert [row[4] for row in table[1:]] == ["'=cmd|' /C calc'!A0", "Heron"]
    event = AuditEvent.objects.get(kind="audit exported")
    assert (event.actor_label, event.detail) == ("Ada", {"rows": 2})


@pytest.mark.parametrize(
    "cell",
    ["=1+1", "+1", "-1", "@x", "\tx", "\rx", "\nx", "＝1", "＋1", "－1", "＠x", "|calc", " =1"],
)
def test_no_cell_is_a_formula(cell: str) -> None:
    assert safe_cell(cell) == f"'{cell}"
    assert safe_cell("Heron") == "Heron"


def test_another_organisation_is_not_in_it(
    heron: Client, wren: Client, otto: User, hers: Browser, client_for: SignIn
) -> None:
    assert "Wren" not in body(hers.get(ADDRESS))
    assert "Heron" not in body(client_for(otto).get(ADDRESS))
    answer = hers.post("/audit/find/", {"code_name": "Wren"})
    assert "There is no case of that code name here." in body(answer)
    page = body(hers.get(ADDRESS, {"case": str(wren.pk)}))
    assert "Only Wren" not in page


# --- one case ------------------------------------------------------------------------------------


def test_a_therapist_sees_who_looked(
    stuck_heron: Client, sunil: User, ada: User, client_for: SignIn
) -> None:
    address = reverse("people:client_readings", args=[stuck_heron.pk])
    hers = client_for(stuck_heron.therapist)
    assert "Nobody but you has opened it." in body(hers.get(address))
    hers.get(reverse("sessions:case", args=[stuck_heron.pk]))
    assert "Nobody but you" in body(hers.get(address)), "one's own readings are not told"
    his = client_for(sunil)
    his.get(reverse("sessions:case", args=[stuck_heron.pk]))
    session = stuck_heron.therapy_sessions.newest_first()[0]
    his.get(reverse("sessions:session_read", args=[session.pk]))
    page = body(hers.get(address))
    assert page.count('<th scope="row">Sunil</th>') == 2
    assert "Sunil" in body(client_for(ada).get(ADDRESS, {"kind": "case read"}))


def test_long_names_and_addresses_fit_into_an_event(ada: User, hers: Browser, clinic: Any) -> None:
    address = f"{'a' * 60}@{'b' * 60}.{'c' * 60}.example"
    hers.post(
        "/people/invitations/new/", {"email": address, "roles": ["therapist"], "password": PASSWORD}
    )
    long = [person(clinic, "S", "supervisor"), person(clinic, "T", "therapist")]
    for row, sign in zip(long, "st", strict=True):
        change_profile(by=row, name=sign * 120)
        row.refresh_from_db()
    start_supervision(supervisor=long[0], therapist=long[1], since=TODAY(), by=ada)
    labels = list(AuditEvent.objects.values_list("target_label", flat=True))
    assert address in labels
    assert f"{'s' * 120} supervises {'t' * 120}" in labels
