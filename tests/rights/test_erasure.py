"""A client is erased: nothing is left of them but the chain, and a certificate that says so."""

import datetime as dt
import io
import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client as Browser
from django.utils import timezone

from audit.chain import check_chain
from audit.models import AuditEvent
from impasse_tracker.records import parts_of
from impasse_tracker.rights import erasure_actions as actions
from people import actions as people
from people.actions import NotAllowed
from people.models import Client, Erasure, Organisation, User
from sessions_app.models import RuleReplay, TherapySession
from supervision.draft_actions import save_meeting_draft
from supervision.models import AgendaItem, MeetingDraft
from tests.conftest import PASSWORD, TODAY, log
from trends.due import write_due
from trends.models import TrendSummary, TrendVersion

SignIn = Callable[[User], Browser]
pytestmark = [pytest.mark.usefixtures("inside"), pytest.mark.timeout(180)]
CHAIN = {"audit_auditevent", "audit_audithead"}


def tables() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        return sorted({name for (name,) in cursor.fetchall()} - CHAIN)


def rows_with(words: set[str]) -> dict[str, int]:
    """How many rows of each table, as text, hold one of the words."""
    found = {}
    with connection.cursor() as cursor:
        for table in tables():
            cursor.execute(
                f'SELECT count(*) FROM "{table}" AS t WHERE t::text ILIKE ANY(%s)',
                [[f"%{word}%" for word in words]],
            )
            found[table] = cursor.fetchone()[0]
    return {table: count for table, count in found.items() if count}


def ids_of(client: Client) -> set[str]:
    return {str(key) for part in parts_of(client) for key in actions._keys(part)}


def end(client: Client) -> Client:
    return people.end_client(client=client, by=client.therapist, reason="moved", on=TODAY())


def asked(client: Client) -> Erasure:
    return actions.ask_erasure(
        client=client, by=client.therapist, reason="She asked.", now=timezone.now()
    )


def test_nothing_is_left_but_the_chain(whole_heron: Client, ada: User) -> None:
    client = end(whole_heron)
    words = ids_of(client) | {"heron"}
    assert len(rows_with(words)) > 15, "otherwise its absence would prove nothing"
    others = Client.objects.exclude(pk=client.pk).count()
    row = actions.erase_client(erasure=asked(client), by=ada, now=timezone.now())
    assert rows_with(words) == {}
    assert check_chain(ada.organisation_id).faults == ()
    assert Client.objects.count() == others
    assert row.counts["therapy sessions"] == 7
    assert row.digest == Erasure.objects.get().computed_digest()
    assert RuleReplay.objects.get().done == len(RuleReplay.objects.get().clients) == 1


def test_the_figures_of_others_are_written_anew_without_an_earlier_version(
    whole_heron: Client, ada: User
) -> None:
    thea = whole_heron.therapist
    plum = Client.objects.get(code_name="Plum")
    log(plum, "M2a", days=14)
    write_due(plum.organisation, forced=True)
    own = TrendSummary.objects.filter(scope="therapist", subject=thea.pk)
    before = sum(row.shared["counts"].get("held", [0])[0] for row in own.filter(kind="week"))
    actions.erase_client(erasure=asked(end(whole_heron)), by=ada, now=timezone.now())
    assert not own.exists()
    write_due(plum.organisation, forced=True)
    after = sum(row.shared["counts"].get("held", [0])[0] for row in own.filter(kind="week"))
    assert (before > 1, after) == (True, 1)
    assert not TrendVersion.objects.filter(
        summary__scope__in=("therapist", "organisation")
    ).exists()


def test_a_draft_of_a_meeting_loses_what_it_says_of_the_client(
    whole_heron: Client, ada: User
) -> None:
    thea = whole_heron.therapist
    client = end(whole_heron)
    items = {item.client.code_name: item for item in AgendaItem.objects.select_related("client")}
    body = {
        "notes": ["Of all."],
        f"answer-{items['Heron'].pk}": ["Of Heron."],
        f"answer-{items['Plum'].pk}": ["Of Plum."],
        f"words-{uuid.uuid4()}": ["Of a case taken off."],
    }
    draft = save_meeting_draft(meeting=items["Heron"].meeting, by=thea, body=body)
    row = actions.erase_client(erasure=asked(client), by=ada, now=timezone.now())
    left = json.loads(MeetingDraft.objects.get(pk=draft.pk).body)
    assert [*left.values()] == [["Of all."], ["Of Plum."]]
    assert row.counts["drafts of meetings"] == 1


