"""A thousand guesses: none gets in, known and unknown accounts look the same, and cost the same."""

import datetime as dt
from collections import Counter
from typing import Any

import pytest
import time_machine
from django.contrib.auth.hashers import MD5PasswordHasher
from django.test import Client as Browser
from django.utils import timezone

from audit.models import AuditEvent
from people.models import Organisation, User
from tests.conftest import PASSWORD, person
from tests.people.test_sign_in import body, is_in, sign_in

GUESSES = 1000


@pytest.mark.prove
@pytest.mark.timeout(900)
def test_a_thousand_guesses(
    clinic: Organisation, inside: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From 20 addresses, on 5 accounts that exist and 5 that do not, over two hours."""
    people = [person(clinic, f"Person{number}", "therapist") for number in range(5)]
    nobody = [f"nobody{number}@example.test" for number in range(5)]
    emails = [*(row.email for row in people), *nobody]
    hashes = Counter[str]()
    plain = MD5PasswordHasher.encode

    def counted(self: MD5PasswordHasher, password: str, salt: str) -> str:
        hashes["made"] += 1
        return plain(self, password, salt)

    monkeypatch.setattr(MD5PasswordHasher, "encode", counted)
    bodies: dict[str, set[str]] = {"known": set(), "unknown": set()}
    costs: dict[str, set[int]] = {"known": set(), "unknown": set()}
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for number in range(GUESSES):
            email = emails[number % len(emails)]
            kind = "unknown" if email in nobody else "known"
            browser = Browser(REMOTE_ADDR=f"198.51.100.{number % 20}")
            before = hashes["made"]
            answer = sign_in(browser, email, f"a likely guess {number}")
            assert answer.status_code in {200, 429}
            assert not is_in(browser)
            if answer.status_code == 200:
                bodies[kind].add(body(answer, email))
                costs[kind].add(hashes["made"] - before)
            clock.shift(dt.timedelta(seconds=7))
        assert bodies["known"] == bodies["unknown"]
        assert len(bodies["known"]) == 2, "wrong, and too many"
        assert costs["known"] == costs["unknown"] == {1}, "locked or not"
        refused = sign_in(Browser(REMOTE_ADDR="203.0.113.9"), people[0].email, PASSWORD)
        assert "Too many tries" in refused.content.decode(), "locked, whoever asks"
        clock.shift(dt.timedelta(minutes=16))
        owner = Browser(REMOTE_ADDR="203.0.113.9")
        sign_in(owner, people[0].email, PASSWORD)
        assert is_in(owner)
    said: Any = AuditEvent.objects.filter(kind="sign-in refused").values_list("actor_label")
    assert said.count() >= GUESSES // 2 * 0.9
    assert User.objects.count() == 5
