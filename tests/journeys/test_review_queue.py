"""The review queue by keyboard: from row to row, approved, sent back, until nothing waits."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from people import walls
from people.account_actions import change_person
from people.actions import change_settings
from people.models import Client, User
from supervision.models import Review
from supervision.review_actions import submit_session
from tests.conftest import log

SignIn = Callable[[User], Page]


@pytest.fixture
def three(thea: User, ada: User, sunil: User, heron: Client) -> list[Review]:
    """Three sessions of Thea's, in training, submitted to Sunil."""
    with walls.inside(thea.organisation_id):
        change_settings(by=ada, review_queue=True)
        change_person(person=thea, by=ada, roles=["therapist"], in_training=True)
        sessions = [log(heron, "M5b", days=days, note="All in order.") for days in (3, 2, 1)]
        return [submit_session(session=session, by=thea) for session in sessions]


def state_of(review: Review) -> tuple[str, str]:
    with walls.inside(review.organisation_id):
        review.refresh_from_db()
        return review.state, review.comment


def test_a_supervisor_goes_through_the_queue_by_keyboard(
    sign_in: SignIn, server: str, sunil: User, three: list[Review]
) -> None:
    page = sign_in(sunil)
    page.goto(f"{server}/supervision/reviews/")
    page.wait_for_load_state()  # the keys listen
    reads = page.get_by_role("link", name="Read Heron")
    for key, row in (("j", 0), ("j", 1), ("j", 2), ("j", 2), ("k", 1), ("k", 0)):
        page.keyboard.press(key)
        expect(reads.nth(row)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_text("1 of 3 waiting")).to_be_visible()
    page.wait_for_load_state()
    page.keyboard.press("j")
    expect(page.get_by_text("2 of 3 waiting")).to_be_visible()
    page.wait_for_load_state()
    page.keyboard.press("k")
    expect(page.get_by_text("1 of 3 waiting")).to_be_visible()
    page.wait_for_load_state()

    page.keyboard.press("a")
    expect(page.get_by_text("1 of 2 waiting")).to_be_visible()
    page.wait_for_load_state()
    assert state_of(three[0]) == ("approved", "")
    page.keyboard.press("u")
    expect(page.get_by_text("1 of 3 waiting")).to_be_visible()
    page.wait_for_load_state()
    assert state_of(three[0]) == ("waiting", "")
    page.keyboard.press("a")
    expect(page.get_by_text("1 of 2 waiting")).to_be_visible()
    page.wait_for_load_state()
    assert state_of(three[0]) == ("approved", "")

    comment = page.get_by_label("Comment", exact=True)
    page.keyboard.press("s")
    expect(comment).to_be_focused()
    page.keyboard.type("Look at a task, a joke and a silence.")  # every key of the queue is in it
    expect(comment).to_have_value("Look at a task, a joke and a silence.")
    assert state_of(three[1]) == ("waiting", "")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("1 of 1 waiting")).to_be_visible()
    page.wait_for_load_state()
    assert state_of(three[1]) == ("sent_back", "Look at a task, a joke and a silence.")

    page.get_by_role("button", name="Send back").click()
    expect(page.get_by_text("Write what to look at")).to_be_visible()
    expect(comment).to_be_focused()
    page.get_by_role("checkbox", name="Keys").uncheck()
    page.keyboard.press("a")
    assert state_of(three[2]) == ("waiting", "")
    page.get_by_role("checkbox", name="Keys").check()
    page.keyboard.press("a")
    expect(page.get_by_text("Nothing waits.", exact=False).first).to_be_visible()
    assert state_of(three[2]) == ("approved", "")


def test_a_trainee_submits_from_the_session_and_reads_what_came_back(
    sign_in: SignIn, server: str, thea: User, heron: Client, three: list[Review]
) -> None:
    with walls.inside(thea.organisation_id):
        session = log(heron, days=0)
    page = sign_in(thea)
    page.goto(f"{server}/sessions/{session.pk}/")
    page.get_by_role("button", name="Submit for review").click()
    expect(page.get_by_text("to be read by")).to_be_visible()
    page.get_by_role("link", name="All reviews").click()
    expect(page.get_by_text("Waiting for your supervisor")).to_be_visible()
    expect(page.get_by_text("Every session is submitted.")).to_be_visible()


def test_without_a_connection_nothing_is_sent_and_nothing_is_lost(
    sign_in: SignIn, server: str, sunil: User, three: list[Review]
) -> None:
    page = sign_in(sunil)
    page.goto(f"{server}/supervision/reviews/{three[0].pk}/")
    page.get_by_label("Comment").fill("Well held.")
    page.context.set_offline(True)
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_text("No connection: nothing was sent.")).to_be_visible()
    expect(page.get_by_label("Comment")).to_have_value("Well held.")
    assert state_of(three[0]) == ("waiting", "")
    page.context.set_offline(False)
    page.get_by_role("button", name="Approve").click()
    page.wait_for_url(lambda url: str(three[0].pk) not in url)
    assert state_of(three[0]) == ("approved", "Well held.")
