"""The library: all of the catalogue on one page, for everybody who is signed in."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils.html import escape

from impasses.catalogue import catalogue
from impasses.measures import profiles
from people.models import User

URL = "/library/"
ClientFor = Callable[[User], Browser]


def test_its_address() -> None:
    assert reverse("impasses:library") == URL


def test_every_id_has_one_anchor(client_for: ClientFor, thea: User) -> None:
    page = client_for(thea).get(URL).content.decode()
    anchors = re.findall(r'\bid="([^"]+)"', page)

    assert {entry.id for entry in catalogue()} <= set(anchors)
    assert len(anchors) == len(set(anchors)), "an id stands on the page once"


def test_every_word_of_it_is_shown(client_for: ClientFor, thea: User) -> None:
    page = client_for(thea).get(URL).content.decode()

    for entry in catalogue():
        assert escape(entry.explanation) in page, entry.id
        assert escape(entry.label) in page, entry.id
        assert escape(getattr(entry, "say", "")) in page, entry.id
        if entry is not catalogue().definition:
            assert escape(entry.name) in page, entry.id


def test_every_link_within_the_page_arrives(client_for: ClientFor, thea: User) -> None:
    page = client_for(thea).get(URL).content.decode()
    targets = set(re.findall(r'href="#([A-Za-z][^"]*)"', page))
    targets -= {target for target in targets if target.startswith("i-")}

    assert targets <= set(re.findall(r'\bid="([^"]+)"', page))


def test_signs_carry_their_hue_and_their_icon(client_for: ClientFor, thea: User) -> None:
    page = client_for(thea).get(URL).content.decode()

    for sign in catalogue().manifestations:
        assert f'class="mark {sign.css}"' in page
        assert f'href="#i-{sign.css}"' in page


def test_it_says_what_is_not_from_the_source_and_what_is_not_claimed(
    client_for: ClientFor, thea: User
) -> None:
    page = client_for(thea).get(URL).content.decode()

    assert page.count("Not in the source document.") == len(catalogue().additions)
    assert "Therapist tags are not 3RS ratings" in page
    assert "What this is not" in page
    assert page.count("score from a licensed form") == 4
    numbers = [norm for profile in profiles().values() for norm in profile.norms.values()]
    grades = [g for norm in numbers for g in (norm.confidence, norm.cutoff_confidence)]
    assert page.count(">proposed<") == 1 + grades.count("C") == 7


def test_no_style_or_script_in_the_page(client_for: ClientFor, thea: User) -> None:
    page = client_for(thea).get(URL).content.decode()

    assert " style=" not in page
    assert "<style" not in page
    assert not re.search(r"<script(?![^>]*\bsrc=)", page)


@pytest.mark.parametrize("who", ["thea", "sunil", "ada", "otto"])
def test_everybody_who_is_signed_in_may_read_it(
    who: str, request: pytest.FixtureRequest, client_for: ClientFor
) -> None:
    assert client_for(request.getfixturevalue(who)).get(URL).status_code == 200


def test_strangers_are_asked_to_sign_in(db: None, client: Browser) -> None:
    answer = client.get(URL)

    assert answer.status_code == 302
    assert answer.headers["Location"].startswith(reverse("account_login"))


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_it_is_for_reading_only(client_for: ClientFor, thea: User, method: str) -> None:
    assert getattr(client_for(thea), method)(URL).status_code == 405


def test_the_catalogue_costs_no_query(
    client_for: ClientFor, thea: User, django_assert_max_num_queries: Any
) -> None:
    browser = client_for(thea)
    browser.get(URL)

    with django_assert_max_num_queries(10):
        browser.get(URL)
