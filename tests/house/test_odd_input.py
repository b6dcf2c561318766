"""Every address, with what nobody means to send: never a traceback."""

from typing import Any
from urllib.parse import urlencode

import pytest

from tests.house.posted import posted
from tests.house.tree import patterns
from tests.house.world import World

ODD = {
    "nothing": "",
    "a nul": "a\x00b",
    "bidi and control": "\u202ea\u2066\x07\x1b[31m",
    "half a pair": "\ud800",
    "a formula": "=1+1",
    "markup": "<img src=x onerror=alert(1)>",
    "a number too long": "9" * 400,
    "very long": "x" * 20_000,
    "the end of time": "9999-12-31",
    "before all time": "0001-01-01",
    "an address that grows": "a@" + "\u0130." * 86 + "com",
    "a host that cannot be": "a@\u200d.com",
    "an hour that is not there": "2027-03-28T01:30",
    "ends of rows": "email\ra@example.test\r\x0bb@example.test",
    "a list": ["a", "b", "a"],
    "not an id": "not-a-uuid",
    "an id of nobody": "01900000-0000-7000-8000-000000000000",
}


@pytest.mark.django_db
@pytest.mark.prove
@pytest.mark.parametrize("kind", ODD)
@pytest.mark.parametrize("name", sorted(patterns()))
def test_odd_input_is_answered(world: World, name: str, kind: str) -> None:
    odd: Any = ODD[kind]
    for who in ("stranger", "therapist", "supervisor", "administrator"):
        address = world.address(name)
        known = posted(name, world)
        fields = [*known, "code_name", "name", "case", "kind", "since", "person", "code", "next"]
        fields += ["credential", "email", "text", "before", "therapist", "show", "sign", "stage"]
        if kind != "half a pair":  # an address cannot hold it
            query = dict.fromkeys(fields, odd)
            assert world.browser(who).get(address, query).status_code < 500, who
        assert _post(world, who, address, dict.fromkeys(fields, odd)) < 500, who
        for field in known:
            assert _post(world, who, address, known | {field: odd}) < 500, (who, field)


def _post(world: World, who: str, address: str, sent: dict[str, Any]) -> int:
    """The status; half a pair is sent as it is, which no browser does."""
    body = urlencode(sent, doseq=True, errors="surrogatepass")
    kind = "application/x-www-form-urlencoded"
    return int(world.browser(who).post(address, body, content_type=kind).status_code)
