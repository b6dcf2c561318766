"""The cases of the database as a facts file, and what page and command say of each."""

import json
import zoneinfo
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

from django.core.management import call_command

from impasses.models import Suggestion, Trial
from impasses.queries import Advice, advice
from people.models import Client
from sessions_app.form_fields import FLAGS
from sessions_app.models import Measurement, TherapySession

DECIDED = {Suggestion.State.PLANNED, Suggestion.State.SNOOZED}


def facts_file(clients: list[Client]) -> dict[str, Any]:
    """Written from the raw rows by the documented schema, not by the program's own gathering."""
    return {"schema": 1, "cases": [_case(client) for client in clients]}


def _case(client: Client) -> dict[str, Any]:
    zone = zoneinfo.ZoneInfo(client.organisation.time_zone)
    sessions = client.therapy_sessions.order_by("held_at", "created_at").prefetch_related("tags")
    dismissed = client.suggestions.filter(state=Suggestion.State.DISMISSED)
    trials = Trial.objects.filter(client=client).select_related("step")
    scores = Measurement.objects.filter(client=client).order_by("on", "pk")
    return {
        "id": client.code_name,
        "sessions": [_session(session, zone) for session in sessions],
        "scores": [
            {"instrument": s.instrument, "on": f"{s.on}", "total": float(s.total)} for s in scores
        ],
        "trials": [
            {"strategy": t.step.strategy, "on": f"{t.on}", "outcome": t.outcome} for t in trials
        ],
        "dismissed": [
            {"rule": d.rule, "on": f"{d.decided_at.astimezone(zone).date()}", "reason": "said"}
            for d in dismissed
            if d.decided_at
        ],
        "baseline": list(client.baseline),
        "episode_from": next(
            (f"{row.opened_on}" for row in client.episodes.filter(closed_on=None)), None
        ),
    }


def _session(session: TherapySession, zone: zoneinfo.ZoneInfo) -> dict[str, Any]:
    tags, features = [], []
    for tag in session.tags.all():
        tick = {"id": tag.code, "intensity": tag.intensity}
        (tags if tag.is_manifestation else features).append(tick)
        for form in tag.sub_forms:
            how = {"as": tag.how} if form == "M4c" and tag.how else {}
            tags.append({"id": form, "intensity": tag.intensity} | how)
    said = {"task": session.task, "repair": session.repair, "theme": f"{session.theme_id or ''}"}
    return {
        "on": f"{session.held_at.astimezone(zone).date()}",
        "attendance": session.attendance,
        "tags": tags,
        "features": features,
        **{flag: getattr(session, flag) for flag in FLAGS},
        **{key: value for key, value in said.items() if value},
    }


def command_says(clients: list[Client], folder: Path, today: date) -> dict[str, Any]:
    """The lines of `manage.py assess_facts`, by case."""
    file = folder / "facts.json"
    file.write_text(json.dumps(facts_file(clients)))
    out = StringIO()
    call_command("assess_facts", str(file), today=f"{today}", stdout=out)
    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    return {line["case"]: line for line in lines}


def compare(client: Client, line: dict[str, Any], today: date) -> None:
    """The page of the case says what the command says of its facts."""
    page = advice(client, own=True, today=today)
    rules = [card.row.rule for card in page.cards]
    assert rules == [finding["rule"] for finding in line["findings"]], client
    for card, finding in zip(page.cards, line["findings"], strict=True):
        if card.row.is_open(today):
            assert card.trace["version"] == finding["version"]
            assert card.trace["types"] == finding["hypothesis"]
            assert card.trace["therapist_strategies"] == finding["strategies"], client
            assert [fact.met for fact in card.facts] == [c["met"] for c in finding["conditions"]]
            assert card.trace["blind_spots"] == finding["blind"], client
            assert (
                card.trace["clears"]["text"] == (finding["clears"] or card.trace["clears"])["text"]
            )
    if not any(card.row.state in DECIDED for card in page.cards):
        assert _prompt(page) == line["prompt"], client
    unjudged = client.snapshot.own_unjudged  # type: ignore[attr-defined]
    assert [each["rule"] for each in unjudged] == [each["rule"] for each in line["blind"]], client
    assert bool(client.snapshot.safety_since) == line["safety"], client  # type: ignore[attr-defined]


def _prompt(page: Advice) -> str | None:
    return page.prompt.row.rule if page.prompt else None
