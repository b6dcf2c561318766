"""Too much, too many, too often: each is answered with a sentence, and nothing typed is lost."""

from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from people.models import Client, User
from sessions_app.models import TherapySession
from tests.conftest import typed

SEARCHES = {
    "therapist": ("sessions:case_find", "impasses:library_find"),
    "administrator": ("people:person_find", "people:audit_find"),
}


@pytest.fixture
def few(settings: Any) -> None:
    settings.LIMITS = {"post": 2, "search": 2, "export": 2}


@pytest.mark.usefixtures("few")
def test_more_posts_than_a_person_makes_wait_and_keep_what_was_typed(
    heron: Client, client_for: Any
) -> None:
    browser, address = client_for(heron.therapist), reverse("sessions:session_log", args=[heron.pk])
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for _ in range(2):
            assert browser.post(address, typed(note="A kept note.")).status_code == 302
        clock.shift(20)
        answer = browser.post(address, typed(note="Written in vain?"))
        assert (answer.status_code, answer["Retry-After"]) == (429, "41")
        assert "Written in vain?" in answer.content.decode()
        assert "Wait 41 seconds" in answer.content.decode()
        assert TherapySession.objects.count() == 2
        assert browser.get(address).status_code == 200, "pages go on"
        clock.shift(41)
        assert browser.post(address, typed(note="Again.")).status_code == 302


@pytest.mark.usefixtures("few")
def test_a_pages_own_request_is_told_in_its_way(heron: Client, client_for: Any) -> None:
    browser = client_for(heron.therapist)
    address = reverse("sessions:draft_save", args=[heron.pk])
    for number in range(3):
        answer = browser.post(
            address, typed(draft_version=str(number)), headers={"X-Requested-With": "fetch"}
        )
    assert (answer.status_code, answer.json()) == (429, {"status": "too often"})


@pytest.mark.usefixtures("few")
@pytest.mark.parametrize(
    ("who", "name"), [(who, name) for who, names in SEARCHES.items() for name in names]
)
def test_searches_are_counted_apart(
    thea: User, ada: User, client_for: Any, who: str, name: str
) -> None:
    browser = client_for({"therapist": thea, "administrator": ada}[who])
    for _ in range(2):
        assert browser.post(reverse(name), {"q": "a", "code_name": ""}).status_code < 400
    answer = browser.post(reverse(name), {"q": "a"})
    assert answer.status_code == 429
    assert "Too many searches" in answer.content.decode()
    assert browser.post("/accounts/profile/", {}).status_code != 429


@pytest.mark.usefixtures("few")
def test_files_are_counted_apart(ada: User, thea: User, client_for: Any) -> None:
    for browser, method, name in (
        (client_for(ada), "post", "people:audit_export"),
        (client_for(thea), "get", "trends:export"),
    ):
        for _ in range(2):
            assert getattr(browser, method)(reverse(name)).status_code == 200
        answer = getattr(browser, method)(reverse(name))
        assert answer.status_code == 429
        assert "Too many files" in answer.content.decode()


@pytest.mark.usefixtures("few")
def test_one_person_uses_up_nobody_elses(thea: User, tom: User, client_for: Any) -> None:
    for _ in range(3):
        answer = client_for(thea).post("/library/find/", {"q": "a"})
    assert answer.status_code == 429
    assert client_for(tom).post("/library/find/", {"q": "a"}).status_code == 200


@pytest.mark.usefixtures("few")
def test_strangers_are_not_counted_as_one_person(db: None) -> None:
    for _ in range(3):
        answer = Browser().post("/accounts/password/reset/", {"email": "not an address"})
        assert answer.status_code != 429


@pytest.mark.usefixtures("few")
def test_a_limit_outlives_a_flood_in_the_cache(thea: User, client_for: Any) -> None:
    for _ in range(2):
        client_for(thea).post("/library/find/", {"q": "a"})
    for number in range(400):
        cache.set(f"zzz-{number}", True, timeout=900)
    assert client_for(thea).post("/library/find/", {"q": "a"}).status_code == 429


# --- too large --------------------------------------------------------------------------------


def test_a_body_larger_than_any_page_sends_is_refused(thea: User, client_for: Any) -> None:
    answer = client_for(thea).post("/library/find/", {"q": "x" * 9_000_000})
    assert answer.status_code == 413
    assert "what you typed is still there" in answer.content.decode()


def test_so_is_a_file_which_no_form_asks_for(thea: User, client_for: Any) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    file = SimpleUploadedFile("a.bin", b"x" * 9_000_000)
    assert client_for(thea).post("/library/find/", {"q": file}).status_code == 413


def test_more_fields_than_any_form_has_are_refused(thea: User, client_for: Any) -> None:
    answer = client_for(thea).post("/library/find/", {f"f{n}": "x" for n in range(1001)})
    assert answer.status_code == 413
    assert client_for(thea).get("/library/?" + "a=b&" * 1001).status_code == 200


@pytest.mark.parametrize("length", ["-1", "x", "", "9" * 40])
def test_a_length_that_is_none_is_answered(db: None, length: str) -> None:
    browser = Browser(raise_request_exception=False)
    answer = browser.post("/accounts/login/", {"login": "a"}, CONTENT_LENGTH=length)
    assert answer.status_code in {200, 400, 413}
