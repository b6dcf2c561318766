"""Practising with sketches: reading them, and who learns what."""

import re
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client as Browser
from django.utils import timezone

from audit.models import AuditEvent
from impasses.catalogue import catalogue
from impasses.catalogue_file import BrokenCatalogue
from people import walls
from people.account_actions import deactivate_person
from people.actions import NotAllowed
from people.models import Organisation, User
from supervision.models import VignetteAnswer
from supervision.models.vignette import SIGNS
from supervision.vignette_actions import answer_vignette, restart_vignettes
from supervision.vignettes import (
    FILE,
    STANDS,
    load,
    practice,
    vignettes,
)
from tests.conftest import person

SignIn = Callable[[User], Browser]
ALL = [f"V{number}" for number in range(1, 13)]
LIST = "/supervision/vignettes/"
AGAIN = "/supervision/vignettes/restart/"


def read(user: User, marks: dict[str, Sequence[str]] | None = None, upto: int = 12) -> None:
    """Answer the first sketches in order: with these marks, or with none of the signs."""
    for key in ALL[:upto]:
        answer_vignette(by=user, vignette=key, manifestations=(marks or {}).get(key, ()))


def text(browser: Browser, address: str = LIST) -> str:
    """The page's words, without tags or spaces between lines."""
    body = browser.get(address).content.decode().split("<main", 1)[1].split("</main", 1)[0]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body)).replace(" ,", ",").replace(" .", ".")


@pytest.fixture
def petra(clinic: Organisation, inside: None) -> User:
    """Supervises nobody, and does not treat."""
    return person(clinic, "Petra", "supervisor")


# --- the sketches --------------------------------------------------------------------------------


def test_the_twelve_are_short_invented_and_without_an_answer() -> None:
    assert list(vignettes()) == ALL
    signs = {word for m in catalogue().manifestations for word in (m.name, m.word)}
    for each in vignettes().values():
        assert 50 <= len(each.sketch.split()) <= 90, each.id
        assert vars(each).keys() == {"id", "title", "text"}
        assert not [word for word in signs if word.casefold() in each.sketch.casefold()], each.id
    assert len({each.title for each in vignettes().values()}) == 12


def test_a_broken_file_is_named_with_its_line(tmp_path: Path) -> None:
    broken = tmp_path / "vignettes.toml"
    broken.write_text(FILE.read_text().replace('id = "V3"', 'id = "W3"'))
    with pytest.raises(BrokenCatalogue, match=r"^supervision/knowledge/vignettes.toml, line \d+"):
        load(broken)


def test_the_table_knows_the_signs_of_the_catalogue() -> None:
    assert tuple(sign.id for sign in catalogue().manifestations) == SIGNS


# --- reading them --------------------------------------------------------------------------------


@pytest.mark.usefixtures("inside")
def test_one_reads_marks_and_goes_on(client_for: SignIn, thea: User) -> None:
    browser = client_for(thea)
    assert "How it works" in text(browser)
    assert "Begin" in text(browser)
    assert vignettes()["V1"].sketch in text(browser, f"{LIST}V1/").replace("&#x27;", "'")
    answer = browser.post(f"{LIST}V1/", {"marks": ["M5", "M1"]})
    assert answer["Location"] == f"{LIST}V2/"
    assert browser.post(f"{LIST}V3/", {})["Location"] == f"{LIST}V2/"
    rows = VignetteAnswer.objects.order_by("vignette").values_list("vignette", "manifestations")
    assert list(rows) == [("V1", ["M1", "M5"]), ("V3", [])]
    said = text(browser)
    assert "2 of 12 read" in said
    assert "Go on" in said
    assert "None of them" in said
    page = browser.get(f"{LIST}V1/").content.decode()
    assert re.findall(r'value="(M\d)"[^>]* checked', page) == ["M1", "M5"]


@pytest.mark.usefixtures("inside")
def test_an_answer_can_be_changed_until_the_last_is_given(thea: User) -> None:
    read(thea, upto=11)
    answer_vignette(by=thea, vignette="V1", manifestations=["M2", "M2"])
    assert VignetteAnswer.objects.get(vignette="V1").manifestations == ["M2"]
    answer_vignette(by=thea, vignette="V12", manifestations=[])
    with pytest.raises(NotAllowed, match="read all twelve"):
        answer_vignette(by=thea, vignette="V1", manifestations=["M3"])
    assert VignetteAnswer.objects.get(vignette="V1").manifestations == ["M2"]


@pytest.mark.usefixtures("inside")
def test_the_last_one_says_so_and_ends_at_the_list(client_for: SignIn, thea: User) -> None:
    read(thea, upto=11)
    browser = client_for(thea)
    assert "Finish" in text(browser, f"{LIST}V12/")
    assert "Finish" not in text(browser, f"{LIST}V3/")
    assert browser.post(f"{LIST}V12/", {})["Location"] == LIST
    assert "two more are needed" in text(browser)
    late = browser.post(f"{LIST}V1/", {"marks": ["M1"]})
    assert late.status_code == 409
    assert "You have read all twelve, so your answers stand." in late.content.decode()
    assert "Your answers stand" in text(browser, f"{LIST}V1/")


