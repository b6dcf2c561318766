"""What a case is advised and what is tried in it, shaped for the case and suggestion pages."""

import uuid
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from django.db.models import Prefetch
from django.utils import timezone

from impasses.catalogue import Entry, Strategy, catalogue
from impasses.conditions_of_trials import IN_VAIN
from impasses.models import PlanStep, Suggestion, Trial
from impasses.rules import FAILED_TIMES
from impasses.window_picture import WindowPicture, window_picture
from people.models import Client

LATEST_OUTCOMES = 6
LEDGER = 24  # steps of a case, in play or ended


@dataclass(frozen=True)
class SessionLink:
    """A session by its number, or by its day when it was not held."""

    id: str
    label: str


@dataclass(frozen=True)
class Try:
    """What one side may try: a strategy, perhaps narrowed to methods, with an example."""

    strategy: Strategy
    methods: tuple[Entry, ...]

    @property
    def say(self) -> str:
        return self.strategy.say


@dataclass(frozen=True)
class Fact:
    """One condition as it was read, with links to its sessions."""

    text: str
    joiner: str
    observed: str
    needed: str
    met: bool | None
    sessions: tuple[SessionLink, ...]
    notes: tuple[str, ...]
    unlinked: int


@dataclass(frozen=True, kw_only=True)
class Card:
    """A suggestion with its reasons, as one reader may see it."""

    row: Suggestion
    trace: Mapping[str, Any]
    own: bool
    today: date
    facts: tuple[Fact, ...]
    picture: WindowPicture | None

    @property
    def hue(self) -> str:
        return str(self.trace["hue"]).lower()

    @property
    def mark(self) -> str:
        """The manifestation it rests on, if any."""
        return str(self.trace["mark"])

    @property
    def is_open(self) -> bool:
        return self.row.ended_at is None and self.row.is_open(self.today)

    @property
    def may_lead(self) -> bool:
        """Whether it can be the prompt: it asks for a decision and repeats nothing above it."""
        return self.is_open and not self.trace["absorbed_by"] and not self.trace["dismissed"]

    @property
    def is_superseded(self) -> bool:
        return self.row.ended_at is not None

    @property
    def may_decide(self) -> bool:
        """Whether this reader can still plan it, put it off or dismiss it."""
        return self.own and not self.is_superseded and self.row.state != Suggestion.State.PLANNED

    @property
    def reason(self) -> str:
        """What the therapist wrote when deciding: nobody else reads it."""
        return self.row.reason if self.own else ""

    @property
    def therapist_tries(self) -> tuple[Try, ...]:
        return self._tries("therapist_strategies")

    @property
    def client_tries(self) -> tuple[Try, ...]:
        return self._tries("client_strategies")

    def _tries(self, side: str) -> tuple[Try, ...]:
        methods = [catalogue()[key] for key in self.trace["methods"]]
        return tuple(
            Try(catalogue()[key], tuple(m for m in methods if m.id.startswith(key)))
            for key in self.trace[side]
        )

    @property
    def techniques(self) -> list[Entry]:
        return [catalogue()[key] for key in self.trace["techniques"]]

    @property
    def additions(self) -> list[Entry]:
        """What we add to the source document."""
        return [catalogue()[key] for key in self.trace["additions"]]

    @property
    def types(self) -> list[Entry]:
        return [catalogue()[key] for key in self.trace["types"]]

    @property
    def is_proposed(self) -> bool:
        """Whether the thresholds are clinical judgement."""
        return bool(self.trace["confidence"] == "proposed")


@dataclass(frozen=True)
class Outcome:
    """What one session said about a step."""

    state: str
    word: str
    session: SessionLink


@dataclass(frozen=True)
class Step:
    """Something that is being tried. Its words are the therapist's own, unless agreed together."""

    id: uuid.UUID
    is_therapist: bool
    strategy: Strategy
    words: str
    is_agreed: bool
    since: date
    source: str
    outcomes: tuple[Outcome, ...]


@dataclass(frozen=True)
class Tried:
    """A line of the ledger: a step, what each session said of it, and how it stands."""

    step: Step
    state: str


