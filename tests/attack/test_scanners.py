"""wapiti and sqlmap against the running pages, as everybody: nothing is found but the canary.

The same run must find the canary, behind the sign-in for those who are signed in; else it is void.
"""

import csv
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.test import Client as Browser

from tests.attack.tools import python_tool
from tests.house.tree import ROOT
from tests.house.world import World, build
from tests.test_settings import start

WHO = ("stranger", "therapist", "supervisor", "administrator")
MODULES = "xss,permanentxss,sql,crlf,redirect,file,exec"
# What would end the sign-in that the attack is made with.
LEAVE = ("accounts/logout/*", "profile/sign-ins/*", "*/close/*", "*/sign-out/*", "*/factors/*")
GRAVE = 2  # wapiti: 1 low, 2 medium, 3 high, 4 critical
CASES = (
    "/clients/?show=a&sort=b&all=1",
    "/trends/?of=me&period=a&kind=b",
    "/trends/cases/?figure=a",
)
ASKED: dict[str, tuple[str, ...]] = {
    "stranger": ("/accounts/login/?next=a",),
    "therapist": (*CASES, "{case}?before=a"),
    "supervisor": (*CASES, "/supervision/?show=a&sort=b&sign=c&stage=d&all=1&therapist=e",
                   "/supervision/meetings/new/?with=a"),
    "administrator": ("/audit/?person=a&kind=b&since=c&until=d&case=e&before=f",
                      "/people/supervision/?therapist=a"),
}  # fmt: skip
SENT: dict[str, dict[str, str]] = {
    "stranger": {"/accounts/login/": "login=a&password=b"},
    "therapist": {"/clients/find/": "code_name=a", "/library/find/": "q=a"},
    "supervisor": {},
    "administrator": {"/people/find/": "name=a", "/audit/find/": "code_name=a&kind=b"},
}
TOKEN = "a" * 32


@pytest.fixture
def attacked(live_server: Any, transactional_db: None, settings: Any) -> tuple[str, World]:
    """The running pages with the canary among them, and everybody's sign-ins."""
    settings.ROOT_URLCONF = "tests.attack.canary"
    settings.LIMITS = dict.fromkeys(settings.LIMITS, 10**9)
    settings.ACCOUNT_RATE_LIMITS = {"login_failed": "1000000/m/ip"}
    return str(live_server.url), build()


def cookies(world: World, who: str) -> str:
    """What a browser of theirs would send."""
    kept = {settings.CSRF_COOKIE_NAME: TOKEN}
    if who != "stranger":
        kept[settings.SESSION_COOKIE_NAME] = world.cookies[who]
    return "; ".join(f"{name}={value}" for name, value in kept.items())


def canary(who: str) -> str:
    return "/canary/open/" if who == "stranger" else "/canary/inside/"


