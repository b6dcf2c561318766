"""A run of pytest in which one mutant is at work: `MUTANT` says which, `-p` loads this."""

import os

from tests.house.mutants import mutants


def pytest_collection_finish() -> None:
    """Everything is imported by now, so each function that is meant is found."""
    wanted = os.environ["MUTANT"]
    mutant = next(each for each in mutants() if str(each) == wanted)
    mutant.at_work().__enter__()
