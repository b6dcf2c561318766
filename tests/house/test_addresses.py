"""Junk in an address: the same page or a clear answer, never a fault and never another order."""

import re
from typing import Any

import pytest

from tests.house.tree import PACKAGES, python_files
from tests.house.world import World

ASKED: dict[str, tuple[str, tuple[str, ...]]] = {  # by name: as whom, and its keys
    "sessions:case_list": ("therapist", ("show", "sort", "all")),
    "supervision:dashboard": (
        "supervisor", ("show", "sort", "type", "sign", "stage", "therapist", "all"),
    ),
    "supervision:meeting_list": ("supervisor", ("all",)),
    "supervision:meeting_new": ("supervisor", ("with",)),
    "sessions:case": ("therapist", ("before",)),
    "trends:trends": ("therapist", ("of", "period", "kind")),
    "trends:export": ("therapist", ("of", "period", "kind")),
    "trends:cases": ("therapist", ("figure", "of", "period", "kind")),
    "people:audit_list": (
        "administrator", ("person", "kind", "since", "until", "case", "before"),
    ),
    "people:supervision_list": ("administrator", ("therapist",)),
}  # fmt: skip
JUNK = (
    "therapist__password", "-therapist__email", "?", "id; DROP TABLE people_user", "' OR '1'='1",
    "(SELECT password FROM people_user)", "client__focus__startswith", "../../etc/passwd", "%00",
    "\x00", "9" * 400, "-1", "NaN", "\u202e", "<script>", "a" * 3000, "pk__in", "true",
)  # fmt: skip
ORDERS = ("order_by", "ordering", "o", "therapist__email")  # keys that nothing reads
CLEAR = {200, 404, 422}  # the page; not there; a form that says what is wrong


@pytest.mark.django_db
@pytest.mark.parametrize("name", ASKED)
def test_junk_in_an_address_changes_no_page(world: World, name: str, settings: Any) -> None:
    settings.LIMITS = dict.fromkeys(settings.LIMITS, 10**6)
    who, keys = ASKED[name]
    browser, address = world.browser(who), world.address(name)
    plain = rows(browser.get(address))
    asked: list[dict[str, Any]] = [dict.fromkeys(keys, junk) for junk in JUNK]
    asked += [
        {key: [junk, junk]} for place, key in enumerate(keys) for junk in JUNK[place % 4 :: 4]
    ]
    for query in asked:
        assert browser.get(address, query).status_code in CLEAR, query
    for junk in ("-pk", "therapist__password", "id; DROP TABLE people_user", "\x00"):
        for ordered in (dict.fromkeys(ORDERS, junk), {"sort": junk}):
            assert rows(browser.get(address, ordered)) == plain, ordered


def rows(answer: Any) -> list[str]:
    """The links of a page, in their order: the rows of every list are among them."""
    return re.findall(r'href="(/[\w/-]*[0-9a-f]{12}/)"', answer.content.decode())


def test_every_key_that_is_read_is_tried() -> None:
    read = set()
    for path in python_files(*PACKAGES):
        if "views" in path.parts or path.name == "views.py":
            text = path.read_text(encoding="utf-8")
            read |= set(re.findall(r'request\.GET\.(?:get|getlist)\("(\w+)"', text))
            read |= set(re.findall(r'request\.GET\["(\w+)"\]', text))
    assert read <= {key for _, keys in ASKED.values() for key in keys}
