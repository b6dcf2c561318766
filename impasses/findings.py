"""What the rules say: a finding with its reasons, as data for a page, a terminal or a file.

All of it is ids, numbers and our own sentences; nothing a person typed passes through.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from impasses.facts import Score, SessionFacts

TYPES = ("Y1", "Y2", "Y3", "Y4")


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one session holds for a condition: each tick with its intensity (1 to 3).

    Ticks that may be linked and ticks that only count stand in separate pieces of evidence.
    Where a condition reads attendance, the tick is the attendance's own word.
    """

    session: str
    ticks: tuple[tuple[str, int], ...]
    linkable: bool = True

    @property
    def tags(self) -> tuple[str, ...]:
        return tuple(tag for tag, _ in self.ticks)

    @property
    def intensity(self) -> int:
        """The highest."""
        return max((intensity for _, intensity in self.ticks), default=0)


@dataclass(frozen=True, slots=True)
class ConditionResult:
    """One condition as it was read: `text` `window`, `observed` against `needed`.

    `summary` says what was observed as part of a sentence.
    `met` is None where it cannot be told, and `unknown` then says why in a sentence. `joiner` is
    "", "and" or "or", as in the rule. `counts_for` is True where the finding rests on it.
    `count`, `out_of` and `threshold` are the bare numbers behind the words, `size` is that of the
    window. `notes` name what it rests on that is no session: scores and trials.
    """

    text: str
    window: str
    observed: str
    needed: str
    met: bool | None
    summary: str
    evidence: tuple[Evidence, ...] = ()
    joiner: Literal["", "and", "or"] = ""
    counts_for: bool = False
    unknown: str = ""
    count: int = 0
    out_of: int = 0
    threshold: int = 0
    size: int | None = None
    notes: tuple[str, ...] = ()

    def to_trace(self, *, shared: bool) -> dict[str, Any]:
        """JSON. With `shared`, evidence that only counts is given as a number of sessions."""
        shown = [e for e in self.evidence if e.linkable or not shared]
        linked = {e.session for e in shown}
        return {
            "text": self.text,
            "window": self.window,
            "joiner": self.joiner,
            "observed": self.observed,
            "needed": self.needed,
            "summary": self.summary,
            "met": self.met,
            "counts_for": self.counts_for,
            "count": self.count,
            "out_of": self.out_of,
            "threshold": self.threshold,
            "size": self.size,
            "notes": list(self.notes),
            "evidence": [{"session": e.session, "tags": list(e.tags)} for e in shown],
            "unlinked": len({e.session for e in self.evidence} - linked),
        }


@dataclass(frozen=True, slots=True)
class WindowCell:
    """One session of the picture: its id, and how strongly it is marked (0 to 3, 0 is calm)."""

    session: str
    intensity: int = 0


@dataclass(frozen=True, slots=True)
class WindowPicture:
    """The window a condition reads now, and as it would be read after `future` calm sessions.

    `cells` are the sessions read now, oldest first. `now`, `then` and `needed` are words such as
    "3 of 4", "1 of 4" and "needs 2"; `now_count` and `then_count` are their first numbers.
    """

    text: str
    window: str
    cells: tuple[WindowCell, ...]
    future: int
    now: str
    then: str
    needed: str
    now_count: int
    then_count: int
    linkable: bool = True

    @property
    def now_words(self) -> str:
        return f"Read now: {self.now}, {self.needed}"

    @property
    def then_words(self) -> str:
        return f"Read then: {self.then}, silent"

    def to_trace(self, *, shared: bool) -> dict[str, Any]:
        """JSON. With `shared`, a picture that would betray an unlinked session has no cells."""
        cells = self.cells if self.linkable or not shared else ()
        return {
            "text": self.text,
            "window": self.window,
            "cells": [{"session": c.session, "intensity": c.intensity} for c in cells],
            "future": self.future,
            "now": self.now,
            "then": self.then,
            "needed": self.needed,
            "now_count": self.now_count,
            "then_count": self.then_count,
            "now_words": self.now_words,
            "then_words": self.then_words,
        }


