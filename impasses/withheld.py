"""What of a case is kept from others, and a trace without it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Withheld:
    """What of a case others may not know of, and what counts for them and is never linked.

    Both are pairs of session and tick; a trial has no session and is named by its note.
    """

    private: frozenset[tuple[str, str]]
    counted: frozenset[tuple[str, str]]


def told_by(trace: Mapping[str, Any]) -> frozenset[tuple[str, str]]:
    """The pairs of session and tick that a trace gives away, also in what it does not rest on."""
    ticks = {
        (e["session"], tag)
        for fact in trace["facts"]
        for e in fact["evidence"]
        for tag in e["tags"]
    }
    return frozenset(ticks | {("", note) for fact in trace["facts"] for note in fact["notes"]})


def without_links(
    trace: Mapping[str, Any], counted: frozenset[tuple[str, str]]
) -> Mapping[str, Any]:
    """A shared trace that leads to none of these ticks; how many there are is still told."""
    if not told_by(trace) & counted:
        return trace
    facts = [_unlinked(fact, counted) for fact in trace["facts"]]
    linked = {e["session"] for fact in facts if fact["counts_for"] for e in fact["evidence"]}
    window = trace["clears"]["window"]
    return {
        **trace,
        "facts": facts,
        "sessions": [session for session in trace["sessions"] if session in linked],
        "clears": {**trace["clears"], "window": window and {**window, "cells": []}},
    }


def _unlinked(fact: Mapping[str, Any], counted: frozenset[tuple[str, str]]) -> dict[str, Any]:
    kept = [
        {**e, "tags": [tag for tag in e["tags"] if (e["session"], tag) not in counted]}
        for e in fact["evidence"]
    ]
    evidence = [e for e in kept if e["tags"]]
    lost = {e["session"] for e in fact["evidence"]} - {e["session"] for e in evidence}
    return {**fact, "evidence": evidence, "unlinked": fact["unlinked"] + len(lost)}