def ledger(
    client: Client, *, own: bool, since: date | None, words: bool | None = None
) -> list[Tried]:
    """What was tried, the latest first; `since` is when the open impasse began. Three queries.

    What failed twice since then is not offered again. The words of a step are the therapist's;
    a handover shows them too.
    """
    steps = list(_tried(client, own=own))
    named = {trial.session_id for step in steps for trial in _latest(step)}
    labels = session_labels(client, named)
    begin = since or date.min
    failed = Counter(
        step.strategy
        for step in steps
        for trial in _latest(step)
        if trial.on >= begin and trial.outcome in IN_VAIN
    )
    return [
        Tried(
            _step(step, labels, own=own if words is None else words),
            _state(step, failed[step.strategy]),
        )
        for step in steps
    ]


@dataclass(frozen=True)
class Asked:
    """A step and what some sessions said of it, by session."""

    is_therapist: bool
    name: str
    answers: Mapping[str, str]


def asked_in(client: Client, sessions: Iterable[uuid.UUID], *, own: bool) -> list[Asked]:
    """The steps that these sessions answered for, the oldest first. One query."""
    trials = Trial.objects.filter(
        organisation=client.organisation_id,
        step__in=PlanStep.objects.filter(client=client).read_by(own=own),
        session_id__in=list(sessions),
    ).select_related("step")
    found: dict[uuid.UUID, Asked] = {}
    for trial in trials.order_by("step__since", "step"):
        step = trial.step
        asked = found.setdefault(
            step.pk,
            Asked(step.side == PlanStep.Side.THERAPIST, catalogue()[step.strategy].name, {}),
        )
        cast(dict[str, str], asked.answers)[str(trial.session_id)] = _shape(trial.outcome)
    return list(found.values())


def _shape(outcome: str) -> str:
    return "early" if outcome == Trial.Outcome.TOO_EARLY else outcome


def _state(step: PlanStep, failures: int) -> str:
    if failures >= FAILED_TIMES:
        return "Failed twice: not offered again"
    return "In play" if step.is_in_play else "Ended"


@dataclass(frozen=True)
class Advice:
    """Everything suggested in a case now, and everything in play."""

    cards: tuple[Card, ...] = ()
    plan: tuple[Step, ...] = ()

    @property
    def prompt(self) -> Card | None:
        """The one suggestion that is put first: there is never a second."""
        return next((card for card in self.cards if card.may_lead), None)

    @property
    def others(self) -> list[Card]:
        """Findings below the prompt that nobody has decided about."""
        return [card for card in self.cards if card.is_open and card is not self.prompt]

    @property
    def decided(self) -> list[Card]:
        """Planned, put off or dismissed, while their rule still fires."""
        return [card for card in self.cards if not card.is_open]

    @property
    def is_stuck(self) -> bool:
        """Whether a pattern speaks of being stuck, and not of having loosened."""
        return any(not card.trace["loosened"] for card in self.cards)

    @property
    def tied_types(self) -> list[Entry]:
        """Kinds of impasse that equally many sessions speak for; empty when one leads."""
        behind: dict[str, set[str]] = {}
        for card in self.cards:
            for type_ in card.trace["types"]:
                behind.setdefault(type_, set()).update(card.trace["sessions"])
        most = max(map(len, behind.values()), default=0)
        leaders = [type_ for type_ in sorted(behind) if len(behind[type_]) == most]
        return [catalogue()[type_] for type_ in leaders] if len(leaders) > 1 else []


def advice(client: Client, *, own: bool, today: date) -> Advice:
    """What a reader may see of a case's suggestions and plan. Four queries, whatever its length."""
    rows = list(_live(client, own=own))
    steps = list(_in_play(client, own=own))
    named = {uuid.UUID(key) for row in rows for key in _sessions_in(_trace(row, own=own))}
    named |= {trial.session_id for step in steps for trial in _latest(step)}
    labels = session_labels(client, named)
    return Advice(
        cards=tuple(card(row, labels, own=own, today=today) for row in rows),
        plan=tuple(_step(step, labels, own=own) for step in steps),
    )


def single_card(row: Suggestion, *, own: bool, today: date) -> Card:
    """One suggestion whole, also when it is superseded."""
    named = {uuid.UUID(key) for key in _sessions_in(_trace(row, own=own))}
    return card(row, session_labels(row.client, named), own=own, today=today)


