"""An entry in plain words, a line a fact, for comparing two versions of a session."""

import uuid
from collections.abc import Iterator, Mapping

from django.utils import timezone

from impasses.catalogue import catalogue
from impasses.models import PlanStep, Trial
from people.models import Client
from sessions_app.entries import SessionEntry, TagEntry
from sessions_app.form_fields import FLAGS, HOWS, STRENGTHS
from sessions_app.models import TherapySession as Session

NOTHING = "nothing"
NUMBERS = ("No", "One", "Two", "Three", "Four", "Five", "Six")


def counted(number: int) -> str:
    """A small number as a word that can begin a sentence."""
    return NUMBERS[number] if number < len(NUMBERS) else str(number)


def differences(
    yours: SessionEntry, saved: SessionEntry, *, client: Client
) -> list[tuple[str, str, str]]:
    """What two versions say differently: (what it is about, one version, the other)."""
    steps = _steps(client) if yours.trials or saved.trials else {}
    left, right = dict(in_words(yours, steps)), dict(in_words(saved, steps))
    labels = [*left, *(label for label in right if label not in left)]
    return [
        (label, left.get(label, NOTHING), right.get(label, NOTHING))
        for label in labels
        if left.get(label, NOTHING) != right.get(label, NOTHING)
    ]


def _steps(client: Client) -> dict[uuid.UUID, str]:
    """The plan steps of a client by their words, as in "You: ask gently"."""
    sides = {PlanStep.Side.THERAPIST: "You", PlanStep.Side.CLIENT: client.code_name}
    found = PlanStep.objects.filter(organisation=client.organisation_id, client=client)
    return {step.pk: f"{sides[PlanStep.Side(step.side)]}: {step.words}" for step in found}


def in_words(entry: SessionEntry, steps: Mapping[uuid.UUID, str]) -> Iterator[tuple[str, str]]:
    """Label and text of everything the entry says, in the order of the log page."""
    moment = timezone.localtime(entry.held_at)
    yield "Date and time", f"{moment:%a} {moment.day} {moment:%b %Y, %H:%M}"
    yield "Attendance", Session.Attendance(entry.attendance).label
    yield "Format", Session.Format(entry.format).label
    yield "Minutes", str(entry.minutes or NOTHING)
    for step in entry.repair_steps:
        yield Session.RepairStep(step).label, "yes"
    yield "Repair", Session.Repair(entry.repair).label if entry.repair else NOTHING
    for trial in entry.trials:
        label = f"Did it help? {steps.get(trial.step, 'A step of the plan')}"
        yield label, Trial.Outcome(trial.outcome).label.lower()
    for tag in entry.tags:
        yield catalogue()[tag.code].name, tag_in_words(tag)
    for score in entry.scores:
        answers = f" (answers {', '.join(map(str, score.items))})" if score.items else ""
        yield score.instrument, f"{score.total:f}".removesuffix(".0") + answers
    yield "Theme", entry.theme or NOTHING
    yield "Agreed task of last time", Session.Task(entry.task).label if entry.task else NOTHING
    yield "Agreed for next time", entry.agreed_task or NOTHING
    for name, label in FLAGS.items():
        yield label, "yes" if getattr(entry, name) else "no"
    yield "Note", entry.note or NOTHING
    yield "Who reads the note", "only me" if entry.note_visibility == "private" else "shared"
    yield "Private process note", entry.process_note or NOTHING


def tag_in_words(tag: TagEntry) -> str:
    """As in "clear: denial, acting out; only me"."""
    strength = dict(STRENGTHS)[str(tag.intensity)].lower()
    forms = ", ".join(catalogue()[form].name.lower() for form in tag.sub_forms)
    how = dict(HOWS).get(tag.how, "").lower()
    seen = {"private": "only me", "counts": "counts only"}.get(tag.visibility, "")
    said = ", ".join(part for part in (forms, how) if part)
    return "; ".join(part for part in (f"{strength}: {said}" if said else strength, seen) if part)