def long_ago() -> None:
    """Every answer was given so long ago that one may start again."""
    VignetteAnswer.objects.update(answered_at=timezone.now() - STANDS)


@pytest.mark.usefixtures("inside")
def test_starting_again_clears_ones_own_answers_alone(
    client_for: SignIn, thea: User, tom: User
) -> None:
    read(thea)
    read(tom, upto=3)
    assert client_for(thea).post(AGAIN)["Location"] == LIST
    assert VignetteAnswer.objects.filter(clinician=thea).count() == 12, "a finished set stands"
    long_ago()
    client_for(thea).post(AGAIN)
    assert set(VignetteAnswer.objects.values_list("clinician__name")) == {("Tom",)}
    assert "How it works" in text(client_for(thea))


@pytest.mark.usefixtures("inside")
def test_only_what_changes_is_on_record_and_never_the_marks(thea: User) -> None:
    before = AuditEvent.objects.count()
    restart_vignettes(by=thea)
    answer_vignette(by=thea, vignette="V4", manifestations=["M3"])
    answer_vignette(by=thea, vignette="V4", manifestations=["M3"])
    restart_vignettes(by=thea)
    events = list(AuditEvent.objects.order_by("sequence"))[before:]
    assert [event.kind for event in events] == ["sketch answered", "sketches started again"]
    assert [(e.target_label, e.detail) for e in events] == [("The washing-up", {}), ("", {})]


@pytest.mark.usefixtures("inside")
def test_what_is_no_sign_or_no_sketch_is_refused(client_for: SignIn, thea: User) -> None:
    browser = client_for(thea)
    wrong = browser.post(f"{LIST}V1/", {"marks": ["M1", "M9"]})
    assert wrong.status_code == 422
    assert "Choose among the five signs." in wrong.content.decode()
    for key in ("V0", "V13", "v1", "none"):
        assert browser.get(f"{LIST}{key}/").status_code == 404
        assert browser.post(f"{LIST}{key}/").status_code == 404
    with pytest.raises(KeyError):
        answer_vignette(by=thea, vignette="V13", manifestations=[])
    for made in ({"vignette": "V13"}, {"vignette": "V1", "manifestations": ["M6"]}):
        with pytest.raises(IntegrityError), transaction.atomic():
            VignetteAnswer.objects.create(organisation=thea.organisation, clinician=thea, **made)


def test_who_may_practise(
    client: Browser, client_for: SignIn, sunil: User, petra: User, ada: User
) -> None:
    assert client.get(LIST)["Location"].startswith("/accounts/login/")
    for who, status in ((sunil, 200), (petra, 200), (ada, 403)):
        assert client_for(who).get(LIST).status_code == status
        assert client_for(who).get(f"{LIST}V1/").status_code == status
        assert ("Practise with sketches" in text(client_for(who), "/library/")) == (status == 200)
    assert client_for(petra).get(AGAIN).status_code == 405
    assert client_for(petra).put(f"{LIST}V1/").status_code == 405
    assert client_for(petra).post(LIST).status_code == 405


# --- who learns what -----------------------------------------------------------------------------


@pytest.mark.usefixtures("inside")
def test_below_three_people_nothing_is_told(
    client_for: SignIn, thea: User, tom: User, sunil: User
) -> None:
    read(thea)
    read(tom)
    read(sunil, upto=11)
    said = text(client_for(thea))
    assert "one more is needed" in said
    assert not re.search("Fleiss|mind", said + text(client_for(thea), f"{LIST}V1/"))
    answer_vignette(by=sunil, vignette="V12", manifestations=[])
    said = text(client_for(thea))
    assert "3 people here have read all twelve" in said


@pytest.mark.usefixtures("inside")
def test_among_four_no_sketch_tells_who_marked_what(
    client_for: SignIn, thea: User, tom: User, sunil: User, petra: User, nora: User
) -> None:
    """There the answers of the others could be worked out from one's own."""
    for each in (thea, tom, sunil, petra):
        read(each, {"V1": ["M1"]})
    said = text(client_for(thea))
    assert "From five people on" in said
    assert "The team" not in said + text(client_for(thea), f"{LIST}V1/")
    read(nora, {"V2": ["M2"]})
    said = text(client_for(thea))
    assert said.count("of one mind") == 12, "one of five is no second mind"
    assert "The team is of one mind." in text(client_for(thea), f"{LIST}V1/")


@pytest.mark.usefixtures("inside")
def test_nobody_is_primed(
    client_for: SignIn, thea: User, tom: User, sunil: User, petra: User
) -> None:
    for each in (tom, sunil, petra):
        read(each, {"V1": ["M1"]})
    read(thea, upto=11)
    assert "How far you agree" in text(client_for(tom))
    for address in (LIST, f"{LIST}V1/"):
        said = text(client_for(thea), address)
        assert not re.search("How far you agree|mind|people here|needed", said)


