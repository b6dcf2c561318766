"""The facts of many cases as JSON, for programs outside: schema 1, refused with the faulty path.

{"schema": 1, "cases": [{"id": "...", "sessions": [{"on": "2026-01-05", "attendance": ...}]}]}
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, cast

from impasses import casefile
from impasses.casefile import BrokenCaseFile
from impasses.catalogue import catalogue
from impasses.facts import CaseFacts
from impasses.measures import DEFAULT_PROFILE, profiles
from impasses.rule_settings import Adjustment, OutOfBounds, adjusted
from impasses.rules import Rule

VERSION = 1
NamedCase = tuple[str, CaseFacts]


@cache
def schema() -> Mapping[str, Any]:
    """The JSON schema of a facts file: cases as in a case file, each with an id."""
    case = copy.deepcopy(dict(casefile.schema()))
    definitions = case.pop("$defs")
    definitions["session"]["required"] = ["on", "attendance"]
    case["required"] = ["id", "sessions"]
    case["properties"]["id"] = {"type": "string", "description": "a text that names the case"}
    return {
        "$schema": case.pop("$schema"),
        "title": "Cases, as `manage.py assess_facts` reads them",
        "description": "an object with `schema` and a list of cases",
        "type": "object",
        "additionalProperties": False,
        "required": ["schema", "cases"],
        "properties": {
            "schema": {"const": VERSION, "description": f"the number {VERSION}"},
            "cases": {"type": "array", "items": case, "description": "a list of cases"},
        },
        "$defs": definitions,
    }


SETTINGS: Mapping[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "description": "an object with `profile` or `rules`",
    "properties": {
        "profile": {"type": "string", "description": "the id of a score profile"},
        "rules": {
            "type": "object",
            "description": 'an object such as {"R1": {"on": false}}',
            "additionalProperties": {
                "type": "object",
                "additionalProperties": False,
                "description": "an object with `on`, `thresholds` or `version`",
                "properties": {
                    "on": {"type": "boolean", "description": "true or false"},
                    "version": {"type": "integer", "minimum": 1, "description": "1 or more"},
                    "thresholds": {
                        "type": "object",
                        "description": 'an object such as {"1.at_least": 3}',
                        "additionalProperties": {
                            "type": "integer",
                            "description": "a whole number",
                        },
                    },
                },
            },
        },
    },
}


def load_cases(path: Path) -> list[NamedCase]:
    """The cases of a file with their ids. Raises BrokenCaseFile."""
    return read_cases(casefile.read_text(path))


def read_cases(text: str) -> list[NamedCase]:
    """The cases of this JSON with their ids. Raises BrokenCaseFile."""
    content = _checked(casefile.parsed(text), schema())
    for number, case in enumerate(content["cases"]):
        _check_totals(f"cases[{number}]", case)
    return [(case["id"], casefile.facts_of(case)) for case in content["cases"]]


def load_settings(path: Path, rules: tuple[Rule, ...]) -> tuple[tuple[Rule, ...], str]:
    """The rules as the file wants them, and its score profile. Raises BrokenCaseFile."""
    content = _checked(casefile.parsed(casefile.read_text(path)), SETTINGS)
    profile = content.get("profile", DEFAULT_PROFILE)
    if profile not in profiles():
        raise BrokenCaseFile(f"profile: {profile!r} is not known; write {_or(profiles())}.")
    versions = {rule.id: rule.version for rule in rules}
    settings = [
        Adjustment(
            rule=rule,
            version=setting.get("version", versions.get(rule, 0) + 1),
            is_on=setting.get("on", True),
            thresholds=setting.get("thresholds", {}),
        )
        for rule, setting in content.get("rules", {}).items()
    ]
    try:
        return adjusted(rules, settings), profile
    except OutOfBounds as error:
        inside = f".thresholds.{error.name}" if error.name != "rule" else ""
        raise BrokenCaseFile(f"rules.{error.rule}{inside}: {error.sentence}") from error


def with_profile(cases: Iterable[NamedCase], profile: str) -> list[NamedCase]:
    """The cases, their scores judged by another profile."""
    return [(id_, replace(facts, profile=profile)) for id_, facts in cases]


def _checked(content: Any, wanted: Mapping[str, Any]) -> Mapping[str, Any]:
    fault = casefile.first_fault(content, casefile.validator_of(wanted))
    if fault:
        raise BrokenCaseFile(f"{_path(fault.path)}: {_what(fault)}")
    return cast(Mapping[str, Any], content)


def _what(fault: casefile.Fault) -> str:
    if fault.known:
        return f"not known here; known are {_or(fault.known)}."
    return f"cannot be {fault.shown}; write {fault.wanted}." if fault.shown else "missing."


def _check_totals(path: str, case: Mapping[str, Any]) -> None:
    for number, score in enumerate(case.get("scores", ())):
        instrument = catalogue()[score["instrument"]]
        if not instrument.minimum <= score["total"] <= instrument.maximum:
            raise BrokenCaseFile(
                f"{path}.scores[{number}].total: cannot be {casefile.short(str(score['total']))}; "
                f"{instrument.id} runs from {instrument.minimum} to {instrument.maximum}."
            )


def _path(steps: Iterable[str | int]) -> str:
    """Such as cases[0].sessions[2].tags[1].id."""
    path = ""
    for step in steps:
        if isinstance(step, int):
            path += f"[{step}]"
        else:
            path += f".{casefile.short(step)}" if path else casefile.short(step)
    return path or "the file"


def _or(words: Iterable[str]) -> str:
    return ", ".join(words)
