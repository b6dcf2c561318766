"""A case as JSON text, read into facts; whatever is wrong is said in one sentence.

The shape is `knowledge/case.schema.json`. Sessions are numbered from 1 in the order they happened.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, NoReturn, cast

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from impasses.catalogue import catalogue
from impasses.facts import (
    DEFAULT_INTENSITY,
    CaseFacts,
    Dismissal,
    Score,
    SessionFacts,
    TagFact,
    Trial,
)

SCHEMA = Path(__file__).parent / "knowledge" / "case.schema.json"
SINGULAR = {
    "sessions": "session",
    "scores": "score",
    "trials": "trial",
    "dismissed": "dismissal",
    "baseline": "baseline entry",
    "tags": "tag",
    "features": "feature",
}
FLAGS = ("goals_reviewed", "ambivalence", "movement", "context", "safety", "safety_checked")


class BrokenCaseFile(Exception):
    """The case cannot be read. The message is one sentence: where, what, and what to write."""


def load_case(path: Path) -> CaseFacts:
    """The case in this file. Raises BrokenCaseFile."""
    return read_case(read_text(path))


def read_text(path: Path) -> str:
    """What the file holds. Raises BrokenCaseFile."""
    try:
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise BrokenCaseFile(f"{path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise BrokenCaseFile(
            f"{path} is not UTF-8 from byte {error.start + 1} on; save it as UTF-8."
        ) from error


def read_case(text: str) -> CaseFacts:
    """The case in this JSON. Raises BrokenCaseFile."""
    return facts_of(_checked(parsed(text)))


def _checked(case: Any) -> Mapping[str, Any]:
    error = next(iter(sorted(_validator().iter_errors(case), key=where_in_file)), None)
    if error:
        raise BrokenCaseFile(_sentence(error, case))
    for number, score in enumerate(case.get("scores", ()), 1):
        _check_range(number, score)
    return cast(Mapping[str, Any], case)


@cache
def schema() -> Mapping[str, Any]:
    """The JSON schema of a case file."""
    loaded: Mapping[str, Any] = json.loads(SCHEMA.read_text(encoding="utf-8"))
    return loaded


@cache
def _validator() -> Draft202012Validator:
    return Draft202012Validator(schema(), format_checker=Draft202012Validator.FORMAT_CHECKER)


def parsed(text: str) -> Any:
    """The JSON with exact numbers. Raises BrokenCaseFile."""
    try:
        return json.loads(
            text, parse_float=Decimal, parse_constant=_refuse_constant, object_pairs_hook=_object
        )
    except json.JSONDecodeError as error:
        raise BrokenCaseFile(
            f"Line {error.lineno}, column {error.colno}: this is not JSON ({error.msg})."
        ) from error
    except RecursionError as error:
        raise BrokenCaseFile("The case is nested too deeply; write it flat.") from error
    except (ValueError, ArithmeticError) as error:
        raise BrokenCaseFile("A number has too many digits; write it shorter.") from error


def _refuse_constant(word: str) -> NoReturn:
    raise BrokenCaseFile(f"{word} is no number; write a number, or leave the score out.")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise BrokenCaseFile(f"`{short(key)}` stands twice in one object; keep one of them.")
        found[key] = value
    return found


def where_in_file(error: ValidationError) -> list[tuple[int, str]]:
    """Errors in the order a person reads the file, numbers by size."""
    return [(step, "") if isinstance(step, int) else (0, step) for step in error.absolute_path]


def _sentence(error: ValidationError, case: Any) -> str:
    path = list(error.absolute_path)
    part: Any = error.schema
    value: Any = error.instance
    wants: Any = error.validator_value
    if error.validator == "additionalProperties":
        known = part["properties"]
        key = next(key for key in value if key not in known)
        return f"{_place(path, case)}`{short(key)}` is not known; write {_or(known)}."
    if error.validator == "required":
        key = next(key for key in wants if key not in value)
        wanted = _described(part["properties"][key])
        return f"{_place(path, case)}`{key}` is missing; write {wanted}."
    shown = short(as_json(value))
    wanted = part["description"]
    if path and isinstance(path[-1], str):
        return f"{_place(path[:-1], case)}`{path[-1]}` cannot be {shown}; write {wanted}."
    return f"{_place(path, case)}this cannot be {shown}; write {wanted}."


def _place(path: Sequence[str | int], case: Any) -> str:
    """Such as "Session 3 (2026-03-24), tag 1: "."""
    words: list[str] = []
    for name, number in pairwise(path):
        if isinstance(name, str) and isinstance(number, int):
            words.append(f"{SINGULAR[name]} {number + 1}")
            day = case["sessions"][number] if name == "sessions" else None
            if isinstance(day, dict) and isinstance(day.get("on"), str):
                words[-1] += f" ({short(day['on'])})"
    place = ", ".join(words) or "the case"
    return f"{place[0].upper()}{place[1:]}: "


def _described(part: Mapping[str, Any]) -> str:
    while "$ref" in part:
        part = schema()["$defs"][part["$ref"].rpartition("/")[2]]
    return str(part["description"])


def as_json(value: Any) -> str:
    """What stood in the file."""
    return json.dumps(value, ensure_ascii=False, default=str)


def short(text: str) -> str:
    """One line, so that a sentence stays a sentence."""
    plain = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return plain if len(plain) <= 40 else f"{plain[:37]}..."


def _or(words: Mapping[str, Any]) -> str:
    *most, last = words
    return f"{', '.join(most)} or {last}" if most else last


def _check_range(number: int, score: Mapping[str, Any]) -> None:
    instrument = catalogue()[score["instrument"]]
    if not instrument.minimum <= score["total"] <= instrument.maximum:
        raise BrokenCaseFile(
            f"Score {number} ({score['on']}): `total` cannot be {short(str(score['total']))}; "
            f"{score['instrument']} runs from {instrument.minimum} to {instrument.maximum}."
        )


def facts_of(case: Mapping[str, Any]) -> CaseFacts:
    """The facts of a case that was checked: without drafts, numbered in the order of their days."""
    written = [session for session in case["sessions"] if not session.get("draft")]
    sessions = sorted(written, key=lambda session: str(session["on"]))
    scores = sorted(case.get("scores", ()), key=lambda score: str(score["on"]))
    episode = case.get("episode_from")
    return CaseFacts(
        sessions=tuple(_session(number, s) for number, s in enumerate(sessions, 1)),
        scores=tuple(
            Score(s["instrument"], date.fromisoformat(s["on"]), Decimal(s["total"]), str(number))
            for number, s in enumerate(scores, 1)
        ),
        trials=tuple(
            Trial(t["strategy"], date.fromisoformat(t["on"]), t["outcome"])
            for t in case.get("trials", ())
        ),
        dismissed=tuple(
            Dismissal(d["rule"], date.fromisoformat(d["on"]), d["reason"])
            for d in case.get("dismissed", ())
        ),
        baseline=tuple(case.get("baseline", ())),
        episode_from=date.fromisoformat(episode) if episode else None,
    )


def _session(number: int, session: Mapping[str, Any]) -> SessionFacts:
    return SessionFacts(
        id=str(number),
        on=date.fromisoformat(session["on"]),
        attendance=session.get("attendance", "attended"),
        tags=tuple(_tick(tag) for tag in session.get("tags", ())),
        features=tuple(_tick(feature) for feature in session.get("features", ())),
        repair=session.get("repair"),
        task=session.get("task"),
        theme=session.get("theme") or None,
        **{flag: session.get(flag, False) for flag in FLAGS},
    )


def _tick(tick: str | Mapping[str, Any]) -> TagFact:
    if isinstance(tick, str):
        return TagFact(tick)
    intensity = int(tick.get("intensity", DEFAULT_INTENSITY))
    return TagFact(tick["id"], intensity, tick.get("as", ""))
