"""What stands around an entry, what it looks like in the room, and finding it by a word."""

from collections.abc import Callable

import pytest
from django.test import Client as Browser

from impasses.catalogue import catalogue
from impasses.library import around, find
from people.models import User

SignIn = Callable[[User], Browser]
CARDS = [
    *catalogue().manifestations, *catalogue().causes, *catalogue().types,
    *catalogue().therapist_strategies, *catalogue().client_strategies,
]  # fmt: skip
TECHNIQUES = [technique for kind in catalogue().types for technique in kind.techniques]


@pytest.mark.parametrize("entry", [*CARDS, *TECHNIQUES], ids=lambda entry: entry.id)
def test_every_named_entry_says_what_it_looks_like_in_the_room(entry: object) -> None:
    assert entry.room  # type: ignore[attr-defined]
    assert entry.room != entry.explanation  # type: ignore[attr-defined]


@pytest.mark.parametrize("key", [entry.id for entry in CARDS])
def test_every_card_has_rules_and_neighbours_and_a_place_in_the_source(key: str) -> None:
    found = around(key)
    assert found.rules
    assert found.neighbours
    assert key not in {entry.id for entry in found.neighbours}
    assert found.section


def test_neighbours_are_those_of_the_same_rules() -> None:
    assert "R5" in {rule.id for rule in around("Y3").rules}
    assert {"T3", "T5"} <= {entry.id for entry in around("Y3").neighbours}


@pytest.mark.parametrize(
    "strategy",
    [*catalogue().therapist_strategies, *catalogue().client_strategies],
    ids=lambda strategy: strategy.id,
)
def test_every_strategy_has_a_few_prompts(strategy: object) -> None:
    prompts = [*strategy.prompts, *(m.say for m in strategy.methods)]  # type: ignore[attr-defined]
    assert len(prompts) >= 3
    assert len(set(prompts)) == len(prompts)
    assert all(prompt.strip() == prompt for prompt in prompts)


def test_an_entry_is_found_by_its_words_names_first() -> None:
    found = [each.entry.id for each in find("trust")]
    assert found[0] == "Y1t3"
    assert "T3" in found
    assert find("power STRUGGLE")[0].entry.name == "Power struggle"
    assert find("M1c")[0].under is catalogue()["M1"]
    assert find("") == find("no-such-word") == []


def test_the_page_finds_and_puts_no_word_in_the_address(thea: User, client_for: SignIn) -> None:
    browser = client_for(thea)
    response = browser.post("/library/find/", {"q": "silence"})
    assert "silence" not in response.request["PATH_INFO"] + response.request["QUERY_STRING"]
    assert 'href="/library/#' in response.content.decode()
    assert "Nothing for" in browser.post("/library/find/", {"q": "zzz"}).content.decode()
    assert "Write a word" in browser.post("/library/find/", {"q": " "}).content.decode()
    body = browser.post("/library/find/", {"q": "<b>"}).content.decode()
    assert "<b>”" not in body


def test_the_library_links_its_entries_to_the_rules(thea: User, client_for: SignIn) -> None:
    body = client_for(thea).get("/library/").content.decode()
    assert 'href="/library/rules/#R4"' in body
    assert body.count("In the room") >= len(CARDS) + len(TECHNIQUES)
