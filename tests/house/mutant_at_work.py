"""A run of pytest in which one mutant is at work: `MUTANT` says which, `-p` loads this."""

import os
from contextlib import ExitStack

from tests.house.mutants import mutants

at_work = ExitStack()  # kept: a context that nobody holds is closed at once


def pytest_collection_finish() -> None:
    """Everything is imported by now, so each function that is meant is found."""
    wanted = os.environ["MUTANT"]
    at_work.enter_context(next(each for each in mutants() if str(each) == wanted).at_work())
