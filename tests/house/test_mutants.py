"""`make prove`: whatever is taken out of who-may is missed by a test. What survives is printed."""

import os
import subprocess
import sys
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.house.access_table import TABLE
from tests.house.matrix import expected, is_missed, send
from tests.house.mutants import ROOT, Mutant, mutants, watched
from tests.house.states import CONCERNED, wrong_in
from tests.house.world import World, undone

pytestmark = [pytest.mark.django_db, pytest.mark.prove, pytest.mark.timeout(7200)]
Cell = tuple[str, str, str]
ADDRESSES = 12  # tried in a state
MOST = 60  # tries in the running process, before whole files of tests are run
PEOPLE_TESTS = "tests/people/test_"
CASE_TESTS = "tests/sessions_app/test_"
SUPERVISION_TESTS = "tests/supervision/test_"
CHOSEN = {  # the tests that ask about what no address shows, by the beginning of a file's name
    "impasse_tracker/middleware": (
        f"{PEOPLE_TESTS}sign_in.py", f"{PEOPLE_TESTS}second_factor.py", "tests/test_charset.py",
        "tests/test_limits.py",
    ),
    "impasse_tracker/metrics": ("tests/test_metrics.py",),
    "impasse_tracker/rights/": ("tests/rights",),
    "impasses/": (f"{CASE_TESTS}private_findings.py", f"{CASE_TESTS}transfer.py",
                  f"{CASE_TESTS}episode.py", f"{CASE_TESTS}plan.py",
                  f"{CASE_TESTS}case_suggestions.py", "tests/impasses/test_suggestion.py"),
    "people/models/": (f"{PEOPLE_TESTS}permissions.py", f"{PEOPLE_TESTS}emergency.py"),
    "people/emergency": (f"{PEOPLE_TESTS}emergency.py",),
    "people/views/em": (f"{PEOPLE_TESTS}emergency.py", f"{PEOPLE_TESTS}profile.py"),
    "people/": (f"{PEOPLE_TESTS}second_factor.py", f"{PEOPLE_TESTS}invitation.py",
                f"{PEOPLE_TESTS}supervision.py", f"{PEOPLE_TESTS}takeover.py",
                f"{PEOPLE_TESTS}emergency.py"),
    "sessions_app/": (f"{CASE_TESTS}case_list.py", f"{CASE_TESTS}case_find.py",
                      f"{CASE_TESTS}today.py", f"{CASE_TESTS}transfer.py", f"{CASE_TESTS}replay.py",
                      f"{CASE_TESTS}scores.py", f"{CASE_TESTS}plan.py", f"{CASE_TESTS}episode.py",
                      f"{CASE_TESTS}visibility.py"),
    "trends/": ("tests/trends/test_page.py", "tests/trends/test_letters.py",
                "tests/trends/test_summaries.py", "tests/trends/test_against_sql.py"),
    "supervision/": tuple(
        f"{SUPERVISION_TESTS}{name}.py"
        for name in ("after_the_end", "who_may", "stand_in", "group", "meeting", "agenda",
                     "next_meeting", "reviews_access", "reviews", "vignettes", "dashboard")
    ),
}  # fmt: skip
EQUIVALENT: dict[str, str] = {
    "impasse_tracker/middleware.py BodyMiddleware.__call__ without {}": "it is always a mapping",
    "people/emergency_page.py emergency_list without EmergencyAccess.objects.visible_to(user)": (
        "asked of all the organisation, which the second wall bounds, or of one's own case"
    ),
    "supervision/therapist_page.py therapist_page without "
    "Client.objects.supervised_by(user, today)": "the view asks for the supervision first",
}


INSIDERS = ("therapist", "colleague", "supervisor", "former", "administrator", "elsewhere")
STOPPED = ("idle", "overdue", "unproven", "stranger", "from tomorrow")


def cells(names: list[str]) -> Iterator[Cell]:
    """What is tried: some addresses, by those who get in and those who are stopped at the door."""
    for name in names:
        for who in (*INSIDERS, *STOPPED):
            yield from ((name, who, method) for method in ("get", "post"))


def few_of_each(cell: Cell) -> tuple[int, int]:
    """A few of every kind come first; methods that are refused anyhow come last."""
    mixed = zlib.crc32(str(cell).encode())  # so that the first few are of every kind
    return (int(expected(*cell) == 405), mixed)


def test_whatever_is_taken_out_is_missed(world: World) -> None:
    seen = trace(world)
    left = [mutant for mutant in mutants() if not by_an_address(world, mutant, seen)]
    with ThreadPoolExecutor(2) as pool:
        caught = dict(zip(left, pool.map(by_chosen_tests, left), strict=True))
    survivors = {mutant.words: str(mutant) for mutant in left if not caught[mutant]}
    print(f"{len(mutants())} mutants, {len(left)} of them left to the tests of their package")
    assert [survivors[words] for words in survivors if words not in EQUIVALENT] == []
    assert set(EQUIVALENT) <= set(survivors), "what is caught after all"


def by_an_address(world: World, mutant: Mutant, seen: dict[tuple[str, str], list[str]]) -> bool:
    """Whether one of the addresses that come through it answers otherwise."""
    names = seen.get(mutant.place, [])
    tries = sorted(cells(names), key=few_of_each) if names else []
    with mutant.at_work():
        return any(is_missed(world, each) for each in tries[:MOST]) or in_a_state(world, names)


def trace(world: World) -> dict[tuple[str, str], list[str]]:
    """Which addresses come through each place, when one of each role asks."""
    found: dict[tuple[str, str], list[str]] = {}
    for name in sorted(TABLE):
        with watched() as passed:
            for who in ("therapist", "supervisor", "administrator"):
                for method in ("get", "post"):
                    with undone():
                        send(world, name, who, method)
        for place in passed:
            found.setdefault(place, []).append(name)
    assert ("people/models/client.py", "ClientQuerySet.visible_to") in found
    return found


def in_a_state(world: World, names: list[str]) -> bool:
    """Whether a case that was made private or handed over tells the difference."""
    some = set(names[:ADDRESSES])
    for state in ("private", "handed_over") if some else ():
        for who in CONCERNED[state]:
            try:
                if any(True for _ in wrong_in(state, world, who, some)):
                    return True
            except Exception:  # noqa: BLE001
                return True
    return False


def by_chosen_tests(mutant: Mutant) -> bool:
    """Whether the tests of the package find it, in a process of their own."""
    files = next(files for start, files in CHOSEN.items() if mutant.file.startswith(start))
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-n", "0", "--reuse-db", *files]
    command += ["-p", "tests.house.mutant_at_work", "-p", "no:cacheprovider"]
    known = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST")}
    done = subprocess.run(
        command, cwd=ROOT, env=known | {"MUTANT": str(mutant)}, capture_output=True, check=False
    )
    assert done.returncode in (0, 1), done.stdout.decode()[-2000:]
    return done.returncode == 1
