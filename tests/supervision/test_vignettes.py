"""Practising with sketches: reading them, who learns what, and the arithmetic of agreement."""

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
from hypothesis import given, settings
from hypothesis import strategies as some

from audit.models import AuditEvent
from impasses.catalogue import catalogue
from impasses.catalogue_file import BrokenCatalogue
from people import walls
from people.account_actions import deactivate_person
from people.actions import NotAllowed
from people.models import Organisation, User
from supervision.models import VignetteAnswer
from supervision.models.vignette import SIGNS
from supervision.vignette_actions import STANDS, answer_vignette, restart_vignettes
from supervision.vignettes import (
    FILE,
    Reading,
    Row,
    Split,
    fleiss,
    load,
    practice,
    team_of,
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
def test_among_three_no_sketch_tells_who_marked_what(
    client_for: SignIn, thea: User, tom: User, sunil: User, petra: User
) -> None:
    """There "of one mind" is everybody, so that each answer of the others could be read off."""
    for each in (thea, tom, sunil):
        read(each, {"V1": ["M1"]})
    said = text(client_for(thea))
    assert "From four people on" in said
    assert "The team" not in said + text(client_for(thea), f"{LIST}V1/")
    read(petra, {"V2": ["M2"]})
    said = text(client_for(thea))
    assert said.count("of one mind") == 12, "one of four is no second mind"
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
    client_for: SignIn, thea: User, tom: User, sunil: User, petra: User
) -> None:
    """The same marks, dealt to other people, make the very same page."""
    marks = [{"V1": ["M1"], "V2": ["M2"]}, {"V1": ["M1", "M5"]}, {"V2": ["M4"]}]
    pages = set()
    for turn in range(3):
        long_ago()
        for number, each in enumerate((tom, sunil, petra)):
            restart_vignettes(by=each)
            read(each, marks[(number + turn) % 3])
        if not turn:
            read(thea)
        pages.add(text(client_for(thea)))
    assert len(pages) == 1
    assert "of two minds about" in pages.pop()


@pytest.mark.usefixtures("inside")
def test_where_readings_part(
    client_for: SignIn, thea: User, tom: User, sunil: User, petra: User
) -> None:
    for number, each in enumerate((thea, tom, sunil, petra)):
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


# --- the arithmetic ------------------------------------------------------------------------------

FLEISS_1971 = [  # ten subjects, fourteen raters, five categories: kappa 0.210
    [0, 0, 0, 0, 14], [0, 2, 6, 4, 2], [0, 0, 3, 5, 6], [0, 3, 9, 2, 0], [2, 2, 8, 1, 1],
    [7, 7, 0, 0, 0], [3, 2, 6, 3, 0], [2, 5, 3, 2, 2], [6, 5, 2, 1, 0], [0, 2, 2, 3, 7],
]  # fmt: skip


def test_the_published_example() -> None:
    assert fleiss(FLEISS_1971) == pytest.approx(0.210, abs=0.0005)


def reading(marked: Sequence[int], people: int) -> Reading:
    """Of one sign, with this many marks in each sketch."""
    sign, sketches = catalogue()["M1"], vignettes().values()
    splits = zip(sketches, marked, strict=True)
    return Reading(sign, tuple(Split(each, sign, count, people) for each, count in splits))


@pytest.mark.parametrize(
    ("marked", "people", "kappa"),
    [
        ([0] * 12, 5, None),
        ([5] * 12, 5, None),
        ([5, 0] * 6, 5, 1.0),
        ([2] * 6 + [0] * 6, 2, 1.0),
        ([1] * 12, 2, -1.0),
        ([1, 2] * 6, 3, -0.33),
        ([2] + [1] + [0] * 10, 2, 0.62),
    ],
)
def test_edges(marked: list[int], people: int, kappa: float | None) -> None:
    assert reading(marked, people).kappa == kappa


