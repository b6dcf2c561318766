"""How suggestions are made: the page is the rules' own data, in plain words."""

from collections.abc import Callable

import pytest
from django.test import Client as Browser

from impasses.conditions import leaves
from impasses.rule_actions import publish_rule
from impasses.rulebook import rulebook
from people.models import Client, User
from tests.conftest import person

SignIn = Callable[[User], Browser]
ADDRESS = "/library/rules/"
pytestmark = pytest.mark.usefixtures("inside")


def page(browser: Browser) -> str:
    from html import unescape

    return unescape(browser.get(ADDRESS).content.decode())


def test_every_rule_stands_there_in_order_with_all_it_asks(thea: User, client_for: SignIn) -> None:
    body = page(client_for(thea))
    places = [body.index(f'<article class="card" id="{rule.id}"') for rule in rulebook().rules]
    assert places == sorted(places)
    for rule in rulebook().rules:
        for leaf in leaves(rule.when):
            assert leaf.in_words in body
        assert rule.offer.source in body


def test_every_word_of_the_conditions_names_its_own_thresholds() -> None:
    for rule in rulebook().rules:
        for leaf in leaves(rule.when):
            for name in ("last", "below", "earlier"):
                value = getattr(leaf, name, None)
                assert value in (None, 1) or str(value) in leaf.in_words, (rule.id, name)


def test_a_therapist_reads_and_a_supervisor_may_change(
    thea: User, sunil: User, client_for: SignIn
) -> None:
    assert "/rules/R1/change/" not in page(client_for(thea))
    assert "/rules/R1/change/" in page(client_for(sunil))


def test_what_the_organisation_changed_is_said_with_who_and_why(
    thea: User, sunil: User, otto: User, client_for: SignIn
) -> None:
    for rule, is_on, thresholds in (("R1", True, {"1.at_least": 3}), ("R8", False, {})):
        publish_rule(
            by=sunil, rule=rule, is_on=is_on, thresholds=thresholds, version=1,
            reason="Too many prompts.",
        )  # fmt: skip
    body = page(client_for(thea))
    assert "Alliance strain in at least 3 of the last 4 held sessions" in body
    assert "(was: Alliance strain in at least 2 of the last 4 held sessions)" in body
    assert "Switched off here by Sunil" in body
    assert body.count("Too many prompts.") == 4
    assert "every rule works as it was published" in page(client_for(otto))


def test_the_trace_of_a_suggestion_leads_to_its_rule(
    stuck_heron: Client, thea: User, client_for: SignIn
) -> None:
    body = client_for(thea).get(f"/clients/{stuck_heron.pk}/").content.decode()
    assert 'href="/library/rules/#R1"' in body


def test_the_number_of_queries_is_fixed(
    sunil: User, clinic: object, client_for: SignIn, django_assert_max_num_queries: Callable
) -> None:
    browser = client_for(sunil)
    page(browser)
    for version in range(1, 6):
        publish_rule(
            by=sunil, rule="R1", is_on=bool(version % 2 == 0), thresholds={}, version=version,
            reason="Again.",
        )  # fmt: skip
    person(sunil.organisation, "Nora", "therapist")
    with django_assert_max_num_queries(10):
        page(browser)