def run(words: list[Any], seconds: int) -> str:
    done = subprocess.run(
        list(map(str, words)), capture_output=True, text=True, check=False, timeout=seconds,
        stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert done.returncode == 0, (done.stdout + done.stderr)[-3000:]
    return done.stdout


@pytest.mark.prove
@pytest.mark.timeout(900)
@pytest.mark.parametrize("who", WHO)
def test_wapiti_finds_the_canary_alone(
    attacked: tuple[str, World], who: str, tmp_path: Path
) -> None:
    here, world = attacked
    report = tmp_path / "wapiti.json"
    words = [
        python_tool("wapiti3", "wapiti"),
        "-u",
        f"{here}/",
        "-H",
        f"Cookie: {cookies(world, who)}",
    ]
    words += ["-s", f"{here}{canary(who)}said/?said=a", "-s", f"{here}/accounts/login/"]
    for path in LEAVE:
        words += ["-x", f"{here}/{path}"]
    words += ["-m", MODULES, "--scope", "folder", "-d", "3", "--max-links-per-page", "25"]
    words += [
        "--max-scan-time",
        "240",
        "--max-attack-time",
        "60",
        "--tasks",
        "4",
        "--flush-session",
    ]
    words += ["--store-session", tmp_path, "-f", "json", "-o", report, "--no-bugreport", "-v", "0"]
    run(words, 800)
    said = json.loads(report.read_text())
    found = [
        (kind, each["level"], each["method"], each["path"], each["info"])
        for group in ("vulnerabilities", "anomalies")
        for kind, all_ in said[group].items()
        for each in all_
    ]
    print(who, said["infos"].get("crawled_pages_nbr"), found)
    assert any(path.startswith(canary(who)) for kind, _, _, path, _ in found if "Scripting" in kind)
    grave = [each for each in found if each[1] >= GRAVE or "Error" in each[0]]
    assert [each for each in grave if not each[3].startswith("/canary/")] == []


@pytest.mark.prove
@pytest.mark.timeout(900)
@pytest.mark.parametrize("who", WHO)
def test_sqlmap_finds_the_canary_alone(
    attacked: tuple[str, World], who: str, tmp_path: Path
) -> None:
    here, world = attacked
    case = world.address("sessions:case")
    asked = [path.format(case=case) for path in ASKED[who]] + [f"{canary(who)}found/?word=heron"]
    listed = tmp_path / "asked.txt"
    listed.write_text("\n".join(f"{here}{path}" for path in asked) + "\n")
    found = sqlmap(tmp_path / "asked", ["-m", listed], cookies(world, who))
    for number, (path, body) in enumerate(SENT[who].items()):
        token = f"csrfmiddlewaretoken={TOKEN}"
        words = ["-u", f"{here}{path}", "--data", f"{body}&{token}", "--skip=csrfmiddlewaretoken"]
        found += sqlmap(tmp_path / str(number), words, cookies(world, who))
    print(who, found)
    assert any(canary(who) in url for url, _ in found)
    assert [each for each in found if "/canary/" not in each[0]] == []


def sqlmap(folder: Path, words: list[Any], cookie: str) -> list[tuple[str, str]]:
    """Every address and parameter that sqlmap could use."""
    ours: list[Any] = [python_tool("sqlmap", "sqlmap"), *words, "--cookie", cookie]
    ours += ["--batch", "--level=1", "--risk=1", "--technique=BEU", "--dbms=PostgreSQL"]
    ours += ["--threads=2", "--timeout=30", "--retries=1", "--ignore-code=*", "--disable-coloring"]
    ours += ["--output-dir", folder, "--results-file", folder.with_suffix(".csv")]
    said = run(ours, 800)
    found = [(folder.name, line.strip()) for line in said.splitlines() if "Parameter: " in line]
    results = folder.with_suffix(".csv")
    if results.exists():
        with results.open() as rows:
            found = [(row[0], row[2]) for row in list(csv.reader(rows))[1:] if row[3]]
    return found


# --- the canary itself ------------------------------------------------------------------------


def test_the_canary_is_broken(db: None, settings: Any) -> None:
    settings.ROOT_URLCONF = "tests.attack.canary"
    answer = Browser().get("/canary/open/said/", {"said": "<b>"})
    assert "<b>" in answer.content.decode()
    answer = Browser().get("/canary/open/found/", {"word": "' OR '1'='1"})
    assert "wren" in answer.content.decode()
    assert Browser().get("/canary/inside/said/").status_code == 302


def test_no_production_can_have_it() -> None:
    """Its file does not load there, no settings of ours name it, and no image holds it."""
    done = start("import django; django.setup(); import tests.attack.canary")
    assert ImproperlyConfigured.__name__ in done.stderr
    assert "never for people" in done.stderr
    done = start("from django.conf import settings; print(settings.ROOT_URLCONF)")
    assert done.stdout.strip() == "impasse_tracker.urls"
    assert "tests" in (ROOT / ".dockerignore").read_text().split()
