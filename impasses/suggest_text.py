"""Findings as plain text for a terminal, in the order and words of the case page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from textwrap import fill

from impasses.catalogue import catalogue
from impasses.facts import CaseFacts
from impasses.rules import ConditionResult, Finding, Unseen, readings, safety_concern

WIDTH = 96
SIGNS = {True: "+", False: "-", None: "?"}


def report(
    facts: CaseFacts, findings: Sequence[Finding], blind: Iterable[Unseen], today: date
) -> str:
    """Everything the rules found, could not judge, and a safety concern above it all."""
    held = sum(session.held for session in facts.sessions if session.on <= today)
    days = {session.id: session.on for session in facts.sessions}
    lines = [f"{held} held session{'' if held == 1 else 's'} up to {_written(today)}.", ""]
    if concern := safety_concern(facts, today):
        lines += [f"First: a safety concern is open since {_named(concern, days)}.", ""]
    if not findings:
        lines += ["No pattern fires on these facts. That is not the same as nothing there.", ""]
    for number, finding in enumerate(findings, 1):
        lines += [*_finding(number, finding, days), ""]
    if tied := [reading for reading in readings(findings) if reading.tied]:
        names = " and ".join(_names(reading.type for reading in tied).split(", "))
        lines += [_wrapped(f"As much speaks for {names}: both stand, neither wins."), ""]
    for rule in blind:
        lines.append(_wrapped(f"{rule.rule} could not be judged: {' '.join(rule.sentences)}"))
    return "\n".join(lines).rstrip()


def _finding(number: int, finding: Finding, days: dict[str, date]) -> Iterator[str]:
    place = "the prompt" if number == 1 else "also"
    if finding.absorbed_by:
        place = f"on the same facts as {finding.absorbed_by}"
    yield f"{number}. {finding.claim}"
    yield f"   {finding.rule}, {finding.title.lower()}: a hypothesis worth considering ({place})"
    yield _wrapped(finding.basis, 3)
    if finding.softened:
        yield _wrapped("Something in life outside was noted meanwhile and may explain it.", 3)
    yield f"   Type         {_names(finding.types) or 'left open'}"
    yield f"   You try      {_names(finding.therapist_strategies)}"
    yield f"   Client tries {_names(finding.client_strategies)}"
    if finding.techniques:
        yield f"   Technique    {_names(finding.techniques)}"
    yield f"   Why am I seeing this? Rule {finding.rule}, version {finding.version}"
    for fact in finding.facts:
        yield _fact(fact, days)
    yield _wrapped(f"What would clear it: {finding.clears.text}", 3)
    if picture := finding.clears.picture:
        yield f"     {picture.text}. {picture.now_words}. {picture.then_words}."
    yield "   What it could not see:"
    for sentence in finding.blind_spots:
        yield _wrapped(sentence, 5)
    yield _wrapped(f"Rests on: {finding.offer.source}", 3)


def _fact(fact: ConditionResult, days: dict[str, date]) -> str:
    joiner = f"{fact.joiner} " if fact.joiner else ""
    line = f"   {SIGNS[fact.met]} {joiner}{fact.text} {fact.window}: {fact.observed}, {fact.needed}"
    sessions = dict.fromkeys(piece.session for piece in fact.evidence)
    if not sessions:
        return line
    return f"{line}\n{_wrapped(', '.join(_named(s, days) for s in sessions), 7)}"


def _named(session: str, days: dict[str, date]) -> str:
    return f"session {session} ({_written(days[session])})"


def _written(day: date) -> str:
    return f"{day:%a} {day.day} {day:%b} {day.year}"


def _names(ids: Iterable[str]) -> str:
    return ", ".join(f"{catalogue()[id_].name} ({id_})" for id_ in ids)


def _wrapped(text: str, indent: int = 0) -> str:
    space = " " * indent
    return fill(text, WIDTH, initial_indent=space, subsequent_indent=space)
