"""What every answer says to the browser, at every address, with the settings of a hospital."""

import ast
from functools import cache
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.test import Client as Browser
from django.test.client import ClientHandler

from people.limits import EXPORT
from tests.house import world as house
from tests.house.posted import posted
from tests.house.tree import patterns
from tests.house.world import World
from tests.test_settings import SHOW, start

NAMES = (
    "SESSION_COOKIE_NAME", "SESSION_COOKIE_SECURE", "SESSION_COOKIE_HTTPONLY",
    "SESSION_COOKIE_SAMESITE", "CSRF_COOKIE_NAME", "CSRF_COOKIE_SECURE", "CSRF_COOKIE_HTTPONLY",
    "CSRF_COOKIE_SAMESITE", "SESSION_COOKIE_DOMAIN", "SESSION_COOKIE_PATH", "CSRF_COOKIE_DOMAIN",
    "CSRF_COOKIE_PATH", "SESSION_EXPIRE_AT_BROWSER_CLOSE", "SECURE_HSTS_SECONDS",
    "SECURE_HSTS_INCLUDE_SUBDOMAINS",
    "SECURE_HSTS_PRELOAD", "SECURE_SSL_REDIRECT", "SECURE_CONTENT_TYPE_NOSNIFF",
    "SECURE_REFERRER_POLICY", "SECURE_CROSS_ORIGIN_OPENER_POLICY", "X_FRAME_OPTIONS",
)  # fmt: skip
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Strict-Transport-Security": "max-age=63072000; includeSubDomains; preload",
}
CSP, SELF = "Content-Security-Policy", "'self'"
WAYS = (("stranger", "get"), ("therapist", "get"), ("administrator", "post"))


@cache
def as_in_production() -> dict[str, Any]:
    """The settings of the browser's side, as a process without LOCAL has them."""
    done = start(SHOW.format(f"{{name: getattr(s, name) for name in {NAMES}}}"))
    found: dict[str, Any] = ast.literal_eval(done.stdout)
    return found


@pytest.fixture
def production(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Middleware reads its settings when it is loaded: everybody's browser loads it anew."""
    for name, value in as_in_production().items():
        setattr(settings, name, value)
    monkeypatch.setattr(house, "HANDLER", ClientHandler(enforce_csrf_checks=False))


def faults_of(answer: Any) -> list[str]:
    """What is missing or wrong in the headers and cookies of one answer."""
    faults = [name for name, value in ALWAYS.items() if answer.get(name) != value]
    if not answer.wsgi_request.is_secure():
        faults.remove("Strict-Transport-Security")  # browsers heed it over TLS alone (RFC 6797)
    policy = {part.split()[0]: part.split()[1:] for part in answer[CSP].split(";")}
    wrong = {name for name in ("default-src", "frame-ancestors", "base-uri", "object-src")
             if policy[name] != ["'none'"]}  # fmt: skip
    wrong |= {name for name in ("script-src", "style-src", "form-action") if policy[name] != [SELF]}
    faults += sorted(wrong)
    if "camera=()" not in answer["Permissions-Policy"]:
        faults.append("Permissions-Policy")
    if "Server" in answer or "X-Powered-By" in answer or "Access-Control-Allow-Origin" in answer:
        faults.append("says too much")
    kind = answer.get("Content-Type", "")
    if kind.startswith("text/") and "charset=" not in kind:
        faults.append(kind)
    for name, cookie in answer.cookies.items():
        hidden = cookie["httponly"] or not cookie.value  # Django takes a cookie away without it
        whole = cookie["secure"] and hidden and cookie["samesite"] == "Lax"
        if not (name.startswith("__Host-") and whole and cookie["path"] == "/"):
            faults.append(str(cookie))
        if cookie["domain"] or (cookie["expires"] and cookie.value and "session" in name):
            faults.append(str(cookie))
    return faults


@pytest.mark.django_db
@pytest.mark.usefixtures("production")
@pytest.mark.parametrize("name", sorted(patterns()))
def test_every_answer_is_guarded_and_kept_nowhere(world: World, name: str) -> None:
    for who, method in WAYS:
        data = posted(name, world) if method == "post" else {}
        answer = getattr(world.browser(who), method)(world.address(name), data, secure=True)
        assert faults_of(answer) == [], (who, method)
        assert "no-store" in answer["Cache-Control"], (who, method)
        if "Content-Disposition" in answer:
            view = patterns()[name][0].callback
            assert getattr(view, "limit", "") == EXPORT, "a file that is carried away"
            assert answer["Content-Disposition"].startswith('attachment; filename="')


@pytest.mark.django_db
@pytest.mark.usefixtures("production")
@pytest.mark.parametrize(
    ("ask", "status"),
    [
        (lambda b: b.get("/nowhere/", secure=True), 404),
        (lambda b: b.get("/nowhere/"), 301),
        (lambda b: b.generic("POST", "/", b"x", "text/plain; charset=utf-7", secure=True), 400),
        (lambda b: b.post("/", {}, CONTENT_LENGTH="9000000", secure=True), 413),
        (lambda b: b.get("/readyz", secure=True), 200),
        (lambda b: b.get("/people/", secure=True), 302),
    ],
)
def test_a_refusal_is_guarded_as_well(ask: Any, status: int) -> None:
    answer = ask(Browser(raise_request_exception=False))
    assert answer.status_code == status
    assert faults_of(answer) == []
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.django_db
@pytest.mark.usefixtures("production")
def test_a_page_that_breaks_is_guarded_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("impasse_tracker.health.missing_migrations", lambda: 1 / 0)
    answer = Browser(raise_request_exception=False).get("/readyz", secure=True)
    assert answer.status_code == 500
    assert faults_of(answer) == []
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.django_db
@pytest.mark.usefixtures("production")
@pytest.mark.parametrize("file", ["css/look.css", "js/shell.js", "favicon.svg"])
def test_a_file_is_guarded_as_well(settings: Any, file: str) -> None:
    settings.WHITENOISE_USE_FINDERS = True
    settings.WHITENOISE_AUTOREFRESH = True
    assert finders.find(file)
    answer = Browser().get(f"/static/{file}", secure=True)
    answer.close()
    assert answer.status_code == 200
    assert faults_of(answer) == []
    assert "no-store" not in answer["Cache-Control"], "the same for everybody, and kept"
    assert not answer.cookies


@pytest.mark.django_db
def test_signing_out_asks_the_browser_to_forget(world: World) -> None:
    answer = world.browser("therapist").post("/accounts/logout/")
    assert answer["Clear-Site-Data"] == '"cache", "storage"'
