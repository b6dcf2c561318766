"""A canary in every clinical text is found on the pages that should show it, and nowhere else."""

import datetime as dt
import io
import logging
from typing import Any

import pytest
from django.core import mail
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client as Browser
from django.urls import reverse

from people.mail import send
from people.models import Client, Notice, User
from people.rotation import place_of, sealed_fields
from sessions_app import tasks
from sessions_app.models import CaseSnapshot
from tests.audit.acts import CANARY
from tests.conftest import TODAY, person, typed
from tests.house.canary import (
    broker,
    has_it,
    letters_with_it,
    messages,
    places_told,
    tables_with_it,
    tell_everything,
)  # fmt: skip
from trends.due import write_due
from trends.letters import send_letters

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])


@pytest.fixture
def told(transactional_db: None, stuck_heron: Client, sunil: User, ada: User, tom: User) -> Client:
    """Heron with the canary in every text."""
    petra = person(stuck_heron.organisation, "Petra", "supervisor")
    tell_everything(stuck_heron, sunil, petra)
    return Client.objects.get(pk=stuck_heron.pk)


@pytest.fixture
def no_messages() -> None:
    with broker() as server:
        server.flushdb()


def test_the_canary_stands_in_every_sealed_field_and_in_no_table(told: Client) -> None:
    """A new sealed field has to be told it too."""
    assert places_told() == {place_of(field) for _, field in sealed_fields()}
    assert tables_with_it() == []


def test_the_whole_machinery_lets_no_word_out(
    told: Client, thea: User, sunil: User, ada: User, client_for: Any, no_messages: None,
    log_lines: io.StringIO, monkeypatch: Any,
) -> None:  # fmt: skip
    hers, his, adas = client_for(thea), client_for(sunil), client_for(ada)
    log_page = reverse("sessions:session_log", args=[told.pk])
    assert hers.post(log_page, typed(note=CANARY, theme=CANARY, M5="on")).status_code == 302
    hers.post(log_page, typed(note=CANARY, held_at="never"))
    hers.post(
        reverse("sessions:draft_save", args=[told.pk]), {"note": CANARY, "draft_version": "1"}
    )
    pages = [log_page, reverse("sessions:case", args=[told.pk]), "/today/", "/trends/",
             "/trends/export/", reverse("handover", args=[told.pk])]  # fmt: skip
    assert any(has_it(hers.get(page).content.decode()) for page in pages), "it can be read there"
    for browser in (his, adas):
        for page in ("/supervision/", "/trends/export/", "/audit/", f"/people/{thea.pk}/"):
            browser.get(page)
    assert not has_it(adas.post("/audit/export/").content.decode())
    broken(hers, told, monkeypatch)
    work(told)
    assert "assessment_failed" in log_lines.getvalue(), "the logs are really looked at"
    assert log_lines.getvalue().count("broken on purpose") >= 3
    assert not has_it(log_lines.getvalue())
    assert tables_with_it() == []
    assert len(mail.outbox) >= 2
    assert letters_with_it() == []
    sent = dict(messages())
    assert "celery" in sent, "tasks were really sent"
    assert not has_it(f"{sent}")
    assert not has_it(Browser().get("/metrics").content.decode())


def broken(hers: Browser, told: Client, monkeypatch: Any) -> None:
    """Errors on purpose, with the words at hand: in a view, in a template, in a task."""
    hers.raise_request_exception = False
    words = told.goals
    assert words == CANARY

    class Page:
        own = True

        def __getattr__(self, name: str) -> str:
            page_words = words
            raise RuntimeError("broken on purpose", len(page_words))

    def fails(*args: Any, **kwargs: Any) -> Any:
        seen = words
        raise RuntimeError("broken on purpose", len(seen))

    session = told.therapy_sessions.newest_first()[0]
    read = reverse("sessions:session_read", args=[session.pk])
    for broken_page in (fails, lambda *args, **kwargs: Page()):
        with monkeypatch.context() as patch:
            patch.setattr("sessions_app.views.session_pages.session_page", broken_page)
            answer = hers.get(read)
        assert answer.status_code == 500
        assert not has_it(answer.content.decode())
    with monkeypatch.context() as patch:
        patch.setattr("sessions_app.tasks.assess_case", fails)
        CaseSnapshot.objects.update(assessed_version=0)
        tasks.assess_waiting()


def work(told: Client) -> None:
    """What the worker does at night and on Monday, and what an administrator runs."""
    clinic = told.organisation
    monday = TODAY() - dt.timedelta(days=TODAY().weekday())
    tasks.assess_waiting()
    write_due(clinic, forced=True)
    send_letters(clinic, now=dt.datetime.combine(monday, dt.time(8), dt.UTC))
    send("account_changed", "thea@example.test", words="Something changed", name="Thea")
    call_command("verify_audit")
    call_command("audit_anchor", mail="keeper@elsewhere.example")
    tasks.assess_one.delay(organisation=str(clinic.pk), client=str(told.pk))
    call_command("rotate_keys")


def test_a_canary_that_is_let_out_is_found(
    told: Client, thea: User, no_messages: None, log_lines: io.StringIO
) -> None:
    """Otherwise nothing above would prove anything: one planted in each place."""
    Notice.objects.create(organisation=thea.organisation, person=thea, text=CANARY, path="/")
    assert tables_with_it() == ["people_notice"]
    cache.set("planted", CANARY)
    assert set(tables_with_it()) == {"people_notice", "cache_entries"}
    send("account_changed", thea.email, words=CANARY, name="Thea")
    assert len(letters_with_it()) == 1
    tasks.assess_one.delay(organisation=CANARY, client=str(told.pk))
    assert has_it(str(dict(messages())))
    logging.getLogger("django.request").error(CANARY)
    assert has_it(log_lines.getvalue())
