"""What cannot be put on record does not happen, and the page says so."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, connections, transaction
from django.test import Client as Browser
from django.urls import reverse

from audit.models import AuditEvent, AuditHead
from audit.record import NotRecorded, record
from people import walls
from people.models import Client, User
from sessions_app.models import TherapySession
from tests.conftest import PASSWORD, log, typed

SENTENCE = "nothing was opened and nothing was changed"
OWNED = pytest.mark.django_db(transaction=True, databases=["default", "owner"])


@pytest.fixture
def no_inserts(heron: Client, sunil: User, ada: User) -> Iterator[None]:
    """The web's login may no longer write events."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("REVOKE INSERT ON audit_auditevent FROM impasse_web")
        try:
            yield
        finally:
            cursor.execute("GRANT INSERT ON audit_auditevent TO impasse_web")


def closed(browser: Browser, method: str, address: str, form: Any = None) -> str:
    """The page that says so: 503 with the sentence, and no word of the case."""
    browser.raise_request_exception = False
    answer = getattr(browser, method)(address, form or {})
    text = answer.content.decode()
    assert answer.status_code == 503
    assert SENTENCE in text
    assert "Heron" not in text
    assert "Traceback" not in text
    assert "permission" not in text.lower()
    return text


@OWNED
def test_without_the_right_to_write_events_nothing_is_read_changed_or_refused(
    heron: Client, thea: User, tom: User, sunil: User, ada: User, client_for: Any, no_inserts: None
) -> None:
    hers, his, adas = client_for(thea), client_for(sunil), client_for(ada)
    case = reverse("sessions:case", args=[heron.pk])
    assert hers.get(case).status_code == 200, "one's own case needs no record to be read"
    closed(his, "get", case)
    closed(his, "get", f"/supervision/therapists/{thea.pk}/")
    closed(adas, "get", f"/people/{thea.pk}/")
    closed(adas, "get", "/audit/")
    closed(adas, "post", "/audit/export/")
    closed(client_for(tom), "get", case)
    closed(adas, "post", f"/people/{tom.pk}/close/", {"password": PASSWORD})
    words = "a note of more words than one"
    text = closed(hers, "post", reverse("sessions:session_log", args=[heron.pk]), typed(note=words))
    assert words in text, "what was typed comes back"
    closed(Browser(), "post", "/accounts/login/", {"login": thea.email, "password": PASSWORD})
    closed(Browser(), "post", "/accounts/login/", {"login": thea.email, "password": "wrong"})
    assert User.objects.get(pk=tom.pk).is_active
    with walls.inside(heron.organisation_id):
        assert not TherapySession.objects.exists()
        with pytest.raises(NotRecorded):
            log(heron)


@OWNED
def test_while_the_head_is_locked_a_reading_waits_and_then_does_not_happen(
    heron: Client, sunil: User, client_for: Any
) -> None:
    """Somebody holds the head row longer than anything may wait."""
    his = client_for(sunil)
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '50ms'")
    with transaction.atomic(using="owner"):
        with connections["owner"].cursor() as cursor:
            cursor.execute("SELECT 1 FROM audit_audithead FOR UPDATE")
        closed(his, "get", reverse("sessions:case", args=[heron.pk]))
    assert his.get(reverse("sessions:case", args=[heron.pk])).status_code == 200
    with walls.inside(heron.organisation_id):
        assert AuditEvent.objects.filter(kind="case read").count() == 1
        assert AuditHead.objects.get().sequence == AuditEvent.objects.count()


@pytest.mark.parametrize(
    "detail",
    [
        {"note": "words\nin two lines"},
        {"note": "x" * 301},
        {"note": b"bytes"},
        {"fields": [object()]},
        {"changed": {"goals": ["", "x" * 400]}},
        {"x" * 400: 1},
    ],
)
def test_a_detail_is_made_of_plain_short_values(thea: User, inside: None, detail: Any) -> None:
    """Clinical text is long and has lines; a name, a reason and a number are not."""
    with pytest.raises(TypeError, match="plain, short values"):
        record("odd", by=thea, target_kind="nothing", target_id=None, detail=detail)
    fine = {"roles": [["therapist"], []], "on": True, "count": 3, "thresholds": {"1.at_least": 2}}
    record("plain", by=thea, target_kind="nothing", target_id=None, detail=fine)