@dataclass(frozen=True, slots=True)
class Clearing:
    """What would silence the finding, found by asking the rules about a future that was tried.

    `sessions` is the smallest number of calm sessions that does it, `scores` what has to be filled
    in at the last of them. `sessions` is None if nothing that was tried does it; `picture` is None
    then too, and where nothing can be drawn.
    """

    text: str
    sessions: int | None
    ahead: tuple[SessionFacts, ...] = ()
    scores: tuple[Score, ...] = ()
    picture: WindowPicture | None = None

    def to_trace(self, *, shared: bool) -> dict[str, Any]:
        picture = self.picture.to_trace(shared=shared) if self.picture else None
        return {"text": self.text, "sessions": self.sessions, "window": picture}


@dataclass(frozen=True, slots=True)
class Offer:
    """What a rule says and suggests when it fires: the part of a finding that no case changes.

    `strategies` run in the order they should be considered, `methods` narrow a strategy down,
    `additions` are ours and not the source document's.
    `confidence` is "A" or "B" for cited evidence and "proposed" for clinical judgement.
    """

    title: str
    claim: str
    basis: str
    source: str
    confidence: Literal["A", "B", "proposed"]
    types: tuple[str, ...]
    causes: tuple[str, ...]
    therapist_strategies: tuple[str, ...]
    client_strategies: tuple[str, ...]
    techniques: tuple[str, ...]
    methods: tuple[str, ...]
    additions: tuple[str, ...]
    hue: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule that fires on one case: a hypothesis worth considering, with all its reasons.

    `order` is the published place of the rule, smaller first. `softened` says that something in
    life outside was noted in the window. `absorbed_by` names the rule above that already stands
    on the same facts; such a finding stays listed and is never the prompt. `sessions` are those
    it rests on, oldest first. `fingerprint` changes with the rule, its version or those facts.
    `is_dismissed` says that it was dismissed with a reason on these very facts, fewer than four
    held sessions ago: it stays listed and quiet. `is_loosened` says that it speaks of movement and
    not of being stuck.
    """

    rule: str
    version: int
    order: int
    offer: Offer
    softened: bool
    facts: tuple[ConditionResult, ...]
    sessions: tuple[str, ...]
    clears: Clearing
    blind_spots: tuple[str, ...]
    fingerprint: str
    waits_for_safety_check: bool = False
    is_dismissed: bool = False
    is_loosened: bool = False
    absorbed_by: str | None = None

    @property
    def title(self) -> str:
        return self.offer.title

    @property
    def claim(self) -> str:
        return self.offer.claim

    @property
    def types(self) -> tuple[str, ...]:
        return self.offer.types

    @property
    def causes(self) -> tuple[str, ...]:
        return self.offer.causes

    @property
    def therapist_strategies(self) -> tuple[str, ...]:
        return self.offer.therapist_strategies

    @property
    def client_strategies(self) -> tuple[str, ...]:
        return self.offer.client_strategies

    @property
    def techniques(self) -> tuple[str, ...]:
        return self.offer.techniques

    @property
    def hue(self) -> str:
        return self.offer.hue

    @property
    def mark(self) -> str:
        """The manifestation of its hue where it rests on one; a score or a feature is none."""
        mark = self.hue.upper()
        return mark if any(tag.startswith(mark) for _, tag in self.evidence) else ""

    @property
    def basis(self) -> str:
        """The facts it rests on in one line, then what the rule makes of them."""
        first, *more = (fact.summary for fact in self.facts if fact.counts_for)
        return f"{'; '.join([first, *map(_within_a_sentence, more)])}. {self.offer.basis}"

    @property
    def evidence(self) -> frozenset[tuple[str, str]]:
        """The pairs of session and tick that it rests on; a score or a trial has no session."""
        return frozenset((session, tag) for session, tag, _ in evidence_of(self.facts))

    def to_trace(self, *, shared: bool = False) -> dict[str, Any]:
        """JSON of everything above. With `shared`, no unlinked item leads to its session."""
        sessions = self._linkable_sessions() if shared else set(self.sessions)
        trace: dict[str, Any] = {
            "rule": self.rule,
            "version": self.version,
            "title": self.title,
            "claim": self.claim,
            "basis": self.basis,
            "source": self.offer.source,
            "confidence": self.offer.confidence,
            "types": list(self.types),
            "causes": list(self.causes),
            "therapist_strategies": list(self.therapist_strategies),
            "client_strategies": list(self.client_strategies),
            "techniques": list(self.techniques),
            "methods": list(self.offer.methods),
            "additions": list(self.offer.additions),
            "waits_for_safety_check": self.waits_for_safety_check,
            "dismissed": self.is_dismissed,
            "loosened": self.is_loosened,
            "hue": self.hue,
            "mark": self.mark,
            "softened": self.softened,
            "absorbed_by": self.absorbed_by,
            "facts": [fact.to_trace(shared=shared) for fact in self.facts],
            "sessions": [session for session in self.sessions if session in sessions],
            "clears": self.clears.to_trace(shared=shared),
            "blind_spots": list(self.blind_spots),
        }
        return trace if shared else trace | {"fingerprint": self.fingerprint}

    @property
    def told(self) -> list[list[str]]:
        """The pairs of session and tick behind all its facts, linked or not."""
        pieces = [piece for fact in self.facts for piece in fact.evidence]
        ticks = {(piece.session, tag) for piece in pieces for tag in piece.tags}
        notes = {("", note) for fact in self.facts for note in fact.notes}
        return sorted(map(list, ticks | notes))

    def _linkable_sessions(self) -> set[str]:
        facts = (fact for fact in self.facts if fact.counts_for)
        return {e.session for fact in facts for e in fact.evidence if e.linkable}


def _within_a_sentence(summary: str) -> str:
    return summary[:1].lower() + summary[1:]


@dataclass(frozen=True, slots=True)
class Reading:
    """What speaks for one type of impasse: the rules that point to it and their sessions.

    `tied` is True where this type and another have the most sessions behind them, equally many:
    then both are shown and neither wins.
    """

    type: str
    rules: tuple[str, ...]
    sessions: tuple[str, ...]
    tied: bool = False


def readings(findings: Iterable[Finding]) -> tuple[Reading, ...]:
    """The types that the findings support, in the order Y1 to Y4 and never by strength."""
    found = tuple(findings)
    plain = tuple(r for r in (_reading(type_, found) for type_ in TYPES) if r.rules)
    most = max((len(r.sessions) for r in plain), default=0)
    leaders = [r for r in plain if len(r.sessions) == most]
    return tuple(replace(r, tied=len(leaders) > 1 and r in leaders) for r in plain)


def _reading(type_: str, findings: Sequence[Finding]) -> Reading:
    supporting = [f for f in findings if type_ in f.types]
    sessions = dict.fromkeys(session for f in supporting for session in f.sessions)
    return Reading(type_, tuple(f.rule for f in supporting), tuple(sessions))


def settle(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """All findings in published order, each that repeats the facts of one above naming that one.

    Two findings stand on the same facts when the sessions and ticks of one contain the other's.
    """
    settled: list[Finding] = []
    for finding in sorted(findings, key=lambda f: f.order):
        above = next((f.rule for f in settled if _same_facts(f, finding)), None)
        settled.append(replace(finding, absorbed_by=above))
    return tuple(settled)


def _same_facts(one: Finding, other: Finding) -> bool:
    mine, theirs = one.evidence, other.evidence
    return bool(mine and theirs) and (mine <= theirs or theirs <= mine)


def evidence_of(facts: Iterable[ConditionResult]) -> frozenset[tuple[str, str, int]]:
    """Session, tick and intensity of everything that counts; a score or trial has no session."""
    resting = [fact for fact in facts if fact.counts_for]
    pieces = [piece for fact in resting for piece in fact.evidence]
    ticks = {(piece.session, tag, level) for piece in pieces for tag, level in piece.ticks}
    return frozenset(ticks | {("", note, 0) for fact in resting for note in fact.notes})


def evidence_in(trace: Mapping[str, Any]) -> frozenset[tuple[str, str]]:
    """The pairs of session and tick that the finding of a trace rests on."""
    resting = [fact for fact in trace["facts"] if fact["counts_for"]]
    ticks = {(e["session"], tag) for fact in resting for e in fact["evidence"] for tag in e["tags"]}
    return frozenset(ticks | {("", note) for fact in resting for note in fact["notes"]})


def fingerprint(rule: str, version: int, facts: Iterable[ConditionResult]) -> str:
    """A SHA-256 in hex over the rule, its version and the ticks it rests on, in no order."""
    lines = sorted(f"{session} {tag} {level}" for session, tag, level in evidence_of(facts))
    return hashlib.sha256("\n".join([f"{rule} {version}", *lines]).encode()).hexdigest()