@pytest.mark.usefixtures("inside")
def test_people_elsewhere_and_people_who_left_do_not_count(
    client_for: SignIn, thea: User, tom: User, sunil: User, ada: User, other_clinic: Organisation
) -> None:
    with walls.inside(other_clinic.pk):
        for name in ("Olga", "Oskar", "Odile"):
            read(person(other_clinic, name, "therapist"), {"V1": ["M1"]})
    for each in (thea, tom, sunil):
        read(each)
    team = practice(thea).team
    assert team is not None
    assert team.people == 3
    assert all(reading.is_unmarked for reading in team.readings)
    deactivate_person(person=tom, by=ada)
    assert "one more is needed" in text(client_for(thea))


@pytest.mark.usefixtures("inside")
def test_whose_mark_it_was_changes_nothing_on_the_page(
    client_for: SignIn, thea: User, tom: User, sunil: User, petra: User, nora: User
) -> None:
    """The same marks, dealt to other people, make the very same page."""
    marks = [{"V1": ["M1"], "V2": ["M2"]}, {"V1": ["M1", "M5"]}, {"V2": ["M4"]}]
    read(nora)
    pages = set()
    for turn in range(3):
        long_ago()
        for number, each in enumerate((tom, sunil, petra)):
            restart_vignettes(by=each)
            read(each, marks[(number + turn) % 3])
        if not turn:
            read(thea)
        long_ago()
        pages.add(text(client_for(thea)))
    assert len(pages) == 1
    assert "of two minds about" in pages.pop()


@pytest.mark.usefixtures("inside")
def test_where_readings_part(
    client_for: SignIn, thea: User, tom: User, sunil: User, petra: User, nora: User
) -> None:
    for number, each in enumerate((thea, tom, sunil, petra, nora)):
        marks = {"V4": ["M3"], "V10": ["M4"] if number < 2 else [], "V6": ["M5"]}
        read(each, marks | {"V2": ["M2"] if number else []})
    team = practice(thea).team
    assert team is not None
    assert [(p.sign.id, [v.id for v in p.vignettes]) for p in team.partings] == [("M4", ["V10"])]
    said = text(client_for(thea))
    assert catalogue()["M4"].explanation in said
    assert "10. The stairs None of them" not in said  # Thea's own mark stands there
    assert "of two minds about disengagement" in said
    assert "Resistance Nobody marked it" in said
    assert "Repetition Everybody agreed on every sketch" in said
    assert "Landis and Koch (1977" in said
    assert "never about a person" in said
    for name in ("Tom", "Sunil", "Petra"):
        assert name not in said
    assert 'href="/library/#M4"' in client_for(thea).get(LIST).content.decode()


@pytest.mark.usefixtures("inside")
def test_full_agreement_has_nowhere_to_part(
    client_for: SignIn, thea: User, tom: User, sunil: User
) -> None:
    for each in (thea, tom, sunil):
        read(each, {key: ["M1"] for key in ALL})
    said = text(client_for(thea))
    assert "Resistance Everybody agreed on every sketch" in said
    assert said.count("Nobody marked it") == 4
    assert "Nowhere:" in said


@pytest.mark.usefixtures("inside")
def test_the_number_of_queries_is_fixed(
    client_for: SignIn, thea: User, tom: User, sunil: User, django_assert_num_queries: Any
) -> None:
    browser = client_for(thea)
    browser.get(LIST)

    def asked(address: str, count: int) -> None:
        with django_assert_num_queries(count):
            browser.get(address)

    asked(LIST, OPEN)
    asked(f"{LIST}V1/", OPEN)
    for each in (thea, tom, sunil):
        read(each)
    asked(LIST, OPEN + 1)
    asked(f"{LIST}V1/", OPEN + 1)
    for number in range(4):
        read(person(thea.organisation, f"More{number}", "therapist"))
    asked(LIST, OPEN + 1)


OPEN = 5  # who is asking and their organisation's wall, and one for the answers


def test_two_tabs_finish_at_once_and_one_of_them_is_refused(
    transactional_db: None, thea: User, at_once: Callable[..., list[Any]]
) -> None:
    """The second comes while the first is not committed yet."""
    first_is_in = threading.Event()
    with walls.inside(thea.organisation_id):
        read(thea, upto=11)

    def finish(number: int) -> str:
        with walls.inside(thea.organisation_id), transaction.atomic():
            if number:
                first_is_in.wait(10)
            try:
                answer_vignette(by=thea, vignette="V12", manifestations=[f"M{number + 1}"])
            except NotAllowed:
                return "refused"
            first_is_in.set()
            time.sleep(0.5)
            return "kept"

    assert at_once(finish, 2) == ["kept", "refused"]