def test_the_two_steps_in_the_pages(
    whole_heron: Client, ada: User, sunil: User, client_for: SignIn
) -> None:
    client = end(whole_heron)
    therapist, administrator = client_for(client.therapist), client_for(ada)
    page = therapist.get(f"/clients/{client.pk}/erase/").content.decode()
    assert "Therapy sessions: 7" in page
    given = {"reason": "She asked.", "password": PASSWORD}
    there = therapist.post(f"/clients/{client.pk}/erase/", given)["Location"]
    assert Client.objects.filter(pk=client.pk).exists()
    assert "asks for a case to be erased" in administrator.get("/people/").content.decode()
    other = end(people.create_client(by=client.therapist, code_name="Wren"))
    for case, is_asked in ((client, True), (other, False)):
        said = therapist.get(f"/clients/{case.pk}/erase/").content.decode()
        assert ("See how it stands" in said) is is_asked
    assert therapist.post(there, {"sure": "on", "password": PASSWORD}).status_code == 403
    assert client_for(sunil).get(there).status_code == 404
    assert "Heron" in administrator.get("/settings/retention/").content.decode()
    assert administrator.post(there, {"password": PASSWORD}).status_code == 422
    assert administrator.post(there, {"sure": "on", "password": "no"}).status_code == 422
    assert administrator.post(there, {"sure": "on", "password": PASSWORD}).status_code == 302
    for browser in (therapist, administrator):
        certificate = browser.get(there).content.decode()
        assert "Therapy sessions: 7" in certificate
        assert "Heron" not in certificate
        assert Erasure.objects.get().digest in certificate
    assert therapist.get(f"/clients/{client.pk}/").status_code == 404
    assert administrator.get("/settings/retention/").status_code == 200
    for page in ("/today/", "/clients/", "/trends/"):
        assert therapist.get(page).status_code == 200, page


def test_the_chain_says_it_by_id_and_holds_the_certificates_hash(heron: Client, ada: User) -> None:
    row = actions.erase_client(erasure=asked(end(heron)), by=ada, now=timezone.now())
    event = AuditEvent.objects.get(kind="client erased")
    assert event.detail["digest"] == row.digest
    assert event.detail["case"] == str(heron.pk)
    assert "Heron" not in str(event.detail) + event.target_label
    Erasure.objects.update(reason="Otherwise.")
    assert Erasure.objects.get().computed_digest() != event.detail["digest"]


def test_what_is_refused(heron: Client, thea: User, ada: User) -> None:
    with pytest.raises(NotAllowed, match="has not ended"):
        asked(heron)
    row = asked(end(heron))
    with pytest.raises(NotAllowed, match="under way"):
        asked(Client.objects.get(pk=heron.pk))
    people.reopen_client(client=heron, by=thea)
    with pytest.raises(NotAllowed, match="opened again"):
        actions.erase_client(erasure=row, by=ada, now=timezone.now())
    end(Client.objects.get(pk=heron.pk))
    actions.erase_client(erasure=row, by=ada, now=timezone.now())
    for again in (
        lambda: actions.erase_client(erasure=row, by=ada, now=timezone.now()),
        lambda: actions.withdraw_erasure(erasure=row, by=thea),
    ):
        with pytest.raises(NotAllowed, match="carried out"):
            again()


def test_it_can_be_taken_back(heron: Client, thea: User, tom: User, client_for: SignIn) -> None:
    row = asked(end(heron))
    assert client_for(tom).post(f"/erasures/{row.pk}/withdraw/").status_code == 404
    assert client_for(thea).post(f"/erasures/{row.pk}/withdraw/").status_code == 302
    assert not Erasure.objects.exists()
    assert Client.objects.filter(pk=heron.pk).exists()


