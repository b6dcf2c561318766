"""Where the therapist's marks and the client's own scores part. Pure; a question, no verdict."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import ceil, floor
from statistics import fmean, stdev

from sessions_app.score_lines import ScoreLine, number
from sessions_app.timeline_slots import Slot

EARLIER = 4  # scores before a usual range can be told
WINDOW = 4  # held sessions, as most rules read
OFTEN = 2
STRAIN = "M5"


@dataclass(frozen=True)
class Parting:
    """One sentence on where two records part, and the arithmetic behind it."""

    sentence: str
    arithmetic: str


def partings(slots: Sequence[Slot], lines: Iterable[ScoreLine], *, name: str) -> list[Parting]:
    """What stands out now, by the latest scores; `slots` are the latest sessions, oldest first."""
    held = [slot for slot in slots if slot.is_held]
    found = []
    for line in lines:
        kind = line.instrument.kind
        said = _of_alliance(line, held, name) if kind == "alliance" else _of_outcome(line, held)
        found += [said] if said else []
    return found


def _of_alliance(line: ScoreLine, held: Sequence[Slot], name: str) -> Parting | None:
    """A calm session and a fallen score, or strain and a score as good as ever."""
    *before, last = line.scores
    slot = next((each for each in held if each.id == str(last.therapy_session_id)), None)
    if slot is None or slot not in held[-WINDOW:] or len(before) < EARLIER:
        return None
    totals = [float(score.total) for score in before]
    mean, spread = fmean(totals), stdev(totals)
    low, high = floor(mean - spread), ceil(mean + spread)
    arithmetic = (
        f"Usual range: mean {mean:.1f} and standard deviation {spread:.1f} of {len(before)} "
        "earlier scores, taken outward to whole points."
    )
    scored = f"{name}’s {line.instrument.label} was {number(last.total)}"
    if STRAIN not in slot.lanes and last.total < low:
        said = f"You logged session {slot.number} without strain. {scored}, below the usual"
        return Parting(f"{said} {low} to {high}.", arithmetic)
    if STRAIN in slot.lanes and last.total >= Decimal(str(round(mean, 1))):
        said = f"You logged strain in session {slot.number}. {scored}, no lower than usual"
        return Parting(f"{said} ({low} to {high}).", arithmetic)
    return None


def _of_outcome(line: ScoreLine, held: Sequence[Slot]) -> Parting | None:
    """Signs of being stuck and a reliable change for the better, or none and one for the worse."""
    latest = held[-WINDOW:]
    if line.change is None or line.change.direction is None or len(latest) < WINDOW:
        return None
    marked = sum(bool(slot.lanes) for slot in latest)
    what = f"{line.instrument.name} is {line.points_in_words}"
    if line.change.direction == "better" and marked >= OFTEN:
        said = f"You marked signs in {marked} of the last {len(latest)} held sessions. {what}."
    elif line.change.direction == "worse" and not marked:
        said = f"You marked no sign in the last {len(latest)} held sessions. {what}."
    else:
        return None
    return Parting(said, line.verdict)
