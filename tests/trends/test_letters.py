"""Monday's letter: when there is something to decide, once, in counts, as often as one likes."""

import datetime as dt
import smtplib
from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from django.test import Client as Browser

from impasses.models.episode import Stage
from people.account_actions import change_person
from people.models import Client, Notice, Organisation, User
from people.profile_actions import change_profile
from sessions_app.episode_actions import open_impasse
from tests.conftest import log
from tests.trends.conftest import in_last_week, last_week, write
from trends.letters import due_period, send_letters
from trends.models import Letter
from trends.periods import Kind

SignIn = Callable[[User], Browser]
pytestmark = pytest.mark.usefixtures("inside")


def monday(hour: int = 8) -> dt.datetime:
    """Of this week, in UTC."""
    return dt.datetime.combine(last_week().ends_before, dt.time(hour), dt.UTC)


@pytest.fixture
def stuck(heron: Client, thea: User, sunil: User, clinic: Organisation) -> Client:
    """Heron, with an impasse opened last week."""
    log(heron, "M5b", days=in_last_week())
    open_impasse(client=heron, by=thea, today=last_week().last_day, stage=Stage.NAMED)
    write(clinic)
    return heron


def test_counts_and_links_and_no_case(stuck: Client, clinic: Organisation, thea: User) -> None:
    assert send_letters(clinic, now=monday()) == 2, "to Thea and to Sunil"
    letter = next(each for each in mail.outbox if each.to == [thea.email])
    html = str(letter.alternatives[0][0])
    for text in (str(letter.body), html):
        assert "1 newly stuck" in text
        assert f"period={last_week().code}" in text
        assert "/trends/letter/" in text
        assert "Heron" not in text + letter.subject
    assert [notice.text for notice in Notice.objects.filter(person=thea)] == [
        "Your work, last week: 1 newly stuck."
    ]


def test_whoever_supervises_no_more_has_no_letter_of_the_team(
    stuck: Client, clinic: Organisation, thea: User, sunil: User
) -> None:
    change_person(person=sunil, by=sunil, roles=["therapist"], in_training=False)
    assert send_letters(clinic, now=monday()) == 1
    assert [letter.to for letter in mail.outbox] == [[thea.email]]


def test_it_goes_once(stuck: Client, clinic: Organisation) -> None:
    for hour in (8, 8, 9, 15):
        send_letters(clinic, now=monday(hour))
    assert len(mail.outbox) == 2


def test_many_workers_send_it_once(
    transactional_db: None, stuck: Client, clinic: Organisation, at_once: Callable[..., list[Any]]
) -> None:
    from people import walls

    def sweep(_: int) -> int:
        with walls.inside(clinic.pk):
            return send_letters(clinic, now=monday())

    assert sum(at_once(sweep, 4)) == 2
    assert len(mail.outbox) == 2


def test_not_before_morning_and_not_after_wednesday(stuck: Client, clinic: Organisation) -> None:
    assert send_letters(clinic, now=monday(5)) == 0
    assert send_letters(clinic, now=monday() + dt.timedelta(days=3)) == 0
    assert send_letters(clinic, now=monday() + dt.timedelta(days=2)) == 2


def test_nothing_to_decide_is_no_letter(heron: Client, clinic: Organisation) -> None:
    log(heron, days=in_last_week())
    write(clinic)
    assert send_letters(clinic, now=monday()) == 0
    assert not Letter.objects.exists()


def test_not_before_the_week_is_written(heron: Client, thea: User, clinic: Organisation) -> None:
    open_impasse(client=heron, by=thea, today=last_week().last_day, stage=Stage.NAMED)
    assert send_letters(clinic, now=monday()) == 0


def test_a_server_that_does_not_take_it_is_tried_again(
    stuck: Client, clinic: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*args: Any, **given: Any) -> None:
        raise smtplib.SMTPServerDisconnected

    with monkeypatch.context() as patch:
        patch.setattr("django.core.mail.EmailMessage.send", refuse)
        assert send_letters(clinic, now=monday()) == 0
    assert send_letters(clinic, now=monday()) == 0, "not at once"
    assert send_letters(clinic, now=monday(9)) == 2
    assert Notice.objects.filter(text__contains="newly stuck").count() == 2, "told once"


@pytest.mark.parametrize(
    ("digest", "day", "code"),
    [
        ("weekly", "2026-11-02", "2026-W44"),
        ("weekly", "2026-11-04", "2026-W44"),
        ("weekly", "2026-11-05", None),
        ("monthly", "2026-11-02", "2026-10"),
        ("monthly", "2026-11-09", None),
        ("monthly", "2027-01-04", "2026-12"),
        ("never", "2026-11-02", None),
    ],
)
def test_the_rhythm(thea: User, digest: str, day: str, code: str | None) -> None:
    thea.digest = digest
    found = due_period(thea, dt.date.fromisoformat(day))
    assert (found.code if found else None) == code


def test_one_press_changes_it(
    stuck: Client, thea: User, clinic: Organisation, client_for: SignIn
) -> None:
    browser = client_for(thea)
    assert "names no case" in browser.get("/trends/letter/").content.decode()
    assert browser.post("/trends/letter/", {"digest": "never"}).status_code == 302
    thea.refresh_from_db()
    assert thea.digest == "never"
    assert browser.post("/trends/letter/", {"digest": "hourly"}).status_code == 422
    assert send_letters(clinic, now=monday()) == 1, "to Sunil alone"
    change_profile(by=thea, digest="weekly")
    assert send_letters(clinic, now=monday()) == 1
    assert Letter.objects.get(person=thea).kind == Kind.WEEK