def card(row: Suggestion, labels: Mapping[str, str], *, own: bool, today: date) -> Card:
    """A suggestion with the sessions of its reasons named by `labels`."""
    trace = _trace(row, own=own)
    return Card(
        row=row,
        trace=trace,
        own=own,
        today=today,
        facts=tuple(_fact(fact, labels) for fact in trace["facts"]),
        picture=window_picture(trace["clears"], labels),
    )


def session_labels(client: Client, ids: Iterable[uuid.UUID]) -> dict[str, str]:
    """Numbers of sessions by id, or their days when not held.

    Sessions belong to the package above: they are read through the client they hang on.
    """
    rows = client.therapy_sessions.filter(  # type: ignore[attr-defined,unused-ignore]
        organisation=client.organisation_id, pk__in=list(ids)
    ).order_by("held_at")
    return {
        str(key): str(number) if number else _day(timezone.localtime(held_at).date())
        for key, number, held_at in rows.values_list("pk", "number", "held_at")
    }


def _day(on: date) -> str:
    return f"{on.day} {on:%b}"


def _live(client: Client, *, own: bool) -> Iterable[Suggestion]:
    live = client.suggestions.live().filter(organisation=client.organisation_id)
    rows = live.defer("gist", "shared_gist")
    seen = rows if own else rows.filter(shared_trace__isnull=False).defer("trace", "reason")
    return seen.order_by("rank")


def _tried(client: Client, *, own: bool) -> Iterable[PlanStep]:
    """The latest steps, ended ones too; for others without those on a private item."""
    latest = Trial.objects.order_by("-on", "-id")[:LATEST_OUTCOMES]
    steps = (
        PlanStep.objects.filter(organisation=client.organisation_id, client=client)
        .read_by(own=own)
        .prefetch_related(Prefetch("trials", queryset=latest, to_attr="latest"))
    )
    return steps.order_by("-since", "-side", "-id")[:LEDGER]


def _in_play(client: Client, *, own: bool) -> Iterable[PlanStep]:
    """Steps nobody has ended; for others without those that rest on a private item."""
    latest = Trial.objects.order_by("-on", "-id")[:LATEST_OUTCOMES]
    steps = (
        PlanStep.objects.filter(organisation=client.organisation_id, client=client, ended_on=None)
        .read_by(own=own)
        .prefetch_related(Prefetch("trials", queryset=latest, to_attr="latest"))
    )
    return steps.order_by("-side", "-since", "-id")


def _latest(step: PlanStep) -> list[Trial]:
    """The answers `_in_play` has read along, newest first."""
    return step.latest  # type: ignore[attr-defined]


def _trace(row: Suggestion, *, own: bool) -> Mapping[str, Any]:
    return row.trace if row.is_open_to(own=own) else row.shared_trace or {}


def _sessions_in(trace: Mapping[str, Any]) -> set[str]:
    """Every session a trace names: as evidence, or as a cell of its picture."""
    evidence = {e["session"] for fact in trace["facts"] for e in fact["evidence"]}
    window = trace["clears"]["window"] or {"cells": []}
    return evidence | {cell["session"] for cell in window["cells"]} | set(trace["sessions"])


def _fact(fact: Mapping[str, Any], labels: Mapping[str, str]) -> Fact:
    named = {e["session"] for e in fact["evidence"]}
    text = f"{fact['text']} {fact['window']}".strip()
    return Fact(
        text=text[:1].lower() + text[1:] if fact["joiner"] else text,
        joiner=fact["joiner"],
        observed=fact["observed"],
        needed=fact["needed"],
        met=fact["met"],
        sessions=tuple(SessionLink(key, label) for key, label in labels.items() if key in named),
        notes=tuple(fact["notes"]),
        unlinked=fact["unlinked"],
    )


def _step(step: PlanStep, labels: Mapping[str, str], *, own: bool) -> Step:
    return Step(
        id=step.pk,
        is_therapist=step.side == PlanStep.Side.THERAPIST,
        strategy=catalogue()[step.strategy],
        words=step.words if own or step.is_agreed else "",
        is_agreed=step.is_agreed,
        since=step.since,
        source=step.get_source_display(),
        outcomes=tuple(
            Outcome(
                _shape(trial.outcome),
                trial.get_outcome_display(),
                SessionLink(str(trial.session_id), labels.get(str(trial.session_id), "")),
            )
            for trial in reversed(_latest(step))
        ),
    )