def test_an_erasure_that_fails_leaves_everything(
    whole_heron: Client, ada: User, monkeypatch: Any
) -> None:
    row = asked(end(whole_heron))
    before = rows_with(ids_of(whole_heron))
    monkeypatch.setattr(actions, "_note", lambda *args, **kwargs: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        actions.erase_client(erasure=row, by=ada, now=timezone.now())
    assert rows_with(ids_of(whole_heron)) == before


# --- end of retention ------------------------------------------------------------------------


@pytest.fixture
def old_heron(heron: Client, clinic: Organisation) -> Client:
    """Ended nine years ago; another ended a year ago, a third goes on."""
    log(heron, days=9 * 365)
    on = TODAY() - dt.timedelta(days=9 * 366)
    Client.objects.filter(pk=heron.pk).update(started_on=on - dt.timedelta(days=30))
    heron.refresh_from_db()
    for name in ("Wren", "Plum"):
        other = people.create_client(
            by=heron.therapist, code_name=name, started_on=TODAY() - dt.timedelta(days=700)
        )
        if name == "Wren":
            ended = TODAY() - dt.timedelta(days=365)
            people.end_client(client=other, by=heron.therapist, reason="moved", on=ended)
    return people.end_client(client=heron, by=heron.therapist, reason="moved", on=on)


def retention(*options: str) -> str:
    out = io.StringIO()
    call_command("retention", *options, stdout=out)
    return out.getvalue()


def test_a_dry_run_says_what_would_go_and_changes_nothing(old_heron: Client) -> None:
    before = AuditEvent.objects.count()
    said = retention()
    assert "Northside: 1 due, 0 announced, 0 ripe." in said
    assert f"{old_heron.pk}, ended on {old_heron.ended_on}, would be announced" in said
    assert "1 therapy sessions" in said
    assert "Heron" not in said
    assert not Erasure.objects.exists()
    assert AuditEvent.objects.count() == before


def test_it_is_announced_and_a_week_later_erased(old_heron: Client) -> None:
    retention("--erase")
    row = Erasure.objects.get()
    assert row.not_before - row.asked_at == dt.timedelta(days=7)
    assert "record of a case of yours is kept" in old_heron.therapist.notices.get().text
    assert "0 due, 1 announced, 0 ripe" in retention("--erase")
    assert TherapySession.objects.exists()
    week = dt.timedelta(days=7, seconds=1)
    Erasure.objects.update(not_before=row.not_before - week, asked_at=row.asked_at - week)
    assert "would be erased" in retention()
    assert f"certificate {row.pk}" in retention("--erase")
    assert not TherapySession.objects.exists()
    assert set(Client.objects.values_list("code_name", flat=True)) == {"Wren", "Plum"}
    assert AuditEvent.objects.last().actor_label == "Impasse Tracker"


def test_an_administrator_announces_it_in_the_pages(
    old_heron: Client, ada: User, thea: User, client_for: SignIn
) -> None:
    browser = client_for(ada)
    page = browser.get("/settings/retention/").content.decode()
    assert "Heron, with Thea" in page
    assert "Wren" not in page
    given = {"cases": [str(old_heron.pk)], "reason": "End of retention.", "password": PASSWORD}
    assert browser.post("/settings/retention/", given | {"cases": []}).status_code == 422
    wren = Client.objects.get(code_name="Wren")
    some_days_early = TODAY() - dt.timedelta(days=8 * 365)  # of eight years two have a day more
    for ended_on in (wren.ended_on, some_days_early):
        Client.objects.filter(pk=wren.pk).update(ended_on=ended_on, started_on=ended_on)
        given_early = given | {"cases": [str(wren.pk)]}
        assert browser.post("/settings/retention/", given_early).status_code == 422
    assert browser.post("/settings/retention/", given).status_code == 302
    row = Erasure.objects.get()
    said = client_for(thea).get(f"/clients/{old_heron.pk}/erase/").content.decode()
    assert "Its erasure is announced" in said
    assert str(row.pk) not in said
    page = browser.get(f"/erasures/{row.pk}/").content.decode()
    assert "can be carried out from" in page
    early = browser.post(f"/erasures/{row.pk}/", {"sure": "on", "password": PASSWORD})
    assert early.status_code == 422
    assert client_for(thea).get("/settings/retention/").status_code == 403


def test_what_is_not_due_is_not_on_the_schedule(old_heron: Client, clinic: Organisation) -> None:
    people.change_settings(
        by=User(organisation=clinic, name="Ada", roles=["administrator"]), retention_years=10
    )
    assert "0 due" in retention()
