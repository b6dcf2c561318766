"""A case as JSON text, read into facts; whatever is wrong is said in one sentence.

The shape is `knowledge/case.schema.json`. Sessions are numbered from 1 in the order they happened.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
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


def read_day(option: str, text: str) -> date:
    """A day that was given as an option of a command. Raises BrokenCaseFile."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise BrokenCaseFile(
            f"{option} cannot be {text!r}; write a date such as 2026-03-24."
        ) from error


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
    fault = first_fault(case, validator_of(schema()))
    if fault:
        raise BrokenCaseFile(_sentence(fault, case))
    for number, score in enumerate(case.get("scores", ()), 1):
        _check_range(number, score)
    return cast(Mapping[str, Any], case)


@cache
def schema() -> Mapping[str, Any]:
    """The JSON schema of a case file."""
    loaded: Mapping[str, Any] = json.loads(SCHEMA.read_text(encoding="utf-8"))
    return loaded


def validator_of(wanted: Mapping[str, Any]) -> Draft202012Validator:
    """What holds content against a schema, days included."""
    return Draft202012Validator(wanted, format_checker=Draft202012Validator.FORMAT_CHECKER)


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


def _where_in_file(error: ValidationError) -> list[tuple[int, str]]:
    """Errors in the order a person reads the file, numbers by size."""
    return [(step, "") if isinstance(step, int) else (0, step) for step in error.absolute_path]


@dataclass(frozen=True)
class Fault:
    """What is wrong, and where. `path` ends with the key that is unknown or missing.

    `shown` is what stands there, and empty where nothing does; `known` are the keys that may
    stand there instead of an unknown one, `wanted` describes what to write.
    """

    path: tuple[str | int, ...]
    shown: str = ""
    known: tuple[str, ...] = ()
    wanted: str = ""


def first_fault(content: Any, validator: Draft202012Validator) -> Fault | None:
    """The first mistake in the order a person reads the file."""
    error = next(iter(sorted(validator.iter_errors(content), key=_where_in_file)), None)
    return _fault(error) if error else None


def _fault(error: ValidationError) -> Fault:
    path = tuple(error.absolute_path)
    part: Any = error.schema
    value: Any = error.instance
    wants: Any = error.validator_value
    if error.validator == "additionalProperties":
        known = part["properties"]
        return Fault((*path, next(key for key in value if key not in known)), known=tuple(known))
    if error.validator == "required":
        key = next(key for key in wants if key not in value)
        return Fault((*path, key), wanted=_described(part["properties"][key]))
    return Fault(path, shown=short(_as_json(value)), wanted=part["description"])


def _sentence(fault: Fault, case: Any) -> str:
    *place, last = fault.path or (None,)
    if not isinstance(last, str):
        where = _place(fault.path, case)
        return f"{where}this cannot be {fault.shown}; write {fault.wanted}."
    where = f"{_place(place, case)}`{short(last)}`"
    if fault.known:
        return f"{where} is not known; write {_or(fault.known)}."
    if fault.shown:
        return f"{where} cannot be {fault.shown}; write {fault.wanted}."
    return f"{where} is missing; write {fault.wanted}."


def _place(path: Sequence[Any], case: Any) -> str:
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


def _as_json(value: Any) -> str:
    """What stood in the file."""
    return json.dumps(value, ensure_ascii=False, default=str)


def short(text: str) -> str:
    """One line, so that a sentence stays a sentence."""
    plain = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return plain if len(plain) <= 40 else f"{plain[:37]}..."


def _or(words: Iterable[str]) -> str:
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
