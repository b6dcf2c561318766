"""A missing or weak setting stops the start with a sentence that says what to do."""

import base64
import os
import subprocess
import sys

import pytest

from tests.house.tree import ROOT

STRONG = "abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJKLMNOPQRSTUVWXYZ"
GOOD = {
    "SECRET_KEY": STRONG,
    "FIELD_KEYS": base64.urlsafe_b64encode(bytes(range(32))).decode(),
    "DATABASE_URL": "postgres://impasse_web:hunter2@localhost:1/impasse",
    "REDIS_URL": "redis://localhost:1",
    "ALLOWED_HOSTS": "app.example.org",
}
SHOW = "from django.conf import settings as s; print(repr({}))"


def start(code: str, **changes: str | None) -> subprocess.CompletedProcess[str]:
    """Load the settings in a process of their own; None takes a variable away."""
    wanted = {k: v for k, v in (GOOD | changes).items() if v is not None}
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "impasse_tracker.settings"}
        | wanted,
        capture_output=True,
        text=True,
        check=False,
    )


REFUSALS = {
    "no secret key": ({"SECRET_KEY": None}, "SECRET_KEY is not set. Put 50 or more random"),
    "an empty secret key": ({"SECRET_KEY": "  "}, "SECRET_KEY is not set."),
    "a short secret key": ({"SECRET_KEY": STRONG[:49]}, "SECRET_KEY is too weak. Use 50 or more"),
    "a dull secret key": ({"SECRET_KEY": "ab" * 30}, "SECRET_KEY is too weak."),
    "no encryption key": ({"FIELD_KEYS": None}, "FIELD_KEYS is not set."),
    "no database": ({"DATABASE_URL": None}, "DATABASE_URL is not set. Name the login impasse_web"),
    "no broker": ({"REDIS_URL": None}, "REDIS_URL is not set."),
    "no host": ({"ALLOWED_HOSTS": None}, "ALLOWED_HOSTS is not set. Name the host people type"),
    "a short token": ({"METRICS_TOKEN": "x" * 23}, "METRICS_TOKEN is too short. Use 24 or more"),
    "debugging in production": ({"DEBUG": "true"}, "DEBUG is on outside a laptop."),
}


@pytest.mark.parametrize("case", list(REFUSALS))
def test_it_does_not_start(case: str) -> None:
    changes, sentence = REFUSALS[case]
    done = start("from django.conf import settings; settings.DEBUG", **changes)
    last = done.stderr.strip().splitlines()[-1]
    assert done.returncode != 0
    assert sentence in last
    assert not [value for value in ("hunter2", GOOD["FIELD_KEYS"]) if value in done.stderr]
    weak = (changes.get("SECRET_KEY") or "").strip()
    assert not weak or weak not in done.stderr


@pytest.mark.parametrize("keys", ["x", "AAAA", f"{GOOD['FIELD_KEYS']},short", ","])
def test_a_weak_encryption_key_stops_the_start(keys: str) -> None:
    done = start("import django; django.setup()", FIELD_KEYS=keys)
    assert done.returncode != 0
    assert "FIELD_KEYS" in done.stderr.strip().splitlines()[-1]
    assert "32 bytes" in done.stderr


def test_in_production_everything_is_closed() -> None:
    names = ("DEBUG", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SECURE_SSL_REDIRECT",
             "SESSION_COOKIE_HTTPONLY", "SECURE_HSTS_SECONDS", "SESSION_COOKIE_NAME")  # fmt: skip
    done = start(SHOW.format(f"[getattr(s, name) for name in {names}]"))
    assert done.stderr == ""
    assert done.stdout.strip() == (
        "[False, True, True, True, True, 63072000, '__Host-impasse_session']"
    )


def test_the_deployment_check_has_nothing_to_say() -> None:
    done = start(
        "import django; django.setup(); from django.core.management import call_command; "
        "call_command('check', deploy=True, fail_level='WARNING')"
    )
    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout


def test_no_policy_lets_a_script_or_style_stand_in_a_page() -> None:
    done = start(SHOW.format("s.CONTENT_SECURITY_POLICY"))
    assert "unsafe" not in done.stdout
    assert "'default-src': [\"'none'\"]" in done.stdout


def test_on_a_laptop_plain_http_works_and_debugging_stays_off() -> None:
    done = start(
        SHOW.format("(s.DEBUG, s.SESSION_COOKIE_SECURE, s.SECURE_SSL_REDIRECT, s.ALLOWED_HOSTS)"),
        LOCAL="true", ALLOWED_HOSTS=None,
    )  # fmt: skip
    assert done.stdout.strip() == "(False, False, False, ['localhost', '127.0.0.1'])"


def test_the_web_needs_no_owners_password() -> None:
    done = start(SHOW.format("sorted(s.DATABASES)"))
    assert done.stdout.strip() == "['default']"
