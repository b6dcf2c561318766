"""Questionnaires that may be answered question by question, from `knowledge/questions.toml`."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FILE = Path(__file__).parent / "knowledge" / "questions.toml"


@dataclass(frozen=True, slots=True)
class Questionnaire:
    """The wording of one instrument. An answer is its place in `answers`, from 0 on.

    `safety` is the number, from 1 on, of the question about being hurt or dead; 0 without one.
    """

    instrument: str
    stem: str
    answers: tuple[str, ...]
    questions: tuple[str, ...]
    source: str
    safety: int = 0

    def asks_for_safety_check(self, items: Sequence[int]) -> bool:
        """Whether the answers, one a question, call for a talk about safety."""
        return bool(self.safety) and items[self.safety - 1] > 0


@cache
def questionnaires() -> Mapping[str, Questionnaire]:
    """The questionnaires by instrument, in the order of the file."""
    tables = tomllib.loads(FILE.read_text(encoding="utf-8"))["questionnaire"]
    found = (
        Questionnaire(
            **table | {"answers": tuple(table["answers"]), "questions": tuple(table["questions"])}
        )
        for table in tables
    )
    return {each.instrument: each for each in found}


def asks_for_safety_check(instrument: str, items: Sequence[int]) -> bool:
    """Whether these answers call for a talk about safety; a total alone never says."""
    known = questionnaires().get(instrument)
    return bool(known and items and known.asks_for_safety_check(items))