def test_two_minds_in_words() -> None:
    sketch, signs = vignettes()["V1"], catalogue().manifestations
    assert [Row(sketch, (), signs[:count]).minds for count in (0, 1, 3)] == [
        "of one mind",
        "of two minds about resistance",
        "of two minds about resistance, avoidance and repetition",
    ]
    assert Row(sketch, ()).minds == ""


@pytest.mark.parametrize(
    ("kappa", "band"),
    [
        (-0.01, "poor"), (0.0, "slight"), (0.2, "slight"), (0.21, "fair"), (0.4, "fair"),
        (0.41, "moderate"), (0.6, "moderate"), (0.61, "substantial"), (0.8, "substantial"),
        (0.81, "almost perfect"), (1.0, "almost perfect"),
    ],
)  # fmt: skip
def test_the_words_of_landis_and_koch(kappa: float, band: str) -> None:
    made = reading([0] * 12, 3)
    vars(made)["kappa"] = kappa
    assert made.band == band


def test_a_minus_is_a_minus_and_none_stands_before_a_zero() -> None:
    assert reading([1] * 12, 3).figure == "−0.50"
    assert reading([200] * 12, 400).figure == "0.00"


counts = some.integers(2, 20).flatmap(
    lambda people: some.tuples(
        some.lists(some.integers(0, people), min_size=12, max_size=12), some.just(people)
    )
)


@settings(max_examples=150, deadline=None)
@given(counts)
def test_it_is_the_formula_for_two_categories(given: tuple[list[int], int]) -> None:
    """1 - sum x(n-x) / (N n (n-1) p q): Fleiss, Levin and Paik 2003, section 18.3."""
    marked, people = given
    share = sum(marked) / (12 * people)
    found = fleiss([(count, people - count) for count in marked])
    if share in (0, 1):
        assert found is None
        return
    apart = sum(count * (people - count) for count in marked)
    formula = 1 - apart / (12 * people * (people - 1) * share * (1 - share))
    assert found == pytest.approx(formula)
    turned = fleiss([(people - count, count) for count in marked])
    assert turned == pytest.approx(found), "to mark or to leave out is the same question"


answers = some.lists(
    some.fixed_dictionaries(dict.fromkeys(ALL, some.lists(some.sampled_from(SIGNS), unique=True))),
    min_size=3, max_size=6,
)  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(answers, some.randoms(use_true_random=False))
def test_the_team_knows_no_order_of_people(people: list[dict[str, list[str]]], chance: Any) -> None:
    team = team_of(people)
    dealt = list(people)
    chance.shuffle(dealt)
    assert team == team_of(dealt)
    for each in team.readings:
        assert len(each.splits) == 12
        for split in each.splits:
            assert split.marked == sum(each.sign.id in own[split.vignette.id] for own in people)
            less = min(split.marked, len(people) - split.marked)
            assert split.is_parted == (less / len(people) >= 1 / 3 - 1e-9)
    assert sum(len(parting.vignettes) for parting in team.partings) <= 6


def test_the_most_even_splits_come_first_and_of_equals_one_of_each_sign() -> None:
    def parted(**halves: tuple[list[str], int]) -> list[tuple[str, list[str]]]:
        """Among six, where so many marked a sign in some sketches."""
        people: list[dict[str, list[str]]] = [{key: [] for key in ALL} for _ in range(6)]
        for sign, (keys, count) in halves.items():
            for own in people[:count]:
                for key in keys:
                    own[key].append(sign)
        return [(p.sign.id, [v.id for v in p.vignettes]) for p in team_of(people).partings]

    assert parted(M2=(ALL, 1)) == []
    assert parted(M2=(ALL, 4)) == [("M2", ALL[:6])]
    assert parted(M2=(ALL, 2), M3=(ALL[8:], 3)) == [("M2", ALL[:2]), ("M3", ALL[8:])]
    assert parted(M1=(ALL, 2), M4=(ALL[3:5], 2), M5=(["V7"], 4)) == [
        ("M1", ALL[:3]), ("M4", ALL[3:5]), ("M5", ["V7"]),
    ]  # fmt: skip


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
